//! One task for each peer: asks [`Delivery`] what to do, does it, tells it what happened.
//!
//! Beside it, for each peer, a task that carries orders to erase, which wait for nothing; and, if
//! nobody can reach us, a task that fetches what peers have for us.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use maillage_protocol::delivery::{Delivery, Input, Outcome, Output};
use maillage_protocol::id::{Epoch, IdentityId, NodeId, Seq};
use maillage_protocol::keys::PrivateKey;
use maillage_protocol::limits;
use maillage_protocol::problem::ProblemType;
use maillage_protocol::receipt::DeliveryReceipt;
use maillage_protocol::signed::Signed;
use maillage_protocol::time::Timestamp;
use maillage_protocol::transport::{
    BASE, BatchAnswer, EventBatch, HeadAnswer, IdentityLog, KeyboxAnswer, KeyboxRequest,
    PendingOrders, PullAnswer, PullQuery, ReceiptDeposit,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::timeout;
use tracing::{debug, info, warn};

use super::address::PeerUrl;
use super::client::{Answer, CallError, Client, Parties};
use crate::app::{Alert, App, AppError, Batch, POLLS_AGAIN_WITHIN};
use crate::telemetry::Chain;

/// A difference between the two clocks of the machine beyond which it may have been copied.
const CLOCK_JUMP: Duration = Duration::from_secs(30);
/// How long to wait after a call that failed once, outside of deliveries: a connection may break.
const MOMENT: Duration = Duration::from_secs(1);
/// How long to wait after our own disk failed.
const PAUSE: Duration = Duration::from_secs(30);
/// How often a peer is asked for keys that miss.
const ASKS_EVERY: Duration = Duration::from_secs(5);
/// How long a peer is waited for that is asked for its orders, or for the time.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a node that was restored fetches from a peer before it opens its port. The rest comes after.
const LONGEST_MEMORY: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// How often a node that nobody can reach reads its peers' identities.
const IDENTITY_EVERY: Duration = Duration::from_secs(6 * 60 * 60);

/// How this node exchanges.
#[derive(Clone, Copy, Debug, Default)]
pub struct DriverSettings {
    /// Whether nobody can reach us, so that we fetch what peers have for us.
    pub poll: bool,
}

/// The tasks that exchange with peers.
pub struct Drivers {
    app: Arc<App>,
    client: Arc<Client>,
    settings: DriverSettings,
    peers: Mutex<BTreeMap<NodeId, Line>>,
}

/// How to speak to the tasks of one peer.
struct Line {
    inputs: mpsc::UnboundedSender<Input>,
    /// Counts the signs of life of the peer.
    alive: watch::Sender<u64>,
    polls: Arc<Semaphore>,
    /// Whether it is being asked for keys: held by whoever asks.
    asking: Arc<Semaphore>,
    /// Whether the peer said what it holds in this life of the process.
    confirmed: Arc<AtomicBool>,
}

/// One peer, for one of its tasks.
#[derive(Clone)]
struct Exchange {
    app: Arc<App>,
    client: Arc<Client>,
    peer: NodeId,
    alive: watch::Receiver<u64>,
    confirmed: Arc<AtomicBool>,
    /// What the peer was told last of our identity, in this life of the process.
    introduced: Arc<Mutex<Option<IdentityId>>>,
}

impl Drivers {
    /// Prepares the tasks.
    #[must_use]
    pub fn new(app: Arc<App>, client: Arc<Client>, settings: DriverSettings) -> Arc<Self> {
        Arc::new(Self { app, client, settings, peers: Mutex::default() })
    }

    /// Returns what calls peers.
    #[must_use]
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// Erases what peers ordered while this node slept, before anybody reads here. Those who do not
    /// answer in time are not waited for: their orders come when they do. A node that was restored
    /// also takes back what it forgot: an order that it had carried out is not given again, and comes
    /// with the rest of the channel.
    pub async fn erase_first(&self) {
        let asked = self.app.active_peers().into_iter().map(|peer| async move {
            let exchange = self.aside(peer);
            match timeout(PATIENCE, exchange.obey_orders()).await {
                Ok(Ok(())) if self.app.is_restored() => {
                    if timeout(LONGEST_MEMORY, exchange.remember()).await.is_err() {
                        info!(%peer, "more was forgotten than can be fetched before the port opens");
                    }
                }
                Ok(Ok(())) => {}
                Ok(Err(error)) => info!(%peer, error = %Chain(&error), "orders are not known yet"),
                Err(_) => info!(%peer, "orders are not known yet: no answer in time"),
            }
        });
        join_all(asked).await;
    }

    /// Asks every peer what time it is: it comes with whatever they answer.
    pub async fn ask_the_time(&self) {
        let asked = self.app.active_peers().into_iter().map(|peer| async move {
            timeout(PATIENCE, self.aside(peer).get::<HeadAnswer>("/head", "", false)).await.ok();
        });
        join_all(asked).await;
    }

    /// Runs the tasks of every peer, those that come later included, until it is dropped.
    pub async fn run(self: Arc<Self>) {
        let mut news = self.app.news_of_links();
        loop {
            for peer in self.app.active_peers() {
                self.start(peer);
            }
            if news.changed().await.is_err() {
                return;
            }
        }
    }

    fn start(self: &Arc<Self>, peer: NodeId) {
        let mut peers = self.lock();
        if peers.contains_key(&peer) {
            return;
        }
        let (inputs, received) = mpsc::unbounded_channel();
        let (alive, signs) = watch::channel(0);
        let polls = Arc::new(Semaphore::new(limits::LONG_POLLS));
        let confirmed = Arc::new(AtomicBool::new(false));
        let asking = Arc::new(Semaphore::new(1));
        let line = Line { inputs, alive, polls, asking, confirmed: Arc::clone(&confirmed) };
        peers.insert(peer, line);
        let exchange = Exchange {
            app: Arc::clone(&self.app),
            client: Arc::clone(&self.client),
            peer,
            alive: signs,
            confirmed,
            introduced: Arc::default(),
        };
        tokio::spawn(exchange.clone().deliver(received));
        tokio::spawn(exchange.clone().carry_erasures());
        if self.settings.poll {
            tokio::spawn(exchange.fetch());
        }
    }

    /// Takes note that a peer has just called us. If it said what it holds in a request that it
    /// signed, that counts.
    pub fn peer_came(&self, peer: NodeId, cursor: Option<(Epoch, Seq)>) {
        self.app.heard_from(peer);
        let holds = cursor.and_then(|place| self.app.index_of(peer, place));
        if let Some(line) = self.lock().get(&peer) {
            let at = self.app.env().now();
            // Nobody listens once the task has ended, which only the end of the process does.
            line.inputs.send(Input::PeerCame { at, holds }).ok();
            line.alive.send_modify(|count| *count += 1);
        }
        if !self.app.keys_needed(peer).is_empty() {
            self.ask_keys(peer);
        }
    }

    /// Tries again at once, because a human asks.
    pub fn try_again(&self, peer: NodeId) {
        if let Some(line) = self.lock().get(&peer) {
            line.inputs.send(Input::Resume(self.app.env().now())).ok();
            line.alive.send_modify(|count| *count += 1);
        }
    }

    /// Tells whether every peer said what it holds in this life of the process.
    #[must_use]
    pub fn all_confirmed(&self) -> bool {
        let peers = self.lock();
        self.app
            .active_peers()
            .iter()
            .all(|peer| peers.get(peer).is_some_and(|line| line.confirmed.load(Ordering::Relaxed)))
    }

    /// Tells whether this node was restored, and has not yet fetched what it forgot from a peer that it
    /// can call.
    pub(super) fn is_behind(&self, peer: NodeId) -> bool {
        let confirmed = |line: &Line| line.confirmed.load(Ordering::Relaxed);
        let asked = self.lock().get(&peer).is_some_and(confirmed);
        let polls = self.app.standing(peer).is_none_or(|standing| standing.polls);
        self.app.is_restored() && !asked && !polls
    }

    /// Lets a peer wait for news, unless it already waits too often.
    pub(super) fn long_poll(&self, peer: NodeId) -> Option<OwnedSemaphorePermit> {
        let polls = self.lock().get(&peer).map(|line| Arc::clone(&line.polls))?;
        polls.try_acquire_owned().ok()
    }

    /// Reads a peer's identity again, since it signs with a key that we do not know.
    pub(super) fn read_identity_again(&self, peer: NodeId) {
        let exchange = self.aside(peer);
        tokio::spawn(async move { exchange.read_identity().await });
    }

    /// Asks a peer for the keys of events that we hold closed, unless it is being asked.
    fn ask_keys(&self, peer: NodeId) {
        let asking = self.lock().get(&peer).map(|line| Arc::clone(&line.asking));
        let Some(Ok(asking)) = asking.map(Semaphore::try_acquire_owned) else { return };
        let exchange = self.aside(peer);
        tokio::spawn(async move {
            let _asking = asking;
            if let Err(error) = exchange.ask_keys().await {
                info!(error = %Chain(&error), "cannot ask a peer for keys yet");
            }
            // A peer that writes to us all the time is not asked all the time.
            tokio::time::sleep(ASKS_EVERY).await;
        });
    }

    /// Speaks to a peer beside the tasks that serve it.
    fn aside(&self, peer: NodeId) -> Exchange {
        let alive = watch::channel(0).1;
        let (app, client) = (Arc::clone(&self.app), Arc::clone(&self.client));
        let (confirmed, introduced) = (Arc::default(), Arc::default());
        Exchange { app, client, peer, alive, confirmed, introduced }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<NodeId, Line>> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exchange {
    /// Delivers our channel.
    async fn deliver(self, mut inputs: mpsc::UnboundedReceiver<Input>) {
        let Some(standing) = self.app.standing(self.peer) else { return };
        let mut delivery = Delivery::resume(standing.head, standing.acked);
        let mut news = self.app.news_of(self.peer);
        let mut clocks = Clocks::read(&self.app);
        loop {
            while let Ok(input) = inputs.try_recv() {
                delivery.handle(input);
            }
            if clocks.jumped(&self.app) {
                warn!("the clock jumped: peers are asked again what they hold");
                self.app.forget_clocks();
                delivery.handle(Input::Doubt);
            }
            let Some(standing) = self.app.standing(self.peer) else { return };
            // To fetch what was forgotten is something to do, even if nothing is to be told.
            let behind = self.is_behind();
            delivery.handle(Input::Waiting(standing.waiting.max(u64::from(behind))));
            delivery.handle(Input::Signed(standing.head));
            self.app.delivers(self.peer, delivery.health());
            let now = self.app.env().now();
            delivery.handle(Input::Introduced(self.is_introduced()));
            // A peer that fetches what we have is not called: it cannot be reached.
            let output = match (standing.active, standing.polls) {
                (true, false) => delivery.poll(now),
                (true, true) => Output::WaitUntil(now.after(POLLS_AGAIN_WITHIN)),
                (false, _) => Output::Rest,
            };
            debug!(peer = %self.peer, ?output, "what a delivery does next");
            match output {
                Output::Introduce => {
                    let outcome = match self.introduce().await {
                        Ok(()) => Outcome::Introduced,
                        Err(error) => self.failed(error).await,
                    };
                    delivery.handle(self.answered(outcome));
                }
                Output::ConfirmHead => {
                    let outcome = match behind {
                        true => self.remember().await,
                        false => self.confirm_head().await,
                    };
                    delivery.handle(self.answered(outcome));
                }
                Output::Sign { .. } if behind => delivery.handle(Input::Doubt),
                Output::Sign { at_most } => {
                    let (app, peer) = (Arc::clone(&self.app), self.peer);
                    match blocking(move || app.sign_waiting(peer, at_most)).await {
                        Some(head) => delivery.handle(Input::Signed(head)),
                        None => tokio::time::sleep(PAUSE).await,
                    }
                }
                Output::Send { after, through } => {
                    let outcome = self.send(after, through).await;
                    delivery.handle(self.answered(outcome));
                }
                Output::WaitUntil(time) => {
                    let pause = time.since(now);
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        input = inputs.recv() => delivery.handle_some(input),
                    }
                }
                Output::Rest => {
                    tokio::select! {
                        changed = news.changed() => if changed.is_err() { return },
                        input = inputs.recv() => delivery.handle_some(input),
                    }
                }
            }
        }
    }

    fn answered(&self, outcome: Outcome) -> Input {
        debug!(peer = %self.peer, ?outcome, "how a request of a delivery ended");
        Input::Answered { at: self.app.env().now(), outcome }
    }

    /// Tells whether this node was restored, and has not fetched yet what it forgot.
    fn is_behind(&self) -> bool {
        self.app.is_restored() && !self.confirmed.load(Ordering::Relaxed)
    }

    /// After a restore, asks the peer what it holds of us, then fetches what it sent since the backup:
    /// it believes that we hold it.
    async fn remember(&self) -> Outcome {
        let held = self.confirm_head().await;
        if !matches!(held, Outcome::Holds(_)) {
            return held;
        }
        loop {
            let (ep, after) = self.app.received_head(self.peer);
            let query = PullQuery { ep, after, limit: limits::BATCH_EVENTS, wait: 0 }.to_query();
            match self.get::<PullAnswer>("/events", &query, false).await {
                Ok((_, answer)) => {
                    let all = answer.events.is_empty();
                    if !all && self.take(answer.events).await.is_err() {
                        return Outcome::Unreachable;
                    }
                    // What is refused today is refused again: a human is told by the channel.
                    if all || self.app.received_head(self.peer) == (ep, after) {
                        let app = Arc::clone(&self.app);
                        blocking(move || app.resume_reactions()).await;
                        self.confirmed.store(true, Ordering::Relaxed);
                        return held;
                    }
                }
                Err(error) => {
                    info!(error = %Chain(&error), "cannot catch up with a peer yet");
                    return Outcome::Unreachable;
                }
            }
        }
    }

    /// Asks the peer what it holds.
    async fn confirm_head(&self) -> Outcome {
        let answer = self.get::<HeadAnswer>("/head", "", false).await;
        match answer {
            Ok((nonce, head)) => self.held(&nonce, head.receipt).await,
            Err(error) => self.failed(error).await,
        }
    }

    /// Judges what the peer signed that it holds.
    async fn held(&self, nonce: &str, receipt: Signed) -> Outcome {
        let (app, peer, nonce) = (Arc::clone(&self.app), self.peer, nonce.to_owned());
        match blocking(move || app.hold_receipt(peer, &receipt, Some(&nonce))).await {
            Some(Batch::Holds(seq)) => {
                // A node that was restored has to fetch the rest first.
                if !self.app.is_restored() {
                    self.confirmed.store(true, Ordering::Relaxed);
                }
                Outcome::Holds(seq)
            }
            Some(Batch::HoldsMore) => self.recover().await,
            Some(Batch::Contradicts) => Outcome::Blocked,
            Some(Batch::Nonsense) | None => Outcome::Unreachable,
        }
    }

    /// The peer holds more than we know. After a restore that is our own past, and it gives it
    /// back; otherwise a copy of this node is alive somewhere.
    async fn recover(&self) -> Outcome {
        if !self.app.is_restored() {
            self.app.raise(self.peer, Alert::CopyAlive);
            return Outcome::Blocked;
        }
        loop {
            let (ep, after) = self.app.signed_head(self.peer);
            let query = PullQuery { ep, after, limit: limits::BATCH_EVENTS, wait: 0 }.to_query();
            let answer = match self.get::<PullAnswer>("/mine", &query, false).await {
                Ok((_, answer)) => answer,
                Err(error) => return self.failed(error).await,
            };
            let (app, peer) = (Arc::clone(&self.app), self.peer);
            let recovered = blocking(move || app.recover_own(peer, answer.events)).await;
            match recovered {
                Some(0) | None => break,
                Some(count) => info!(count, "took our own events back from a peer"),
            }
        }
        // What we now hold is asked again, with a fresh receipt.
        match self.get::<HeadAnswer>("/head", "", false).await {
            Ok((nonce, head)) => {
                let (app, peer) = (Arc::clone(&self.app), self.peer);
                match blocking(move || app.hold_receipt(peer, &head.receipt, Some(&nonce))).await {
                    Some(Batch::Holds(seq)) => Outcome::Holds(seq),
                    Some(_) => Outcome::Blocked,
                    None => Outcome::Unreachable,
                }
            }
            Err(error) => self.failed(error).await,
        }
    }

    async fn send(&self, after: Seq, through: Seq) -> Outcome {
        let limit = usize::try_from(through.0 - after.0).unwrap_or(limits::BATCH_EVENTS);
        let (app, peer) = (Arc::clone(&self.app), self.peer);
        let Some(events) = blocking(move || app.events_after(peer, after, limit)).await else {
            return Outcome::Unreachable;
        };
        match self.post::<BatchAnswer>("/events", &EventBatch { events }).await {
            Ok((nonce, answer)) => {
                let code = answer.results.iter().find_map(|result| result.code.as_deref());
                if let Some(code) = code {
                    warn!(code, "a peer does not store our next event");
                }
                let refused = code.is_some();
                match self.held(&nonce, answer.receipt).await {
                    Outcome::Holds(seq) if refused && seq == after => Outcome::Stuck,
                    outcome => outcome,
                }
            }
            Err(error) => self.failed(error).await,
        }
    }

    /// Sorts what went wrong. Answers are not signed: none of them changes more than the rhythm.
    async fn failed(&self, error: CallError) -> Outcome {
        match error {
            CallError::Busy(later) => Outcome::Busy(later),
            CallError::NotAllowed(_) => Outcome::Refused,
            CallError::Unreachable(_) | CallError::Nonsense => Outcome::Unreachable,
            CallError::Problem(problem) => match problem.kind() {
                Some(ProblemType::UnknownKey) => {
                    *self.told() = None;
                    Outcome::Refused
                }
                Some(ProblemType::Gap) => self.after_gap().await,
                Some(ProblemType::TooLarge) => Outcome::TooLarge,
                Some(
                    ProblemType::Fork
                    | ProblemType::ChannelBlocked
                    | ProblemType::InvalidEvent
                    | ProblemType::StaleEpoch
                    | ProblemType::UnsupportedVersion,
                ) => Outcome::Stuck,
                Some(ProblemType::UnknownPeer | ProblemType::LinkSuspended) => Outcome::Refused,
                Some(ProblemType::RateLimited) => Outcome::Busy(PAUSE),
                _ if problem.status == 401 || problem.status == 403 => {
                    // A link that waits for a human on the other side opens when it calls us.
                    if problem.kind() == Some(ProblemType::LinkPending) {
                        Outcome::Unreachable
                    } else {
                        Outcome::Refused
                    }
                }
                _ => Outcome::Unreachable,
            },
        }
    }

    /// The peer lost the end of our channel: what it holds now is asked with a fresh receipt.
    async fn after_gap(&self) -> Outcome {
        let Ok((nonce, head)) = self.get::<HeadAnswer>("/head", "", false).await else {
            return Outcome::Unreachable;
        };
        let (app, peer) = (Arc::clone(&self.app), self.peer);
        match blocking(move || app.hold_receipt(peer, &head.receipt, Some(&nonce))).await {
            Some(Batch::Holds(seq)) => Outcome::Holds(seq),
            Some(_) | None => Outcome::Unreachable,
        }
    }

    /// Carries orders to erase, at once and for ever.
    async fn carry_erasures(mut self) {
        let mut news = self.app.news_of(self.peer);
        let mut pause = MOMENT;
        loop {
            let pending = self.app.pending_erasures(self.peer);
            let mut failed = false;
            for erasure in pending {
                match self.post::<Option<Signed>>("/erase", &erasure.order).await {
                    Ok((_, Some(attestation))) => {
                        let (app, peer) = (Arc::clone(&self.app), self.peer);
                        blocking(move || app.hold_attestation(peer, &attestation)).await;
                    }
                    Ok((_, None)) => failed = true,
                    Err(_) => {
                        failed = true;
                        break;
                    }
                }
            }
            if failed {
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    changed = self.alive.changed() => if changed.is_err() { return },
                }
                pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            } else {
                pause = MOMENT;
                if news.changed().await.is_err() {
                    return;
                }
            }
        }
    }

    /// Fetches what the peer has for us, since it cannot reach us.
    async fn fetch(self) {
        let (mut pause, mut read) = (MOMENT, None);
        loop {
            // Nobody can tell us what changed in its identity.
            let now = self.app.env().monotonic();
            if read.is_none_or(|at| now.saturating_sub(at) >= IDENTITY_EVERY) {
                self.read_identity().await;
                read = Some(now);
            }
            match self.fetch_once().await {
                Ok(()) => pause = MOMENT,
                Err(error) => {
                    read = None;
                    info!(error = %Chain(&error), "cannot fetch what a peer has for us");
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Carries out the orders to erase that wait at the peer.
    async fn obey_orders(&self) -> Result<(), CallError> {
        loop {
            let (_, PendingOrders { orders }) = self.get("/erase", "", false).await?;
            let full = orders.len() >= limits::ERASURE_ORDERS;
            let mut attestations = Vec::new();
            for order in orders {
                let (app, peer) = (Arc::clone(&self.app), self.peer);
                attestations.extend(blocking(move || app.obey_order(peer, &order)).await.flatten());
            }
            // What cannot be attested now is erased all the same.
            let some = !attestations.is_empty();
            for attestation in attestations {
                self.post::<Option<()>>("/erase", &attestation).await?;
            }
            if !full || !some {
                return Ok(());
            }
        }
    }

    async fn fetch_once(&self) -> Result<(), CallError> {
        self.obey_orders().await?;
        if self.is_behind() {
            let held = self.remember().await;
            let asked = matches!(held, Outcome::Holds(_));
            return asked.then_some(()).ok_or(CallError::Unreachable(None));
        }
        let (ep, after) = self.app.received_head(self.peer);
        let wait = limits::LONG_POLL.as_secs();
        let query = PullQuery { ep, after, limit: limits::BATCH_EVENTS, wait }.to_query();
        let (_, answer) = self.get::<PullAnswer>("/events", &query, true).await?;
        if answer.events.is_empty() {
            return Ok(());
        }
        self.take(answer.events).await
    }

    /// Takes events that were fetched, and tells the peer that we hold them.
    async fn take(
        &self,
        events: Vec<maillage_protocol::event::WireEvent>,
    ) -> Result<(), CallError> {
        let (app, peer) = (Arc::clone(&self.app), self.peer);
        let taken = blocking(move || Ok(app.ingest(peer, events, None))).await;
        let Some(Ok(answer)) = taken else { return Err(CallError::Nonsense) };
        let head = DeliveryReceipt::recall(&answer.receipt).ok().and_then(|receipt| receipt.head);
        if head.is_some() {
            let deposit = ReceiptDeposit { receipts: vec![answer.receipt] };
            self.post::<Option<()>>("/receipts", &deposit).await?;
        }
        self.ask_keys().await
    }

    /// Asks for the keys of events that we hold closed, until none is missing or none comes.
    async fn ask_keys(&self) -> Result<(), CallError> {
        loop {
            let ids = self.app.keys_needed(self.peer);
            let Some(oldest) = ids.first().copied() else { return Ok(()) };
            let asked = KeyboxRequest { ids, kid: self.app.kem_kid() };
            let (_, KeyboxAnswer { keyboxes }) = self.post("/keybox", &asked).await?;
            let (app, peer) = (Arc::clone(&self.app), self.peer);
            blocking(move || {
                for named in keyboxes {
                    app.take_keybox(peer, named.id, &named.k)?;
                }
                Ok(())
            })
            .await;
            if self.app.keys_needed(self.peer).first() == Some(&oldest) {
                return Ok(());
            }
        }
    }

    async fn read_identity(&self) {
        let Some(url) = self.app.peer_url(self.peer) else { return };
        let read = self.client.read_public::<IdentityLog>(&url, &format!("{BASE}/identity")).await;
        if let Ok(IdentityLog { log }) = read {
            let (app, peer) = (Arc::clone(&self.app), self.peer);
            let learned = blocking(move || Ok(app.learn_identity(peer, &log))).await;
            if let Some(Err(error)) = learned {
                warn!(error = %Chain(&error), "the identity of a peer is refused");
            }
        }
    }

    async fn get<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        query: &str,
        wait: bool,
    ) -> Result<(String, T), CallError> {
        let (url, key) = self.address().await?;
        let parties = self.parties(&url, &key);
        let answer = self.heard(self.client.get(&parties, path, query, wait).await)?;
        Ok((answer.nonce, answer.said))
    }

    async fn post<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        body: &impl serde::Serialize,
    ) -> Result<(String, T), CallError> {
        let (url, key) = self.address().await?;
        let parties = self.parties(&url, &key);
        let answer = self.heard(self.client.post(&parties, path, body).await)?;
        Ok((answer.nonce, answer.said))
    }

    /// Takes note of a sign of life, and of the time that came with it: who refuses a request for its
    /// time says what time it is there.
    fn heard<T>(&self, answer: Result<Answer<T>, CallError>) -> Result<Answer<T>, CallError> {
        let time = match &answer {
            Ok(answer) => answer.time,
            Err(CallError::Problem(problem)) if problem.kind() == Some(ProblemType::ClockSkew) => {
                problem.time
            }
            Err(_) => return answer,
        };
        self.app.heard_from(self.peer);
        if let Some(time) = time {
            self.app.heard_clock(self.peer, time);
        }
        answer
    }

    /// Returns where the peer is and what signs our requests, once it was told who we are.
    async fn address(&self) -> Result<(PeerUrl, PrivateKey), CallError> {
        match self.introduce().await {
            // It may know us already: what it is asked for says whether it does.
            Ok(()) | Err(CallError::Problem(_) | CallError::Busy(_)) => self.place(),
            Err(error) => Err(error),
        }
    }

    fn place(&self) -> Result<(PeerUrl, PrivateKey), CallError> {
        let url = self.app.peer_url(self.peer).ok_or(CallError::Unreachable(None))?;
        Ok((url, self.app.auth_key()))
    }

    /// Tells the peer who we are today, unless this process has told it.
    async fn introduce(&self) -> Result<(), CallError> {
        if self.is_introduced() {
            return Ok(());
        }
        let (log, (_, today)) = (self.app.identity_log(), self.app.identity().last());
        let (url, key) = self.place()?;
        let parties = self.parties(&url, &key);
        let log = IdentityLog { log };
        self.heard(self.client.post::<Option<()>>(&parties, "/identity", &log).await)?;
        *self.told() = Some(today);
        Ok(())
    }

    /// Tells whether the peer knows our identity of today, as far as this process told it.
    fn is_introduced(&self) -> bool {
        let (_, today) = self.app.identity().last();
        *self.told() == Some(today)
    }

    fn told(&self) -> MutexGuard<'_, Option<IdentityId>> {
        self.introduced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn parties<'a>(&self, url: &'a PeerUrl, key: &'a PrivateKey) -> Parties<'a> {
        Parties { us: self.app.node(), key, peer: self.peer, url }
    }
}

/// The two clocks of the machine, compared: a copied or resumed machine shows by their difference.
struct Clocks {
    wall: Timestamp,
    monotonic: Duration,
}

impl Clocks {
    fn read(app: &App) -> Self {
        Self { wall: app.env().now(), monotonic: app.env().monotonic() }
    }

    fn jumped(&mut self, app: &App) -> bool {
        let now = Self::read(app);
        let steady = now.monotonic.saturating_sub(self.monotonic);
        let forward = now.wall.since(self.wall).saturating_sub(steady);
        let backward = self.wall.after(steady).since(now.wall);
        *self = now;
        forward > CLOCK_JUMP || backward > CLOCK_JUMP
    }
}

/// Leaves the async world. A failure of our own disk is told once; the next round meets it again.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Option<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Some(done),
        Ok(Err(error)) => {
            tracing::error!(error = %Chain(&error), "cannot exchange with a peer");
            None
        }
        Err(_) => None,
    }
}
