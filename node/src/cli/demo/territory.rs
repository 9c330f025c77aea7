//! The nodes of Val-de-Brenne, each a process.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use maillage_protocol::codes::NeedCode;
use maillage_protocol::directory::{Card, Service};
use maillage_protocol::disclosure::SecrecyRegime;
use maillage_protocol::id::{NodeId, ServiceId};
use maillage_protocol::identity::Organization;
use maillage_protocol::label::sha256;
use maillage_protocol::private::Private;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use crate::app::{AccountPerson, WeakPassword};
use crate::bridges::mediation;
use crate::cli::{Context, Exit, VerbError};
use crate::control::{self, Answer, Order};
use crate::facts::{Capability, Duty};
use crate::folder::DataFolder;
use crate::opening;

/// The real places of the Val-d'Oise: ANCT, France services, 1 August 2024, Licence Ouverte 2.0.
const PLACES: &[u8] = include_bytes!("../../../../deploy/demo/france-services-95.csv");
/// The password of every account of a rehearsal, shown in its table.
pub(super) const PASSWORD: &str = "val-de-brenne-2026";

/// One structure of the territory.
pub(super) struct Structure {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    commune: &'static str,
    address: &'static str,
    regime: SecrecyRegime,
    /// What it does for people; nothing for who coordinates.
    service: Option<&'static str>,
    hours: &'static str,
    people: &'static [Person],
    /// Whether its node stopped once it was linked, and nobody noticed.
    asleep: bool,
}

/// Who runs each node.
const ADMIN: Person =
    Person::new("admin", "Administration", "administration", Capability::Administer);

impl Structure {
    fn accounts(&self) -> impl Iterator<Item = &'static Person> {
        self.people.iter().chain([&ADMIN])
    }
}

/// Somebody who signs in.
pub(super) struct Person {
    login: &'static str,
    name: &'static str,
    /// What they do, in words.
    work: &'static str,
    capability: Capability,
    duty: Option<Duty>,
}

impl Person {
    const fn new(
        login: &'static str,
        name: &'static str,
        work: &'static str,
        capability: Capability,
    ) -> Self {
        Self { login, name, work, capability, duty: None }
    }

    const fn standing_in(self) -> Self {
        Self { duty: Some(Duty::StandIn), ..self }
    }
}

/// Val-de-Brenne: people and structures are invented.
pub(super) const STRUCTURES: [Structure; 7] = [
    Structure {
        code: "ccas-bre",
        name: "CCAS de Brenne",
        commune: "Garges-lès-Gonesse",
        address: "2 place de la Mairie",
        regime: SecrecyRegime::Profession,
        service: Some("Accueil social"),
        hours: "Mo-Fr 09:00-17:00",
        people: &[
            Person::new("nadia", "Nadia", "assistante sociale", Capability::Work),
            Person::new("ines", "Inès", "suppléante de Nadia", Capability::Work).standing_in(),
            Person::new("odile", "Odile", "protection des données", Capability::Audit),
            Person::new("paul", "Paul", "administration", Capability::Administer),
        ],
        asleep: false,
    },
    Structure {
        code: "epn-lav",
        name: "EPN Le Lavoir",
        commune: "Garges-lès-Gonesse",
        address: "4 rue du Lavoir",
        regime: SecrecyRegime::PublicAgent,
        service: Some("Aide aux démarches en ligne"),
        hours: "Tu-Fr 09:00-17:00",
        people: &[
            Person::new("karim", "Karim", "médiateur numérique", Capability::Work),
            Person::new("hugo", "Hugo", "suppléant de Karim", Capability::Work).standing_in(),
        ],
        asleep: false,
    },
    Structure {
        code: "asso-par",
        name: "Parlons Net",
        commune: "Sarcelles",
        address: "11 avenue de la Gare",
        regime: SecrecyRegime::Contract,
        service: Some("Équipement et ateliers"),
        hours: "Mo-Sa 09:00-18:00",
        people: &[Person::new("lucie", "Lucie", "médiatrice numérique", Capability::Work)],
        asleep: false,
    },
    Structure {
        code: "fs-cou",
        name: "France services Courcy",
        commune: "Vigny",
        address: "1 rue des Écoles",
        regime: SecrecyRegime::PublicAgent,
        service: Some("Démarches administratives"),
        hours: "Mo-Fr 09:00-17:00",
        people: &[Person::new("yann", "Yann", "agent France services", Capability::Work)],
        asleep: false,
    },
    Structure {
        code: "mds-est",
        name: "Maison des solidarités Est",
        commune: "Sarcelles",
        address: "20 boulevard de l’Est",
        regime: SecrecyRegime::Profession,
        service: Some("Suivi social"),
        hours: "Mo-Fr 09:00-17:00",
        people: &[Person::new("amina", "Amina", "assistante sociale", Capability::Work)],
        asleep: false,
    },
    Structure {
        code: "epci-val",
        name: "Communauté de communes du Val",
        commune: "Vigny",
        address: "7 rue des Ateliers",
        regime: SecrecyRegime::Charter,
        service: None,
        hours: "Mo-Fr 09:00-17:00",
        people: &[Person::new("sonia", "Sonia", "coordinatrice", Capability::Coordinate)],
        asleep: false,
    },
    Structure {
        code: "epn-vie",
        name: "EPN de la Vieille-École",
        commune: "Vigny",
        address: "2 rue de la Vieille-École",
        regime: SecrecyRegime::PublicAgent,
        service: Some("Initiation au numérique"),
        hours: "We 09:00-17:00",
        people: &[],
        asleep: true,
    },
];

/// The nodes, running.
pub(super) struct Territory {
    pub(super) nodes: Vec<Node>,
    folder: PathBuf,
    keep: bool,
}

/// One node, running.
pub(super) struct Node {
    pub(super) structure: &'static Structure,
    pub(super) id: NodeId,
    pub(super) url: String,
    pub(super) folder: PathBuf,
    child: Child,
}

impl Territory {
    /// Makes the nodes, starts them, links them two by two.
    pub(super) async fn start(
        context: &Context,
        first_port: u16,
        folder: Option<&Path>,
    ) -> Result<Self, VerbError> {
        let keep = folder.is_some();
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None => std::env::temp_dir().join(format!("maillage-demo-{}", std::process::id())),
        };
        let mut making = JoinSet::new();
        for (at, structure) in STRUCTURES.iter().enumerate() {
            let port = first_port.saturating_add(u16::try_from(at).unwrap_or(0));
            let (env, folder) = (Arc::clone(&context.env), folder.join(structure.code));
            making.spawn_blocking(move || make(&env, structure, &folder, port).map(|id| (at, id)));
        }
        let mut ids = vec![None; STRUCTURES.len()];
        while let Some(made) = making.join_next().await {
            let (at, id) =
                made.map_err(|error| broken("un nœud ne se crée pas").because(error))??;
            if let Some(place) = ids.get_mut(at) {
                *place = Some(id);
            }
        }
        let mut nodes = Vec::new();
        for (at, structure) in STRUCTURES.iter().enumerate() {
            let port = first_port.saturating_add(u16::try_from(at).unwrap_or(0));
            let id = ids.get(at).copied().flatten().ok_or_else(|| broken("un nœud manque"))?;
            nodes.push(launch(structure, id, &folder.join(structure.code), port)?);
        }
        let mut territory = Self { nodes, folder, keep };
        let linked = territory.bring_together().await;
        if let Err(error) = linked {
            territory.stop().await;
            return Err(error);
        }
        territory.fall_asleep().await;
        Ok(territory)
    }

    async fn bring_together(&self) -> Result<(), VerbError> {
        for node in &self.nodes {
            node.wait().await?;
        }
        let (asleep, awake): (Vec<_>, Vec<_>) =
            self.nodes.iter().partition(|node| node.structure.asleep);
        for (at, host) in awake.iter().enumerate() {
            for guest in awake.iter().skip(at + 1) {
                link(host, guest).await?;
            }
        }
        // Whoever stopped was linked with the first one alone.
        let first = awake.first().ok_or_else(|| broken("un nœud manque"))?;
        for node in &asleep {
            link(node, first).await?;
            node.knows(1).await?;
        }
        let partners = awake.len().saturating_sub(1);
        for node in &awake {
            let more = if node.id == first.id { asleep.len() } else { 0 };
            node.knows(partners.saturating_add(more)).await?;
        }
        Ok(())
    }

    /// Stops the nodes that nobody looks after any more.
    async fn fall_asleep(&mut self) {
        for node in self.nodes.iter_mut().filter(|node| node.structure.asleep) {
            terminate(&node.child);
            node.child.wait().await.ok();
        }
    }

    /// Says where everybody is.
    pub(super) fn present(&self, context: &Context) -> Result<(), VerbError> {
        context.say("\nLe territoire de Val-de-Brenne tourne sur cet ordinateur.")?;
        context.say(
            "Personnes et structures inventées ; lieux réels : ANCT, France services, \
                     01/08/2024 (Licence Ouverte 2.0).\n",
        )?;
        context.say(format!(
            "{:<32} {:<24} {:<24} {:<8} mot de passe",
            "structure", "rôle", "adresse", "compte"
        ))?;
        for node in self.nodes.iter().filter(|node| !node.structure.asleep) {
            for Person { login, work, .. } in node.structure.accounts() {
                context.say(format!(
                    "{:<32} {work:<24} {:<24} {login:<8} {PASSWORD}",
                    node.structure.name, node.url
                ))?;
            }
        }
        for node in self.nodes.iter().filter(|node| node.structure.asleep) {
            context.say(format!("{:<32} éteint : personne ne répond", node.structure.name))?;
        }
        Ok(())
    }

    /// Stops the nodes, and removes what they wrote.
    pub(super) async fn stop(&mut self) {
        for node in &mut self.nodes {
            terminate(&node.child);
        }
        for node in &mut self.nodes {
            if tokio::time::timeout(Duration::from_secs(5), node.child.wait()).await.is_err() {
                node.child.start_kill().ok();
            }
        }
        if !self.keep {
            std::fs::remove_dir_all(&self.folder).ok();
        }
    }

    /// Returns the node of a structure.
    pub(super) fn node(&self, code: &str) -> Result<&Node, VerbError> {
        let node = self.nodes.iter().find(|node| node.structure.code == code);
        node.ok_or_else(|| broken("ce nœud n'est pas du territoire"))
    }
}

impl Node {
    /// Gives an order to this node.
    pub(super) async fn order(&self, order: Order) -> Result<Answer, VerbError> {
        let answer = control::ask(&self.folder, &order).await;
        let answer = answer.map_err(|error| broken("un nœud n'écoute pas").because(error))?;
        answer.ok_or_else(|| broken("un nœud ne tourne pas"))
    }

    /// Waits until this node holds the cards of so many partners.
    async fn knows(&self, partners: usize) -> Result<(), VerbError> {
        for _ in 0..400 {
            if let Answer::Peers { peers } = self.order(Order::ListPeers).await?
                && peers.iter().filter(|peer| peer.described && peer.waiting == 0).count()
                    == partners
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Err(broken("les nœuds ne se sont pas tous présentés"))
    }

    async fn wait(&self) -> Result<(), VerbError> {
        let ready = format!("{}/health/ready", self.url);
        let client = reqwest::Client::builder().no_proxy().build();
        let client = client.map_err(|error| broken("le client HTTP").because(error))?;
        for _ in 0..400 {
            let up =
                client.get(&ready).send().await.is_ok_and(|answer| answer.status().is_success());
            if up && control::socket(&self.folder).exists() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Err(broken("un nœud ne démarre pas")
            .remedy("un port est peut-être pris : maillage demo --port 9101"))
    }
}

pub(super) fn broken(said: &str) -> VerbError {
    VerbError::new(Exit::Unavailable, said)
}

/// Returns the service of a structure: the same at each rehearsal.
pub(super) fn service_of(structure: &Structure) -> ServiceId {
    let [bytes, _] = split(sha256(structure.code.as_bytes()));
    ServiceId::from_random(bytes)
}

fn split(hash: [u8; 32]) -> [[u8; 16]; 2] {
    let (first, second) = hash.split_at(16);
    let half = |half: &[u8]| half.try_into().expect("a hash has two halves of sixteen bytes");
    [half(first), half(second)]
}

fn card(structure: &Structure) -> Card {
    let services = structure.service.map(|name| Service {
        id: service_of(structure),
        name: name.to_owned(),
        needs: NeedCode::ALL.to_vec(),
    });
    Card {
        name: structure.name.to_owned(),
        commune: structure.commune.to_owned(),
        address: Some(structure.address.to_owned()),
        telephone: Some("01 99 00 00 00".to_owned()),
        hours: Some(structure.hours.to_owned()),
        regime: structure.regime,
        services: services.into_iter().collect(),
    }
}

fn make(
    env: &Arc<dyn crate::env::Env>,
    structure: &'static Structure,
    folder: &Path,
    port: u16,
) -> Result<NodeId, VerbError> {
    let data = DataFolder::at(folder);
    let url = format!("http://127.0.0.1:{port}");
    let made = opening::make(env, &data, None, (structure.name, &url, Organization::default()))?;
    let node = opening::open(env, &data, None)?;
    let failed = |error| broken("un nœud ne se prépare pas").because(error);
    let password = Private::from(PASSWORD.to_owned());
    for Person { login, name, capability, duty, .. } in structure.accounts() {
        let person = AccountPerson::new(login, name);
        let added = node.app.add_account(&person, vec![*capability], &password);
        let added = added
            .map_err(failed)?
            .map_err(|WeakPassword| broken("le mot de passe est trop court"))?;
        if duty.is_some() {
            node.app.give_duty(added, *duty).map_err(failed)?;
        }
    }
    let described = node.app.describe(card(structure)).map_err(failed)?;
    described.map_err(|error| broken("la fiche est refusée").because(error))?;
    let read = mediation::read(PLACES);
    let read = read.map_err(|error| broken("les lieux ne se lisent pas").because(error))?;
    let source = "ANCT, France services, 01/08/2024";
    node.app.import_places(source, read.places).map_err(failed)?;
    Ok(made.node)
}

fn launch(
    structure: &'static Structure,
    id: NodeId,
    folder: &Path,
    port: u16,
) -> Result<Node, VerbError> {
    let program = std::env::current_exe()?;
    let url = format!("http://127.0.0.1:{port}");
    let log = std::fs::File::create(folder.join("log"))?;
    let child = Command::new(program)
        .arg("serve")
        .env_remove("MAILLAGE_CONFIG")
        .env("MAILLAGE__PUBLIC_URL", &url)
        .env("MAILLAGE__LISTEN", format!("127.0.0.1:{port}"))
        .env("MAILLAGE__DATA_DIR", folder)
        .env("MAILLAGE__PEERS__ALLOW_PRIVATE", "127.0.0.0/8")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| broken("un nœud ne se lance pas").because(error))?;
    Ok(Node { structure, id, url, folder: folder.to_owned(), child })
}

/// Links two nodes as their administrators would: invitation, answer, comparison, approval.
async fn link(host: &Node, guest: &Node) -> Result<(), VerbError> {
    let Answer::Invitation { text, .. } = host.order(Order::Invite).await? else {
        return Err(broken("l'invitation n'a pas été faite"));
    };
    let Answer::Compare { code } = guest.order(Order::Accept { invitation: text }).await? else {
        return Err(broken("l'invitation a été refusée"));
    };
    let Answer::Peers { peers } = host.order(Order::ListPeers).await? else {
        return Err(broken("les partenaires ne sont pas listés"));
    };
    let same = peers.iter().any(|peer| peer.node == guest.id && peer.code.as_ref() == Some(&code));
    if !same {
        return Err(broken("les six chiffres ne sont pas les mêmes des deux côtés"));
    }
    host.order(Order::Approve { node: guest.id }).await?;
    guest.order(Order::Approve { node: host.id }).await?;
    Ok(())
}

fn terminate(child: &Child) {
    if let Some(pid) = child.id() {
        // The standard library cannot send this signal without unsafe code; `kill` can.
        std::process::Command::new("kill").arg(pid.to_string()).status().ok();
    }
}

/// Waits for Ctrl-C, or for whoever launched this to end it.
pub(super) async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut term) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = term.recv() => {}
            }
        }
        Err(_) => {
            tokio::signal::ctrl_c().await.ok();
        }
    }
}
