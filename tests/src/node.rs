//! One node: a process of the real binary.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use crate::pair::{FIRST_NAME, TELEPHONE};
use crate::visit::Visit;
use crate::written::Written;
use maillage_node::app::AccountPerson;
use maillage_node::control::{self, Answer, Order};
use maillage_node::env::{DrivenEnv, Env, SystemEnv, TEST_CLOCK};
use maillage_node::facts::{Capability, Duty};
use maillage_node::folder::DataFolder;
use maillage_node::opening;
use maillage_protocol::codes::NeedCode;
use maillage_protocol::directory::{Card, Service};
use maillage_protocol::disclosure::SecrecyRegime;
use maillage_protocol::encoding;
use maillage_protocol::id::{NodeId, ServiceId};
use maillage_protocol::identity::Organization;
use maillage_protocol::private::Private;
use maillage_protocol::time::Timestamp;
use reqwest::blocking::{Client, Response};
use serde_json::{Value, json};

/// The service of every node of the tests.
pub(crate) const SERVICE: ServiceId = ServiceId::from_bytes([7; 16]);
/// The password of every account of the tests.
const PASSWORD: &str = "val-de-brenne-2026";
/// How long something observable may take on a loaded machine.
const PATIENCE: u32 = 12_000;

/// A node, running or not.
pub struct Node {
    /// Its name for machines.
    pub id: NodeId,
    /// Its folder.
    pub folder: PathBuf,
    /// Where it listens.
    pub url: String,
    /// Where others believe that it is.
    public_url: String,
    child: Option<Child>,
    token: Option<String>,
    http: Client,
    settings: Vec<(String, String)>,
}

/// Returns a port that nothing uses now.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("this machine has a loopback");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// What opens the metrics of a node of tests.
const METRICS: &str = "whoever watches over the machine";

/// The setting by which a node speaks TLS itself.
pub(crate) const CERTIFICATE: &str = "MAILLAGE__TLS__CERTIFICATE";

fn scheme(settings: &[(&str, &str)]) -> &'static str {
    let tls = settings.iter().any(|(key, _)| *key == CERTIFICATE);
    if tls { "https" } else { "http" }
}

/// Returns the real binary, built beside the tests.
pub(crate) fn binary() -> PathBuf {
    let tests = std::env::current_exe().expect("a test knows where it is");
    let folder = tests.ancestors().nth(2).expect("tests lie in deps/ of the target folder");
    let binary = folder.join("maillage");
    assert!(binary.exists(), "build it first: cargo build -p maillage-node --bin maillage");
    binary
}

impl Node {
    /// Makes a node in `folder`, and starts it.
    #[must_use]
    pub fn start(folder: &Path, name: &str, settings: &[(&str, &str)]) -> Self {
        let listen = format!("127.0.0.1:{}", free_port());
        let public_url = format!("{}://{listen}", scheme(settings));
        Self::start_behind(folder, name, (&listen, &public_url), settings)
    }

    /// Makes a node that listens somewhere, and that others find somewhere else.
    #[must_use]
    pub fn start_behind(
        folder: &Path,
        name: &str,
        (listen, public_url): (&str, &str),
        settings: &[(&str, &str)],
    ) -> Self {
        crate::with_crypto();
        let url = format!("{}://{listen}", scheme(settings));
        let public_url = public_url.to_owned();
        let env = time_of(settings);
        let id = make(&env, folder, name, &public_url);
        // What the certificate is worth is for the other node to say.
        let http = Client::builder().no_proxy().danger_accept_invalid_certs(true).build();
        let http = http.expect("a plain client");
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let settings = settings.iter().map(owned).collect();
        let folder = folder.to_owned();
        let (child, token) = (None, None);
        let mut node = Self { id, folder, url, public_url, child, token, http, settings };
        node.launch();
        node.token = Some(node.take_token("pro"));
        node
    }

    /// Starts the process, and waits until it is ready.
    pub fn launch(&mut self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.join("log"));
        let log = log.expect("the folder of a test can be written");
        let (_, listen) = self.url.split_once("://").expect("an address has a scheme");
        let mut command = Command::new(binary());
        command
            .arg("serve")
            .env_remove("MAILLAGE_CONFIG")
            .env("MAILLAGE__PUBLIC_URL", &self.public_url)
            .env("MAILLAGE__LISTEN", listen)
            .env("MAILLAGE__DATA_DIR", &self.folder)
            .env("MAILLAGE__PEERS__ALLOW_PRIVATE", "127.0.0.0/8")
            .env("MAILLAGE__PEERS__UNLIMITED", "true")
            .env("MAILLAGE__METRICS__TOKEN", METRICS)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can be shared"))
            .stderr(log);
        for (key, value) in &self.settings {
            command.env(key, value);
        }
        self.child = Some(command.spawn().expect("the binary starts"));
        self.until("the node is ready", |node| {
            let ready = node.http.get(format!("{}/health/ready", node.url)).send();
            ready.is_ok_and(|answer| answer.status().is_success())
                && control::socket(&node.folder).exists()
        });
    }

    /// Returns the number of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("the node runs").id()
    }

    /// Kills the process at once, as a power cut of the process would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            child.kill().ok();
            child.wait().expect("a child can be waited for");
        }
    }

    /// Waits for something that can be observed.
    #[track_caller]
    pub fn until(&self, what: &str, ready: impl Fn(&Self) -> bool) {
        for _ in 0..PATIENCE {
            if ready(self) {
                return;
            }
            pause();
        }
        panic!("this did not come: {what}");
    }

    /// Returns a node that somebody else started, as somebody who works there.
    #[must_use]
    pub(crate) fn beside(folder: &Path, url: &str, login: &str) -> Self {
        let http = Client::builder().no_proxy().build().expect("a plain client");
        let id = DataFolder::at(folder).node_id().expect("a folder says whose it is");
        let (folder, url, public_url) = (folder.to_owned(), url.to_owned(), url.to_owned());
        let (child, token, settings) = (None, None, Vec::new());
        let mut node = Self { id, folder, url, public_url, child, token, http, settings };
        node.token = Some(node.take_token(login));
        node
    }

    /// Gives an order, as the administrator's verbs do.
    #[must_use]
    pub fn order(&self, order: &Order) -> Answer {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let answer = runtime.block_on(control::ask(&self.folder, order));
        answer.expect("the node listens for orders").expect("the node runs")
    }

    fn take_token(&self, login: &str) -> String {
        let login = Private::from(login.to_owned());
        match self.order(&Order::MakeToken { login }) {
            Answer::Token { token } => token.into_revealed(),
            other => panic!("no key: {other:?}"),
        }
    }

    /// Asks the API for something. `None` if the node does not answer.
    pub fn get(&self, path: &str) -> Option<Value> {
        let request = self.http.get(format!("{}/api/v1{path}", self.url));
        let answer = request.bearer_auth(self.token.as_ref()?).send().ok()?;
        answer.status().is_success().then(|| answer.json().ok())?
    }

    /// Gives the API something. `None` if the node does not answer.
    pub fn post(&self, path: &str, body: &Value) -> Option<Response> {
        let request = self.http.post(format!("{}/api/v1{path}", self.url));
        let request = request.header("content-type", "application/json").body(body.to_string());
        request.bearer_auth(self.token.as_ref()?).send().ok()
    }

    /// Sends a form of a page that needs no account, as a browser does. `None` if the node does not
    /// answer.
    pub fn send_form(&self, page: &str, fields: &[(&str, &str)]) -> Option<String> {
        let url = reqwest::Url::parse_with_params(&self.url, fields).expect("an address");
        let form = "application/x-www-form-urlencoded";
        let request = self.http.post(format!("{}{page}", self.url)).header("content-type", form);
        let request = request.header("sec-fetch-site", "same-origin");
        let answer = request.body(url.query().unwrap_or_default().to_owned()).send().ok()?;
        answer.text().ok()
    }

    /// Returns the status of a referral, if this node knows it.
    pub fn status(&self, referral: &str) -> Option<String> {
        let story = self.get(&format!("/referrals/{referral}"))?;
        story["referral"]["status"].as_str().map(str::to_owned)
    }

    /// Links with another node, as their administrators would.
    pub fn befriend(&self, other: &Self) {
        let Answer::Invitation { text, .. } = self.order(&Order::Invite) else {
            panic!("no invitation")
        };
        let answer = other.order(&Order::Accept { invitation: text });
        assert!(matches!(answer, Answer::Compare { .. }), "{answer:?}");
        assert!(matches!(self.order(&Order::Approve { node: other.id }), Answer::Done));
        assert!(matches!(other.order(&Order::Approve { node: self.id }), Answer::Done));
        for (node, other) in [(self, other), (other, self)] {
            node.until("the partner has described itself", |node| {
                let directory = node.get("/directory").unwrap_or_default();
                let partners = directory["partners"].as_array().cloned().unwrap_or_default();
                partners.iter().any(|partner| partner["node"] == other.id.to_string())
            });
        }
    }

    /// Returns what proposes the marked person to another node.
    #[must_use]
    pub fn proposal_to(&self, other: &Self) -> Value {
        json!({
            "peer": other.id,
            "service": SERVICE,
            "need": "numerique--acceder-a-des-services-en-ligne",
            "person": {
                "first_name": FIRST_NAME,
                "channel": { "way": "phone", "number": TELEPHONE },
            },
            "consent": {
                "gesture": { "how": "screen" },
                "place": "in_person",
                "feedback": "outcome",
                "statistics": false,
                "validity": "half_year",
            },
        })
    }

    /// Proposes somebody. `None` if the node did not acknowledge it.
    #[must_use]
    pub fn propose(&self, proposal: &Value) -> Option<String> {
        let answer = self.post("/referrals", proposal)?;
        let acknowledged = answer.status().as_u16() == 201;
        let body: Value = answer.json().ok()?;
        acknowledged.then(|| body["referral"].as_str().map(str::to_owned))?
    }

    /// Says something about a referral. Returns whether it was acknowledged.
    pub fn say(&self, referral: &str, command: &Value) -> bool {
        let answer = self.post(&format!("/referrals/{referral}/commands"), command);
        answer.is_some_and(|answer| answer.status().is_success())
    }

    /// Returns the references of a list of what waits for somebody.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<String> {
        let lists = self.get("/worklist").expect("the node answers");
        let rows = lists[name].as_array().expect("a list").iter();
        rows.map(|row| row["id"].as_str().expect("a name").to_owned()).collect()
    }

    /// Returns how many records the journal has.
    #[must_use]
    pub fn records(&self) -> u64 {
        match self.order(&Order::Standing) {
            Answer::Standing { records, .. } => records,
            other => panic!("no standing: {other:?}"),
        }
    }

    /// Reads the journal of the stopped node from end to end, as its administrator would.
    #[track_caller]
    pub fn verify(&self) {
        self.run(&["verify", "journal"], &[]);
    }

    /// Writes everything that the stopped node may export beside what it wrote.
    #[track_caller]
    pub fn export(&self) {
        let file = self.folder.join("export.json");
        // From one check to the next, it is another one.
        fs::remove_file(&file).ok();
        self.run(&["export", &file.display().to_string()], &[]);
        // What is searched for would not be seen in base64: it lies beside, as it is.
        let lines = fs::read_to_string(&file).expect("it was written");
        let payload = |line: &str| {
            let line: Value = serde_json::from_str(line).expect("a line of JSON");
            encoding::from_base64url(line["payload"].as_str().expect("a payload"))
        };
        let payloads: Result<Vec<_>, _> = lines.lines().map(payload).collect();
        let payloads = payloads.expect("they are base64url").concat();
        assert!(!payloads.is_empty(), "a journal holds something");
        fs::write(file.with_extension("payloads"), payloads).expect("the folder can be written");
    }

    /// Types a verb for this node, at its time, with more settings.
    #[track_caller]
    pub(crate) fn run(&self, verb: &[&str], more: &[(String, String)]) {
        let done = Command::new(binary())
            .args(verb)
            .env_remove("MAILLAGE_CONFIG")
            .env("MAILLAGE__PUBLIC_URL", &self.public_url)
            .env("MAILLAGE__DATA_DIR", &self.folder)
            .envs(self.settings.iter().chain(more).map(|(key, value)| (key, value)))
            .output()
            .expect("the binary starts");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Checks what a person holds on paper, as an administrator of this node would, beside the node
    /// that runs. Returns the exit code and what was said.
    #[must_use]
    pub fn verify_receipt(&self, receipt: &str) -> (Option<i32>, String) {
        let done = Command::new(binary())
            .args(["verify", "receipt", receipt, "--json", "--data-dir"])
            .arg(&self.folder)
            .env_remove("MAILLAGE_CONFIG")
            .output()
            .expect("the binary starts");
        (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// Says something about a referral, which must be acknowledged.
    #[track_caller]
    pub fn says(&self, referral: &str, command: &Value) {
        let answer = self.post(&format!("/referrals/{referral}/commands"), command);
        let answer = answer.expect("the node answers");
        let (status, body) = (answer.status(), answer.text().unwrap_or_default());
        assert!(status.is_success(), "{command}: {body}");
    }

    /// Returns what the team was told last to be late.
    #[must_use]
    pub fn reminder(&self, referral: &str) -> Option<String> {
        let story = self.get(&format!("/referrals/{referral}"))?;
        story["referral"]["reminder"].as_str().map(str::to_owned)
    }

    /// Changes a setting: the node has it when it starts again.
    pub(crate) fn set(&mut self, key: &str, value: String) {
        self.settings.retain(|(known, _)| known != key);
        self.settings.push((key.to_owned(), value));
    }

    /// Returns who must do what about a referral, and before when.
    #[must_use]
    pub fn turn(&self, referral: &str) -> Option<(String, String, Timestamp)> {
        let story = self.get(&format!("/referrals/{referral}"))?;
        let turn = &story["referral"]["turn"];
        let text = |field: &str| turn[field].as_str().map(str::to_owned);
        Some((text("holder")?, text("act")?, Timestamp(turn["due"].as_u64()?)))
    }

    /// Tells whether this node may know how to reach her.
    #[must_use]
    pub fn knows_her(&self, referral: &str) -> bool {
        let story = self.get(&format!("/referrals/{referral}")).unwrap_or_default();
        !story["contact"].is_null()
    }

    /// Waits until nothing here says who she is any more.
    #[track_caller]
    pub fn forgets(&self, referral: &str) {
        self.until("she is erased", |node| {
            let story = node.get(&format!("/referrals/{referral}")).unwrap_or_default();
            story["erased"] == true && !story.to_string().contains(FIRST_NAME)
        });
    }

    /// Returns what a referral is called on the telephone, and in the addresses of pages.
    #[must_use]
    #[track_caller]
    pub fn reference(&self, referral: &str) -> String {
        let story = self.get(&format!("/referrals/{referral}")).expect("it is known");
        story["referral"]["reference"].as_str().expect("a reference").to_owned()
    }

    /// Reads the page of a referral.
    #[must_use]
    #[track_caller]
    pub fn page_of(&self, referral: &str) -> String {
        self.visit("pro").read(&format!("/parcours/{}", self.reference(referral)))
    }

    /// Fails if this node shows her to somebody, or to a program.
    #[track_caller]
    pub fn never_shows_her(&self, referral: &str) {
        let story = self.get(&format!("/referrals/{referral}")).expect("it is known");
        let shown = [story.to_string(), self.visit("pro").read("/"), self.page_of(referral)];
        assert!(shown.iter().all(|shown| !shown.contains(FIRST_NAME)), "she is shown");
    }

    /// Returns how far the erasure of a referral is at the other side.
    #[must_use]
    pub fn erasure(&self, referral: &str) -> Option<String> {
        let story = self.get(&format!("/referrals/{referral}"))?;
        story["erasure"].as_str().map(str::to_owned)
    }

    /// Adds an account, which signs in with the password of all tests.
    pub fn hire(&self, login: &str, capability: Capability, duty: Option<Duty>) {
        let person = Private::from(AccountPerson::new(login, login));
        let (capabilities, password) = (vec![capability], Private::from(PASSWORD.to_owned()));
        let made = self.order(&Order::AddUser { person, capabilities, password });
        assert!(matches!(made, Answer::Done), "{made:?}");
        if duty.is_some() {
            let given = self.order(&Order::GiveDuty { login: login.to_owned().into(), duty });
            assert!(matches!(given, Answer::Done), "{given:?}");
        }
    }

    /// Signs somebody in on the pages.
    #[must_use]
    #[track_caller]
    pub fn visit(&self, login: &str) -> Visit {
        Visit::of(&self.url, login, PASSWORD)
    }

    /// Changes how this node is described to its partners.
    pub fn describe(&self, change: impl FnOnce(&mut Card)) {
        let Answer::Card { card: Some(mut card) } = self.order(&Order::ReadCard) else {
            panic!("every node of the tests has a card")
        };
        change(&mut card);
        assert!(matches!(self.order(&Order::Describe { card }), Answer::Done));
    }

    /// Returns what is sealed here of the persons that were written about since the journal had so
    /// many records: what erasing them has to take away.
    #[must_use]
    pub fn sealed_since(&self, records: u64) -> Vec<Vec<u8>> {
        Written::by(self).sealed_since(records)
    }

    /// Returns which of these bytes are in a file of the node.
    #[must_use]
    pub fn holds<'a>(&self, sought: &'a [Vec<u8>]) -> Vec<&'a [u8]> {
        let files = self.files();
        let is_there = |bytes: &&[u8]| {
            files.iter().any(|(_, file)| memchr::memmem::find(file, bytes).is_some())
        };
        sought.iter().map(Vec::as_slice).filter(is_there).collect()
    }

    /// Returns what whoever watches over the machine reads of this node, if it runs.
    #[must_use]
    pub fn metrics(&self) -> Option<String> {
        self.child.as_ref()?;
        let asked = self.http.get(format!("{}/metrics", self.url)).bearer_auth(METRICS);
        let answer = asked.send().expect("the node answers");
        assert!(answer.status().is_success(), "{}", answer.status());
        Some(answer.text().expect("a text"))
    }

    /// Fails if a text is in a file of the node in clear: journal, vault, index, log.
    #[track_caller]
    pub fn hides(&self, text: &str) {
        for (path, bytes) in self.files() {
            let found = memchr::memmem::find(&bytes, text.as_bytes());
            assert!(found.is_none(), "{text} in {}", path.display());
            assert!(!path.to_string_lossy().contains(text), "{text} names {}", path.display());
        }
    }

    /// Returns every byte that the node wrote: files by name, sockets left out.
    #[must_use]
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.folder, &mut files);
        files
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("the folder of a test can be read").flatten() {
        let kind = entry.file_type().expect("an entry has a kind");
        if kind.is_dir() {
            collect(&entry.path(), files);
        } else if kind.is_file()
            && let Ok(mut bytes) = fs::read(entry.path())
        {
            bytes.truncate(written(&bytes));
            files.push((entry.path(), bytes));
        }
    }
}

/// Returns where the zeros begin to which a journal makes its files as long as they may become.
fn written(bytes: &[u8]) -> usize {
    const ZEROS: [u8; 4096] = [0; 4096];
    let mut blocks = bytes.chunks(ZEROS.len());
    let last = blocks.rposition(|block| !ZEROS.starts_with(block));
    last.map_or(0, |last| bytes.len().min((last + 1) * ZEROS.len()))
}

/// Returns the time as the node will have it.
fn time_of(settings: &[(&str, &str)]) -> Arc<dyn Env> {
    match settings.iter().find(|(key, _)| *key == TEST_CLOCK) {
        Some((_, file)) => Arc::new(DrivenEnv::at(Path::new(file))),
        None => Arc::new(SystemEnv::default()),
    }
}

fn make(env: &Arc<dyn Env>, folder: &Path, name: &str, url: &str) -> NodeId {
    let data = DataFolder::at(folder);
    let made = opening::make(env, &data, None, (name, url, Organization::default()));
    let made = made.expect("a node is made in an empty folder");
    let node = opening::open(env, &data, None).expect("a new node opens");
    let person = AccountPerson::new("pro", "Pro");
    let password = Private::from(PASSWORD.to_owned());
    let added = node.app.add_account(&person, vec![Capability::Work], &password);
    added.expect("the disk works").expect("the password is long enough");
    let services =
        vec![Service { id: SERVICE, name: "Accueil".to_owned(), needs: NeedCode::ALL.to_vec() }];
    let card = Card {
        name: name.to_owned(),
        commune: "Brenne".to_owned(),
        address: None,
        telephone: None,
        hours: None,
        regime: SecrecyRegime::PublicAgent,
        services,
    };
    node.app.describe(card).expect("the disk works").expect("the card is good");
    made.node
}

/// Lets the other process go on, between two looks at what can be observed.
#[expect(clippy::disallowed_methods, reason = "between two looks, never instead of one")]
pub(crate) fn pause() {
    std::thread::sleep(Duration::from_millis(10));
}
