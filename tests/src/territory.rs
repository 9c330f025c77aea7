//! Several nodes that are all linked with one another, and the clock that they share.

use maillage_node::control::{Answer, Order};
use maillage_node::env::{DrivenEnv, Env, TEST_CLOCK};
use maillage_protocol::calendar::{Calendar, Day};
use maillage_protocol::time::{HOUR, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::node::Node;
use crate::pair::{FIRST_NAME, TELEPHONE};
use crate::written::agree;

/// The statuses after which nobody has to act.
const OVER: [&str; 8] = [
    "closed",
    "declined",
    "referred_on",
    "cancelled",
    "withdrawn",
    "expired",
    "mistaken",
    "erased",
];

/// Several nodes that are linked, at a time that the test chooses.
pub struct Territory {
    /// The nodes, in the order of their names.
    pub nodes: Vec<Node>,
    clock: DrivenEnv,
    /// A clock that is wrong by so many hours, if a node has one.
    fast: Option<(DrivenEnv, u32)>,
    folder: TempDir,
}

impl Territory {
    /// Starts nodes at an hour of a day in Paris, and links each with the others.
    #[must_use]
    pub fn at(day: &str, hour: u8, names: &[&str]) -> Self {
        Self::with(day, hour, names, &[])
    }

    /// The same, with settings of every node.
    #[must_use]
    pub fn with(day: &str, hour: u8, names: &[&str], settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = DrivenEnv::at(&folder.path().join("clock"));
        let mut territory = Self { nodes: Vec::new(), clock, fast: None, folder };
        territory.set(day, hour, 0);
        for name in names {
            let node = territory.start(name, settings);
            territory.nodes.iter().for_each(|other| node.befriend(other));
            territory.nodes.push(node);
        }
        territory
    }

    fn start(&self, name: &str, settings: &[(&str, &str)]) -> Node {
        let file = self.folder.path().join("clock").display().to_string();
        let settings = [&[(TEST_CLOCK, file.as_str())], settings].concat();
        Node::start(&self.folder.path().join(name), name, &settings)
    }

    /// Moves everybody's clock.
    pub fn set(&self, day: &str, hour: u8, minute: u8) {
        let time = paris(day, hour, minute);
        self.clock.set(time).expect("the folder of a test can be written");
        if let Some((fast, hours)) = &self.fast {
            let ahead = time.after(HOUR.saturating_mul(*hours));
            fast.set(ahead).expect("the folder of a test can be written");
        }
    }

    /// Starts a node again with a clock that is some hours ahead of all others.
    pub fn hurry(&mut self, node: usize, hours: u32) {
        let file = self.folder.path().join("fast");
        let fast = DrivenEnv::at(&file);
        let ahead = self.now().after(HOUR.saturating_mul(hours));
        fast.set(ahead).expect("the folder of a test can be written");
        self.fast = Some((fast, hours));
        let node = &mut self.nodes[node];
        node.kill();
        node.set(TEST_CLOCK, file.display().to_string());
        node.launch();
    }

    /// Asks somebody to help the marked person, until they hold the request.
    #[must_use]
    #[track_caller]
    pub fn ask(&self, from: usize, to: usize) -> String {
        let (from, to) = (&self.nodes[from], &self.nodes[to]);
        self.ask_as(from, to, &from.proposal_to(to), "delivered")
    }

    /// The same, after something that came before: for the same need.
    #[must_use]
    #[track_caller]
    pub fn ask_after(&self, before: &str, from: usize, to: usize, status: &str) -> String {
        let (from, to) = (&self.nodes[from], &self.nodes[to]);
        let mut proposal = from.proposal_to(to);
        proposal["after"] = before.into();
        self.ask_as(from, to, &proposal, status)
    }

    /// Asks somebody to help the marked person, who say yes, until they know how to reach her.
    #[must_use]
    #[track_caller]
    pub fn help(&self, from: usize, to: usize) -> String {
        let id = self.ask(from, to);
        self.accept(&id, to);
        id
    }

    /// Says yes, until they know how to reach her.
    #[track_caller]
    pub fn accept(&self, referral: &str, to: usize) {
        self.nodes[to].says(referral, &json!({ "command": "accept" }));
        self.nodes[to].until("her contact arrives", |node| node.knows_her(referral));
    }

    /// Gives a node a telephone, until all others know how to call it.
    #[track_caller]
    pub fn can_be_called(&self, node: usize, number: &str) {
        self.nodes[node].describe(|card| card.telephone = Some(number.to_owned()));
        for other in self.nodes.iter().filter(|other| other.id != self.nodes[node].id) {
            other.until("it is known how to call them", |other| {
                other.get("/directory").unwrap_or_default().to_string().contains(number)
            });
        }
    }

    /// Returns how many records each journal has.
    #[must_use]
    pub fn records(&self) -> Vec<u64> {
        self.nodes.iter().map(Node::records).collect()
    }

    /// Returns what is sealed of the persons that were written about since then, at any node.
    #[must_use]
    #[track_caller]
    pub fn sealed_since(&self, records: &[u64]) -> Vec<Vec<u8>> {
        let all = self.nodes.iter().zip(records).map(|(node, records)| {
            let sealed = node.sealed_since(*records);
            // What cannot be seen now proves nothing when it is not seen later.
            assert!(!sealed.is_empty() && node.holds(&sealed).len() == sealed.len());
            sealed
        });
        all.flatten().collect()
    }

    /// Fails if something that was sealed is still in a file of any node.
    #[track_caller]
    pub fn destroyed(&self, sealed: &[Vec<u8>]) {
        for node in &self.nodes {
            let left = node.holds(sealed).len();
            assert_eq!(left, 0, "of {} in {}", sealed.len(), node.folder.display());
        }
    }

    #[track_caller]
    fn ask_as(&self, from: &Node, to: &Node, proposal: &Value, status: &str) -> String {
        let answer = from.post("/referrals", proposal).expect("the node answers");
        let (code, body) = (answer.status(), answer.json::<Value>().unwrap_or_default());
        assert_eq!(code.as_u16(), 201, "{body}");
        let id = body["referral"].as_str().expect("a name").to_owned();
        both([from, to], &id, status);
        id
    }

    /// Checks what holds at the end of every scenario, of referrals between two nodes each.
    #[track_caller]
    pub fn holds(&mut self, referrals: &[(&str, usize, usize)]) {
        referrals
            .iter()
            .for_each(|(id, one, other)| same([&self.nodes[*one], &self.nodes[*other]], id));
        self.holds_apart(referrals);
    }

    /// The same, where one side was not told all that the other one knows.
    #[track_caller]
    pub fn holds_apart(&mut self, referrals: &[(&str, usize, usize)]) {
        let now = self.now();
        holds(&mut self.nodes.iter_mut().collect::<Vec<_>>(), referrals, now);
    }

    /// Tries again at once, everywhere, what waits for a node that slept.
    pub fn try_again(&self) {
        for node in &self.nodes {
            let others = self.nodes.iter().filter(|other| other.id != node.id);
            for other in others {
                let done = node.order(&Order::TryAgain { node: other.id });
                assert!(matches!(done, Answer::Done), "{done:?}");
            }
        }
    }

    /// Returns the time, as every node has it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Checks what holds at the end of every scenario, of referrals between two nodes each.
///
/// What is open has one turn and one date, and what is
/// over has none; what is known of her, she agreed to, until now; every need is closed, or waits for
/// somebody; she is in clear in no file, in no metric, nor in what is exported; every journal reads from end to
/// end, every signature in it is good, and what one holds of another is what that one wrote.
#[track_caller]
pub(crate) fn holds(nodes: &mut [&mut Node], referrals: &[(&str, usize, usize)], now: Timestamp) {
    for (id, one, other) in referrals {
        for node in [&*nodes[*one], &*nodes[*other]] {
            let story = node.get(&format!("/referrals/{id}")).expect("it is known");
            let row = &story["referral"];
            let over = OVER.contains(&row["status"].as_str().expect("a status"));
            assert_eq!(row["turn"].is_null(), over, "{row}");
            is_agreed(&story, now);
            let need = story["need"].as_str();
            // Whoever passes a request on answers for no need of their own.
            let passes_on = referrals.iter().any(|(_, _, to)| to == one);
            let answers = row["side"] != "sender" || need.is_some() || passes_on;
            assert!(answers, "nobody answers for {row}");
            if need == Some("open") {
                let waiting: Vec<_> = LISTS.iter().flat_map(|list| node.list(list)).collect();
                let waits = referrals.iter().any(|(id, _, _)| waiting.iter().any(|it| it == id));
                assert!(waits, "an open need waits for nobody: {row}");
            }
        }
    }
    for node in nodes.iter_mut() {
        let metrics = node.metrics().unwrap_or_default();
        assert!(!metrics.contains(FIRST_NAME) && !metrics.contains(TELEPHONE), "{metrics}");
        node.kill();
        node.verify();
        node.export();
        [FIRST_NAME, TELEPHONE].into_iter().for_each(|canary| node.hides(canary));
    }
    agree(&nodes.iter().map(|node| &**node).collect::<Vec<_>>());
}

/// The lists of what waits for somebody.
const LISTS: [&str; 6] = ["urgent", "waiting", "to_answer", "to_clarify", "to_close", "to_choose"];

/// What a request tells of her, and the items of an agreement that allow it.
const ASKED: [(&str, &str); 11] = [
    ("code", "need"),
    ("right", "right"),
    ("obstacles", "obstacles"),
    ("zone", "zone"),
    ("deadline", "deadline"),
    ("mode", "mode"),
    ("schedule", "schedule"),
    ("mobility", "mobility"),
    ("language", "language"),
    ("accommodations", "accommodation"),
    ("tried", "already_tried"),
];
/// What is told once it is accepted.
const TOLD: [(&str, &str); 4] = [
    ("name", "first_name"),
    ("safe", "safe_contact"),
    ("brings", "brings"),
    ("note", "practical_note"),
];
/// What is told to those who are bound by secrecy.
const CONTEXT: [(&str, &str); 7] = [
    ("coordination", "coordination_contact"),
    ("representative", "representative_contact"),
    ("stage", "procedure_stage"),
    ("documents", "documents_held"),
    ("equipment", "equipment_home"),
    ("autonomy", "autonomy"),
    ("note", "context_note"),
];

/// Checks that what is read of her here is what she agreed to, and still does.
#[track_caller]
fn is_agreed(story: &Value, now: Timestamp) {
    let (asked, contact) = (&story["asked"], &story["contact"]);
    let until = story["agreed_until"].as_u64().expect("a date");
    let closed = story["erased"] == true || until <= now.0;
    if closed {
        assert!(contact.is_null(), "she is reached through what is closed: {story}");
        // Whoever was asked keeps the code and the date, which clocks and loops read.
        let kept = ["code", "deadline"];
        let told = ASKED.iter().filter(|(field, _)| !kept.contains(field));
        let told = told.filter(|(field, _)| !asked[*field].is_null());
        let told: Vec<_> = told.filter(|_| story["referral"]["side"] == "receiver").collect();
        assert!(told.is_empty(), "{told:?} is read of what is closed");
        return;
    }
    let items = story["agreed_items"].as_array().expect("items");
    let agreed = |item: &str| {
        let held = items.iter().any(|held| held == item);
        assert!(held, "{item} is read and was not agreed to: {items:?}");
    };
    let read = |of: &Value, told: &[(&str, &str)]| {
        let there = told.iter().filter(|(field, _)| !of[*field].is_null());
        there.for_each(|(_, item)| agreed(item));
    };
    read(asked, &ASKED);
    read(contact, &TOLD);
    read(&story["context"], &CONTEXT);
    if let Some(way) = contact["channel"]["way"].as_str() {
        agreed(way);
    }
}

/// Returns an hour of a day in Paris.
#[must_use]
pub fn paris(day: &str, hour: u8, minute: u8) -> Timestamp {
    let day: Day = day.parse().expect("a day of the calendar");
    Calendar::Metropolitan.at(day, hour, minute).expect("an hour of a day")
}

/// Waits until two nodes read the same status.
#[track_caller]
pub fn both(nodes: [&Node; 2], referral: &str, status: &str) {
    for node in nodes {
        node.until(status, |node| node.status(referral).as_deref() == Some(status));
    }
}

/// Waits until two nodes fold a referral to the same state, whatever was still on its way.
#[track_caller]
pub fn same(nodes: [&Node; 2], referral: &str) {
    let folded = |node: &Node| {
        let story = node.get(&format!("/referrals/{referral}"))?;
        story["folded"].as_str().map(str::to_owned)
    };
    nodes[0].until("both nodes fold to the same state", |node| {
        let (ours, theirs) = (folded(node), folded(nodes[1]));
        ours.is_some() && ours == theirs
    });
}
