//! The node without its doors: what it knows, what it does, what it tells its peers.
//!
//! Everything goes the same way: decide by what is known, write one record, then take note of it.
//! What follows (delivery, lists) follows from the journal, after a crash too.
//!
//! ```text
//!            turn of the referral            disk                 memory
//!  command ─────── decide ────▶ record ────▶ Journal::append ────▶ State::hear ────▶ answer
//! ```

mod accounts;
mod arrivals;
pub mod authority;
mod break_glass;
mod calls;
mod cases;
mod clocks;
mod codes;
mod coordination;
mod drafts;
mod erasure;
mod feedback;
mod inbox;
mod jobs;
mod links;
mod narrowing;
mod needs;
mod news;
mod notes;
mod notices;
mod observed;
mod outgoing;
mod passing;
mod peers;
mod person;
mod reactions;
mod receipts;
mod recovery;
mod refer;
mod register;
mod renewal;
mod retention;
mod rotation;
mod saying;
mod search;
mod state;
mod team;
mod trail;
mod turns;
mod views;
mod words;
#[cfg(test)]
pub(crate) mod tests;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, mpsc};
use std::{iter, thread};

use maillage_protocol::directory::{Card, UnreadableCard};
use maillage_protocol::id::{NodeId, ProfessionalId, ReferralId};
use maillage_protocol::identity::{
    Genesis, Identity, IdentityKey, Organization, SignedIdentity, Update,
};
use maillage_protocol::keys::{KeyUse, PrivateKey};
use maillage_protocol::private::Private;
use maillage_protocol::time::Timestamp;
use tokio::sync::watch;

use crate::backup::ErasureList;
use crate::env::{Env, random};
use crate::facts::{
    AccountAct, Act, Capability, Entry, FactContent, ImportedPlace, RecordError, Safe, Shelf,
    TokenAct, identity_record,
};
use crate::journal::{Journal, JournalError, Number, Record, StripError};
use crate::keys::{KeyFile, KeyFileError};
use crate::vault::{Quarter, Vault, VaultError, VaultKey};

pub use accounts::{Account, AccountPerson, SHORTEST_PASSWORD, WeakPassword};
pub use arrivals::{AccountError, LinkLine};
pub use break_glass::{AccessError, AccessName, Everything, ExceptionalAccess};
pub use calls::{Asking, Calls, JoinFailure, Joining, Search, Searching};
pub use cases::{Case, Told};
pub use coordination::{Party, StuckConference};
pub use drafts::DraftError;
pub use erasure::{ErasureState, PendingErasure};
pub use inbox::InboxError;
pub use links::{LinkError, PreparedLink};
pub use narrowing::Narrowable;
pub use notes::{Note, PrivateNote, UnfitNote};
pub use notices::DueMail;
pub use observed::Observed;
pub use outgoing::{Batch, POLLS_AGAIN_WITHIN, Standing};
pub use peers::{Alert, LinkState, Peer, Trouble};
pub use person::PersonCard;
pub use receipts::{CheckedReceipt, WrongReceipt};
pub use refer::{Proposed, Request, is_discreet};
pub use register::{ErasureLine, Ordered, RefusalLine};
pub use renewal::Renewal;
pub use retention::Rule;
pub use rotation::WrongSheet;
pub use saying::{SayError, Texts};
pub use team::Colleague;
pub use trail::Opening;
pub use views::{Chosen, Delivery, PeerView, ShortCode, Step, Story, Worklist, WorklistRow};

pub use words::{Unwritable, Words};

use news::News;
pub use state::Practice;
use state::State;
use turns::{Subject, Turns};

/// One running node.
pub struct App {
    env: Arc<dyn Env>,
    journal: Arc<dyn Journal>,
    safe: Safe,
    keys: Arc<KeyFile>,
    state: RwLock<State>,
    turns: Turns,
    clocks: Mutex<clocks::Clocks>,
    /// Whether this folder was restored, and which of its own events it may not know.
    restored: AtomicBool,
    /// What wakes others up: told after the memory knows, so that whoever wakes up sees it.
    news: News,
    /// Where what is erased is listed, for a restore to erase it again, and what was listed when this
    /// folder was opened.
    erased: OnceLock<(PathBuf, ErasureList)>,
    /// What was erased before that list was known.
    unlisted: Mutex<BTreeSet<[u8; 16]>>,
    /// Becomes true when the disk failed: nothing is recorded any more.
    failure: watch::Sender<bool>,
    node: NodeId,
}

/// Why the node could not do something: the fault is its own.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The journal failed: nothing was recorded.
    #[error("the journal cannot be used")]
    Journal(#[from] JournalError),
    /// The vault failed: nothing was recorded.
    #[error("the vault cannot be used")]
    Vault(#[from] VaultError),
    /// A record makes no sense.
    #[error("the journal holds a record that makes no sense")]
    Record(#[from] RecordError),
    /// What was erased could not be taken out of the journal.
    #[error("the journal cannot be stripped")]
    Strip(#[from] StripError),
    /// The key file failed.
    #[error("the key file cannot be used")]
    Keys(#[from] KeyFileError),
    /// The list of destroyed keys cannot be written.
    #[error("the list of destroyed keys cannot be written")]
    ErasureList(#[source] std::io::Error),
    /// The key file does not hold the keys that the identity names: it is older than the journal.
    #[error("the key file is not the one of this journal")]
    OtherKeys,
    /// The journal begins without the identity of its node.
    #[error("the journal does not say whose it is")]
    NoIdentity,
}

/// Records read at a time when a node starts.
const START_BATCH: usize = 256;

impl App {
    /// Makes the identity of a new node, as the first record of its journal. Returns the rotation
    /// key, which goes on paper and nowhere else.
    pub fn begin(
        env: &dyn Env,
        journal: &dyn Journal,
        keys: &KeyFile,
        name: &str,
        url: &str,
        organization: Organization,
    ) -> Result<(NodeId, PrivateKey), AppError> {
        let paper = PrivateKey::from_seed(&random(env));
        let (sig, auth, wit) = (keys.sig(), keys.auth(), keys.wit());
        let signing =
            |key_use, key: &PrivateKey| IdentityKey { key_use, public: key.public().to_bytes() };
        let genesis = Genesis {
            name: name.to_owned(),
            urls: vec![url.to_owned()],
            keys: vec![
                signing(KeyUse::Sig, &sig),
                signing(KeyUse::Auth, &auth),
                signing(KeyUse::Wit, &wit),
                IdentityKey { key_use: KeyUse::Kem, public: keys.kem().public() },
            ],
            next: vec![Genesis::commit(&paper)],
            organization,
        };
        let event = SignedIdentity::genesis(&genesis, env.now(), &[&sig, &auth, &wit]);
        let identity = Identity::begin(&event).map_err(|_| AppError::NoIdentity)?;
        journal.append(&[identity_record(&event)])?;
        Ok((identity.node(), paper))
    }

    /// Starts a node where its journal ends. `restored` says that its folder comes from a backup.
    pub fn open(
        env: Arc<dyn Env>,
        journal: Arc<dyn Journal>,
        vault: Arc<dyn Vault>,
        keys: Arc<KeyFile>,
        restored: bool,
    ) -> Result<Self, AppError> {
        let safe = Safe::new(vault, Arc::clone(&env));
        let state = hear_all(&*journal, &safe)?;
        safe.reclaim(&state.units)?;
        let (identity, _) = state.us.as_ref().ok_or(AppError::NoIdentity)?;
        let node = identity.node();
        let signing = [KeyUse::Sig, KeyUse::Auth, KeyUse::Wit].map(|key_use| identity.key(key_use));
        let held = |key: &IdentityKey| keys.signing(key.kid()).is_some();
        if !signing.iter().flatten().all(held) {
            return Err(AppError::OtherKeys);
        }
        let app = Self {
            env,
            journal,
            safe,
            keys,
            state: RwLock::new(state),
            turns: Turns::default(),
            clocks: Mutex::default(),
            restored: AtomicBool::new(restored),
            news: News::default(),
            erased: OnceLock::new(),
            unlisted: Mutex::default(),
            failure: watch::Sender::new(false),
            node,
        };
        app.finish_erasures()?;
        app.resume_reactions()?;
        Ok(app)
    }

    /// Returns the name of this node for machines.
    #[must_use]
    pub const fn node(&self) -> NodeId {
        self.node
    }

    /// Returns who this node says that it is.
    #[must_use]
    pub fn identity(&self) -> Identity {
        let state = self.state();
        let (identity, _) = state.us.as_ref().expect("`open` refuses a journal without it");
        identity.clone()
    }

    /// Returns the identity log of this node.
    #[must_use]
    pub fn identity_log(&self) -> Vec<SignedIdentity> {
        self.state().us.as_ref().map(|(_, log)| log.clone()).unwrap_or_default()
    }

    /// Returns where the time comes from.
    #[must_use]
    pub fn env(&self) -> &Arc<dyn Env> {
        &self.env
    }

    /// Returns the journal, to projections.
    #[must_use]
    pub fn journal(&self) -> &Arc<dyn Journal> {
        &self.journal
    }

    /// Returns what opens records, to projections.
    #[must_use]
    pub const fn safe(&self) -> &Safe {
        &self.safe
    }

    /// Tells each time something new is known.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<u64> {
        self.news.all.subscribe()
    }

    /// Tells each time there is something new to do for a peer.
    #[must_use]
    pub fn news_of(&self, peer: NodeId) -> watch::Receiver<u64> {
        self.news.of(peer).subscribe()
    }

    /// Tells each time a link has changed.
    #[must_use]
    pub fn news_of_links(&self) -> watch::Receiver<u64> {
        self.news.links.subscribe()
    }

    /// Tells whether this node may not know all that it signed.
    #[must_use]
    pub fn is_restored(&self) -> bool {
        self.restored.load(Ordering::Relaxed)
    }

    /// Waits until the disk fails. What it holds then is unknown, so the node must stop.
    pub async fn failed(&self) {
        let mut failure = self.failure.subscribe();
        // The sender lives as long as this node.
        if failure.wait_for(|failed| *failed).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Tells whether the disk failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        *self.failure.borrow()
    }

    /// Takes note that every peer was asked what it holds.
    pub fn recovered(&self) -> Result<(), AppError> {
        self.restored.store(false, Ordering::Relaxed);
        self.record(None, &Act::Restored { at: self.env.now() }, &FactContent::default())?;
        Ok(())
    }

    /// Works by this law and this calendar from now on.
    pub fn adopt(&self, practice: Practice) {
        self.state.write().unwrap_or_else(PoisonError::into_inner).practice = practice;
    }

    /// Replaces the address that this node gives to its peers.
    pub fn move_to(&self, url: &str) -> Result<(), AppError> {
        self.turns.take(Subject::Identity, || {
            if self.identity().urls() == [url] {
                return Ok(());
            }
            let update = Update { urls: Some(vec![url.to_owned()]), ..Update::default() };
            self.update_identity(&update, &[])
        })
    }

    /// Describes this node to its peers, and to itself.
    pub fn describe(&self, card: Card) -> Result<Result<(), UnreadableCard>, AppError> {
        let body = match card.to_body() {
            Ok(body) => body,
            Err(refused) => return Ok(Err(refused)),
        };
        self.record(None, &Act::Card(Box::new(card)), &FactContent::default())?;
        let peers = self.active_peers();
        if !peers.is_empty() {
            let told = peers.into_iter().map(|to| links::card_entry(to, &body)).collect();
            self.record(None, &Act::Told { outgoing: told }, &FactContent::default())?;
        }
        Ok(Ok(()))
    }

    /// Returns how this node describes itself.
    #[must_use]
    pub fn card(&self) -> Option<Card> {
        self.state().card.clone()
    }

    /// Takes in places that somebody else describes.
    pub fn import_places(&self, source: &str, places: Vec<ImportedPlace>) -> Result<(), AppError> {
        /// Places in one record.
        const TOGETHER: usize = 200;
        for places in places.chunks(TOGETHER) {
            let act = Act::Places { source: source.to_owned(), places: places.to_vec() };
            self.record(None, &act, &FactContent::default())?;
        }
        Ok(())
    }

    /// Returns how the structure is called.
    #[must_use]
    pub fn organization(&self) -> String {
        self.card().map_or_else(|| self.identity().name().to_owned(), |card| card.name)
    }

    /// Returns the places that others describe.
    #[must_use]
    pub fn places(&self) -> Vec<ImportedPlace> {
        self.state().places.values().cloned().collect()
    }

    /// Makes an account, and the password that opens it.
    pub fn add_account(
        &self,
        person: &AccountPerson,
        capabilities: Vec<Capability>,
        password: &Private<String>,
    ) -> Result<Result<ProfessionalId, WeakPassword>, AppError> {
        let hash = match accounts::hash_password(password) {
            Ok(hash) => hash,
            Err(weak) => return Ok(Err(weak)),
        };
        let account = self.open_account(person, capabilities)?;
        self.keep_password(account, hash)?;
        Ok(Ok(account))
    }

    fn open_account(
        &self,
        person: &AccountPerson,
        capabilities: Vec<Capability>,
    ) -> Result<ProfessionalId, AppError> {
        let account = ProfessionalId::from_random(random(&*self.env));
        let (unit, at) = (self.safe.new_unit()?, Some(self.now()));
        let added = AccountAct::Added { account, unit, capabilities, at };
        let holder = Some(VaultKey::Unit(unit));
        self.record(holder, &Act::Account(added), &FactContent::of(person))?;
        Ok(account)
    }

    /// Changes a password. Every session that the old one opened is over.
    pub fn set_password(
        &self,
        account: ProfessionalId,
        password: &Private<String>,
    ) -> Result<Result<(), WeakPassword>, AppError> {
        match accounts::hash_password(password) {
            Ok(hash) => Ok(Ok(self.keep_password(account, hash)?)),
            Err(weak) => Ok(Err(weak)),
        }
    }

    fn keep_password(&self, account: ProfessionalId, hash: String) -> Result<(), AppError> {
        let credential = random(&*self.env);
        let before = self.account(account).and_then(|account| account.credential);
        self.safe.vault().put(&[(VaultKey::Local(credential), hash.into_bytes().into())])?;
        let set = AccountAct::PasswordSet { account, credential };
        self.record(None, &Act::Account(set), &FactContent::default())?;
        if let Some(before) = before {
            self.safe.vault().destroy(&[VaultKey::Local(before)])?;
        }
        Ok(())
    }

    /// Returns whose login and password these are. Slow on purpose.
    pub fn authenticate(
        &self,
        login: &str,
        password: &Private<String>,
    ) -> Result<Option<Account>, AppError> {
        let account = self.state().accounts.by_login(login).cloned();
        let name = account.as_ref().and_then(|account| account.credential);
        let hash = match name {
            Some(name) => self.safe.vault().get(&VaultKey::Local(name))?,
            None => None,
        };
        let hash = hash.as_ref().and_then(|hash| std::str::from_utf8(hash.reveal()).ok());
        // Asked whether there is an account or not: how long it takes must not tell.
        let matches = accounts::password_matches(password, hash);
        Ok(account.filter(|_| matches))
    }

    /// Returns an account that is not closed.
    #[must_use]
    pub fn account(&self, id: ProfessionalId) -> Option<Account> {
        self.state().accounts.active(id).cloned()
    }

    /// Returns the account of a login that is not closed.
    #[must_use]
    pub fn account_of(&self, login: &str) -> Option<Account> {
        self.state().accounts.by_login(login).cloned()
    }

    /// Returns every account, open or closed.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        self.state().accounts.all().cloned().collect()
    }

    /// Makes a key of the API for an account. What it returns is shown once.
    pub fn add_token(&self, account: ProfessionalId) -> Result<Private<String>, AppError> {
        let (token, secret): ([u8; 8], [u8; 32]) = (random(&*self.env), random(&*self.env));
        let hash = maillage_protocol::label::sha256(&secret);
        let act = Act::Token(TokenAct::Made { token, hash, account });
        self.record(None, &act, &FactContent::default())?;
        let (token, secret) = (encoded(&token), encoded(&secret));
        Ok(Private::from(format!("maillage_{token}_{secret}")))
    }

    /// Returns the account in whose name a key of the API acts.
    #[must_use]
    pub fn account_of_token(&self, token: &str) -> Option<Account> {
        let (name, secret) = token.strip_prefix("maillage_")?.split_at_checked(11)?;
        let name = maillage_protocol::encoding::from_base64url_array(name).ok()?;
        let secret = secret.strip_prefix('_')?;
        let secret: [u8; 32] = maillage_protocol::encoding::from_base64url_array(secret).ok()?;
        let state = self.state();
        let token = state.accounts.token(&name)?;
        // Both are hashes of 256 random bits: how long the comparison takes tells nothing.
        let same = token.hash == maillage_protocol::label::sha256(&secret);
        state.accounts.active(token.account).filter(|_| same).cloned()
    }

    /// Writes an act, and takes note of it. What it hides is sealed for `holder`.
    fn record(
        &self,
        holder: Option<VaultKey>,
        act: &Act,
        content: &FactContent,
    ) -> Result<Number, AppError> {
        let record = self.fact(holder, act, content)?;
        let number = self.write(std::slice::from_ref(&record))?;
        self.note(number, &record)?;
        Ok(number)
    }

    fn fact(
        &self,
        holder: Option<VaultKey>,
        act: &Act,
        content: &FactContent,
    ) -> Result<Record, AppError> {
        let (salt, name) = (random(&*self.env), self.key_of(act.shelf()));
        Ok(self.safe.fact_record(salt, name, holder, act, content)?)
    }

    /// Returns the name of the key under which an act is readable.
    fn key_of(&self, shelf: Shelf) -> VaultKey {
        let now = Quarter::of(self.now());
        match shelf {
            Shelf::Lasting => VaultKey::Lasting,
            Shelf::Trail => VaultKey::Trail(now),
            Shelf::Now => VaultKey::Quarter(now),
            Shelf::Referral(id) => {
                let case = self.case(id);
                VaultKey::Quarter(case.map_or(now, |case| case.began))
            }
            Shelf::Need(need) => {
                let began = self.state().first_of_need(need).map(|case| case.began);
                VaultKey::Quarter(began.unwrap_or(now))
            }
        }
    }

    /// Writes records, and takes note of them.
    fn append(&self, records: &[Record]) -> Result<(), AppError> {
        let mut number = self.write(records)?;
        for record in records {
            self.note(number, record)?;
            number = number.next();
        }
        Ok(())
    }

    fn write(&self, records: &[Record]) -> Result<Number, AppError> {
        let written = self.journal.append(records);
        if let Err(JournalError::Failed(_) | JournalError::Damaged(_)) = &written {
            self.failure.send_replace(true);
        }
        Ok(written?)
    }

    /// Takes note of a record that is on the disk.
    fn note(&self, number: Number, record: &Record) -> Result<(), AppError> {
        let entry = self.safe.read(number, record)?;
        let (noted, stirred) = {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            let noted = state.hear(number, &entry, &self.safe);
            (noted, std::mem::take(&mut state.stirred))
        };
        self.news.tell(stirred, is_about_links(&entry));
        Ok(noted?)
    }

    fn state(&self) -> Looking<'_> {
        Looking::at(&self.state)
    }

    /// Returns what is known of a referral.
    pub(crate) fn case(&self, id: ReferralId) -> Option<Arc<Case>> {
        self.state().cases.get(&id).cloned()
    }

    fn now(&self) -> Timestamp {
        self.env.now()
    }
}

/// Somebody looks at what the node knows. Nobody looks twice at once: a writer that came in between
/// would wait for the first look, and the second one for the writer.
struct Looking<'a>(RwLockReadGuard<'a, State>);

thread_local! {
    static LOOKS: Cell<bool> = const { Cell::new(false) };
}

impl<'a> Looking<'a> {
    fn at(state: &'a RwLock<State>) -> Self {
        debug_assert!(!LOOKS.replace(true), "this thread looks at the state already");
        Self(state.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Deref for Looking<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        LOOKS.set(false);
    }
}

/// Hears the whole journal. Another thread reads and opens the records that follow meanwhile, and
/// gets them back: to free what another thread asked for makes both wait.
fn hear_all(journal: &dyn Journal, safe: &Safe) -> Result<State, AppError> {
    let (opened, batches) = mpsc::sync_channel(2);
    let (heard, returned) = mpsc::channel::<Vec<(Number, Entry)>>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut next = Some(Number(0));
            while let Some(from) = next {
                let batch = open_batch(journal, safe, from);
                let last = batch.as_ref().ok().and_then(|batch| batch.last());
                next = last.map(|(number, _)| number.next());
                if opened.send(batch).is_err() {
                    return;
                }
                returned.try_iter().for_each(drop);
            }
        });
        let mut state = State::default();
        for batch in batches {
            let batch = batch?;
            for (number, entry) in &batch {
                state.hear(*number, entry, safe)?;
            }
            // Whoever has read the last one waits for nothing more.
            heard.send(batch).ok();
        }
        Ok(state)
    })
}

fn open_batch(
    journal: &dyn Journal,
    safe: &Safe,
    from: Number,
) -> Result<Vec<(Number, Entry)>, AppError> {
    let records = journal.read(from, START_BATCH)?;
    let numbers = iter::successors(Some(from), |number| Some(number.next()));
    let open = |(number, record)| Ok((number, safe.read(number, record)?));
    numbers.zip(&records).map(open).collect()
}

fn is_about_links(entry: &Entry) -> bool {
    matches!(entry, Entry::Fact(fact) if matches!(fact.act, Some(Act::Link(_))))
}

fn encoded(bytes: &[u8]) -> String {
    maillage_protocol::encoding::base64url(bytes)
}
