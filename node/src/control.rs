//! What the administrator's verbs ask of a node, whether it runs or not.
//!
//! A running node listens on a socket of its own folder, which only its owner can open. If nobody
//! listens there, the verb opens the folder itself. Both carry out the same [`Order`]s.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use maillage_protocol::directory::Card;
use maillage_protocol::id::NodeId;
use maillage_protocol::identity::RevocationCause;
use maillage_protocol::private::Private;
use maillage_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::app::{AccountError, AccountPerson, App, AppError, LinkError, LinkState, Rule};
use crate::facts::{Capability, Duty, ImportedPlace};
use crate::federation::{Client, Drivers, JoinError, join};
use crate::index::Sessions;
use crate::keys::paper;
use crate::telemetry::Chain;

/// Bytes of the largest order: an import of places, in parts.
const ORDER: u64 = 8 * 1024 * 1024;

/// What an administrator asks.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    /// To make an account.
    AddUser {
        /// Who.
        person: Private<AccountPerson>,
        /// What they may do.
        capabilities: Vec<Capability>,
        /// Their first password.
        password: Private<String>,
    },
    /// To list the accounts.
    ListUsers,
    /// To close an account.
    DisableUser {
        /// Whose.
        login: Private<String>,
    },
    /// To choose another password, which ends every session.
    ResetUser {
        /// Whose.
        login: Private<String>,
        /// The new one.
        password: Private<String>,
    },
    /// To give somebody a duty in their team, or none.
    GiveDuty {
        /// Whom.
        login: Private<String>,
        /// Which.
        duty: Option<Duty>,
    },
    /// To make a key of the API.
    MakeToken {
        /// In whose name it acts.
        login: Private<String>,
    },
    /// To list the sessions.
    ListSessions,
    /// To end the sessions of an account, or all of them.
    RevokeSessions {
        /// Whose.
        login: Option<Private<String>>,
    },
    /// To make an invitation.
    Invite,
    /// To answer an invitation.
    Accept {
        /// Its text.
        invitation: Private<String>,
    },
    /// To list the partners.
    ListPeers,
    /// To approve a link, once the codes were compared.
    Approve {
        /// With whom.
        node: NodeId,
    },
    /// To suspend a link.
    Suspend {
        /// With whom.
        node: NodeId,
    },
    /// To resume a link.
    Resume {
        /// With whom.
        node: NodeId,
    },
    /// To try again at once what waits for a partner.
    TryAgain {
        /// Which one.
        node: NodeId,
    },
    /// To start the exchanges with a partner again, after a fork or a copy.
    Reopen {
        /// With whom.
        node: NodeId,
    },
    /// To make new keys for requests, cosignatures and sealing.
    RotateKeys,
    /// To make every key anew with the paper sheet.
    RotateWithPaper {
        /// The code of the sheet.
        code: Private<String>,
        /// What commits to the sheet that comes next.
        next: [u8; 32],
        /// Why.
        cause: RotationCause,
    },
    /// To tell whether a paper sheet is the one that the next rotation needs.
    CheckPaper {
        /// The code of the sheet.
        code: Private<String>,
    },
    /// To say how the node is described.
    ReadCard,
    /// To describe the node.
    Describe {
        /// How.
        card: Box<Card>,
    },
    /// To take in places.
    ImportPlaces {
        /// Who describes them.
        source: String,
        /// The places.
        places: Vec<ImportedPlace>,
    },
    /// To destroy what no rule keeps any more.
    Retain {
        /// Whether it is only counted.
        rehearsal: bool,
    },
    /// To say how the node is.
    Standing,
}

/// What is answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// How much each rule destroyed, or would destroy.
    Retained {
        /// By rule.
        counts: BTreeMap<Rule, u64>,
    },
    /// It is done.
    Done,
    /// The accounts.
    Users {
        /// One by one.
        users: Vec<UserLine>,
    },
    /// A key of the API, shown once.
    Token {
        /// The key.
        token: Private<String>,
    },
    /// The sessions.
    Sessions {
        /// One by one.
        sessions: Vec<SessionLine>,
    },
    /// An invitation.
    Invitation {
        /// Its text.
        text: Private<String>,
        /// Until when.
        expires: Timestamp,
    },
    /// Both nodes know the invitation: six digits to compare.
    Compare {
        /// The digits.
        code: String,
    },
    /// The partners.
    Peers {
        /// One by one.
        peers: Vec<PeerLine>,
    },
    /// How the node is described.
    Card {
        /// The card, if there is one.
        card: Option<Box<Card>>,
    },
    /// How the node is.
    Standing {
        /// Its name.
        node: NodeId,
        /// How many records its journal has.
        records: u64,
        /// How many referrals it takes part in.
        referrals: usize,
        /// Whether it waits for its peers after a restore.
        restored: bool,
    },
    /// It was refused: a code for programs, which the verb says in French.
    Refused {
        /// The code.
        why: Refused,
    },
}

/// Why an order was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// There is no such account.
    NoSuchUser,
    /// The login is taken.
    LoginTaken,
    /// Nobody would run the node any more.
    LastAdmin,
    /// The account refers nobody: it has no part in a team.
    NoWork,
    /// The password is too short.
    WeakPassword,
    /// The text is not an invitation.
    NotAnInvitation,
    /// The invitation is too old, used up, or not of this node.
    InvitationRefused,
    /// The other node does not answer.
    PeerUnreachable,
    /// There is no link at this point with this node.
    NoSuchLink,
    /// A text of the card is empty or too long.
    BadCard,
    /// The code is not one that a paper sheet shows.
    NotASheet,
    /// The paper sheet is not the one that the next rotation needs.
    WrongSheet,
    /// The node could not record it.
    Failed,
}

/// Why every key is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum RotationCause {
    /// It was time.
    Routine,
    /// Somebody else may have the old keys.
    #[value(name = "vol")]
    Stolen,
}

impl From<RotationCause> for RevocationCause {
    fn from(cause: RotationCause) -> Self {
        match cause {
            RotationCause::Routine => Self::Routine,
            RotationCause::Stolen => Self::Compromise,
        }
    }
}

/// An account, in a list.
#[derive(Debug, Serialize, Deserialize)]
pub struct UserLine {
    /// Who.
    pub person: Private<AccountPerson>,
    /// What they may do.
    pub capabilities: Vec<Capability>,
    /// What they do in their team besides the work.
    pub duty: Option<Duty>,
    /// Whether the mail server refused the last mail for them.
    pub unreachable: bool,
    /// Whether the account is closed.
    pub disabled: bool,
}

/// A session, in a list.
#[derive(Debug, Serialize, Deserialize)]
pub struct SessionLine {
    /// Whose.
    pub login: Private<String>,
    /// Since when.
    pub opened: Timestamp,
    /// When it was last used.
    pub seen: Timestamp,
}

/// A partner, in a list.
#[derive(Debug, Serialize, Deserialize)]
pub struct PeerLine {
    /// Its name for machines.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// `pending`, `active` or `suspended`.
    pub state: String,
    /// The six digits, while the link waits for an approval.
    pub code: Option<String>,
    /// How much waits for it.
    pub waiting: usize,
    /// Whether it has described itself.
    pub described: bool,
    /// What is wrong with the link: a code.
    pub trouble: Option<String>,
    /// Whether a human has to do something about it.
    pub needs_a_human: bool,
}

/// What carries out orders.
#[derive(Clone)]
pub struct Desk {
    /// The node.
    pub app: Arc<App>,
    /// What calls peers.
    pub client: Arc<Client>,
    /// Those who deliver, if the node runs.
    pub drivers: Option<Arc<Drivers>>,
    /// The sessions, if the index is open.
    pub sessions: Option<Arc<Sessions>>,
}

impl Desk {
    /// Carries out an order.
    pub async fn carry_out(&self, order: Order) -> Answer {
        if let Order::Accept { invitation } = &order {
            return match join(&self.app, &self.client, invitation.reveal()).await {
                Ok(code) => Answer::Compare { code },
                Err(error) => refused_link(&error),
            };
        }
        let desk = self.clone();
        let done = tokio::task::spawn_blocking(move || desk.carry_out_now(order)).await;
        match done {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                tracing::error!(error = %Chain(&error), "cannot carry out an order");
                Answer::Refused { why: Refused::Failed }
            }
            Err(_) => Answer::Refused { why: Refused::Failed },
        }
    }

    fn carry_out_now(&self, order: Order) -> Result<Answer, AppError> {
        let app = &self.app;
        Ok(match order {
            Order::AddUser { person, capabilities, password } => {
                if app.account_of(&person.reveal().login).is_some() {
                    return Ok(refused(Refused::LoginTaken));
                }
                match app.add_account(person.reveal(), capabilities, &password)? {
                    Ok(_) => Answer::Done,
                    Err(_) => refused(Refused::WeakPassword),
                }
            }
            Order::ListUsers => Answer::Users { users: self.users() },
            Order::DisableUser { login } => match app.account_of(login.reveal()) {
                Some(account) => match app.leave(account.id, None) {
                    Ok(()) => Answer::Done,
                    Err(AccountError::LastAdmin) => refused(Refused::LastAdmin),
                    Err(AccountError::App(failure)) => return Err(failure),
                    Err(_) => refused(Refused::NoSuchUser),
                },
                None => refused(Refused::NoSuchUser),
            },
            Order::ResetUser { login, password } => match app.account_of(login.reveal()) {
                Some(account) => match app.set_password(account.id, &password)? {
                    Ok(()) => Answer::Done,
                    Err(_) => refused(Refused::WeakPassword),
                },
                None => refused(Refused::NoSuchUser),
            },
            Order::GiveDuty { login, duty } => match app.account_of(login.reveal()) {
                Some(account) if account.works() => {
                    app.give_duty(account.id, duty)?;
                    Answer::Done
                }
                Some(_) => refused(Refused::NoWork),
                None => refused(Refused::NoSuchUser),
            },
            Order::MakeToken { login } => match app.account_of(login.reveal()) {
                Some(account) => Answer::Token { token: app.add_token(account.id)? },
                None => refused(Refused::NoSuchUser),
            },
            Order::ListSessions => Answer::Sessions { sessions: self.sessions() },
            Order::RevokeSessions { login } => self.revoke(login),
            Order::Invite => {
                let invitation = app.invite()?;
                let text = Private::from(invitation.to_text());
                Answer::Invitation { text, expires: invitation.expires }
            }
            Order::Accept { .. } => refused(Refused::Failed),
            Order::ListPeers => Answer::Peers { peers: self.peers() },
            Order::Approve { node } => linked(app.approve_link(node))?,
            Order::Suspend { node } => linked(app.suspend_link(node))?,
            Order::Resume { node } => linked(app.resume_link(node))?,
            Order::TryAgain { node } => {
                if let Some(drivers) = &self.drivers {
                    drivers.try_again(node);
                }
                Answer::Done
            }
            Order::Reopen { node } => {
                let answer = linked(app.reopen(node))?;
                if let Some(drivers) = &self.drivers {
                    drivers.try_again(node);
                }
                answer
            }
            Order::RotateKeys => {
                app.rotate_keys()?;
                Answer::Done
            }
            Order::RotateWithPaper { code, next, cause } => {
                let Ok(key) = paper::read(&code) else { return Ok(refused(Refused::NotASheet)) };
                match app.rotate_with_paper(&key, next, cause.into())? {
                    Ok(()) => Answer::Done,
                    Err(_) => refused(Refused::WrongSheet),
                }
            }
            Order::CheckPaper { code } => match paper::read(&code) {
                Err(_) => refused(Refused::NotASheet),
                Ok(key) if app.expects(&key) => Answer::Done,
                Ok(_) => refused(Refused::WrongSheet),
            },
            Order::ReadCard => Answer::Card { card: app.card().map(Box::new) },
            Order::Describe { card } => match app.describe(*card)? {
                Ok(()) => Answer::Done,
                Err(_) => refused(Refused::BadCard),
            },
            Order::ImportPlaces { source, places } => {
                app.import_places(&source, places)?;
                Answer::Done
            }
            Order::Retain { rehearsal } => Answer::Retained { counts: app.retain(rehearsal)? },
            Order::Standing => Answer::Standing {
                node: app.node(),
                records: app.journal().len().0,
                referrals: app.referrals().len(),
                restored: app.is_restored(),
            },
        })
    }

    fn users(&self) -> Vec<UserLine> {
        let line = |account: crate::app::Account| UserLine {
            person: account.person,
            capabilities: account.capabilities,
            duty: account.duty,
            unreachable: account.unreachable,
            disabled: account.disabled,
        };
        self.app.accounts().into_iter().map(line).collect()
    }

    fn sessions(&self) -> Vec<SessionLine> {
        let Some(sessions) = &self.sessions else { return Vec::new() };
        let now = self.app.env().now();
        let mut lines = Vec::new();
        for account in self.app.accounts() {
            for (_, session) in sessions.of(account.id, now).unwrap_or_default() {
                let login = Private::from(account.person.reveal().login.clone());
                lines.push(SessionLine { login, opened: session.opened, seen: session.seen });
            }
        }
        lines
    }

    fn revoke(&self, login: Option<Private<String>>) -> Answer {
        let Some(sessions) = &self.sessions else { return Answer::Done };
        let accounts = match login {
            None => self.app.accounts(),
            Some(login) => match self.app.account_of(login.reveal()) {
                Some(account) => vec![account],
                None => return refused(Refused::NoSuchUser),
            },
        };
        let now = self.app.env().now();
        for account in accounts {
            for (name, _) in sessions.of(account.id, now).unwrap_or_default() {
                if let Err(error) = sessions.end(account.id, name) {
                    tracing::error!(error = %Chain(&error), "a session could not be ended");
                    return refused(Refused::Failed);
                }
            }
        }
        Answer::Done
    }

    fn peers(&self) -> Vec<PeerLine> {
        let line = |peer: crate::app::PeerView| {
            let (state, code) = match peer.state {
                LinkState::Pending { code, .. } => ("pending", Some(code)),
                LinkState::Active => ("active", None),
                LinkState::Suspended => ("suspended", None),
            };
            PeerLine {
                node: peer.node,
                name: peer.name,
                url: peer.url,
                state: state.to_owned(),
                code,
                waiting: peer.waiting,
                described: peer.card.is_some(),
                trouble: peer.trouble.map(|trouble| trouble.code().to_owned()),
                needs_a_human: peer.trouble.is_some_and(crate::app::Trouble::needs_a_human),
            }
        };
        self.app.partners().into_iter().map(line).collect()
    }
}

const fn refused(why: Refused) -> Answer {
    Answer::Refused { why }
}

fn linked(done: Result<(), LinkError>) -> Result<Answer, AppError> {
    match done {
        Ok(()) => Ok(Answer::Done),
        Err(LinkError::App(error)) => Err(error),
        Err(_) => Ok(refused(Refused::NoSuchLink)),
    }
}

fn refused_link(error: &JoinError) -> Answer {
    tracing::info!(error = %Chain(error), "an invitation could not be answered");
    refused(match error {
        JoinError::Unreadable(_) => Refused::NotAnInvitation,
        JoinError::Call(crate::federation::CallError::Problem(_)) | JoinError::Link(_) => {
            Refused::InvitationRefused
        }
        JoinError::Call(_) => Refused::PeerUnreachable,
    })
}

/// Returns where a running node listens for orders.
#[must_use]
pub fn socket(folder: &Path) -> PathBuf {
    folder.join("control")
}

/// Listens for orders until it is dropped.
pub async fn listen(folder: PathBuf, desk: Desk) -> io::Result<()> {
    let path = socket(&folder);
    // What a node that was killed left there; the lock of the folder says that nobody else lives.
    if let Err(error) = std::fs::remove_file(&path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    loop {
        let (stream, _) = listener.accept().await?;
        let desk = desk.clone();
        tokio::spawn(async move {
            if let Err(error) = answer(stream, &desk).await {
                tracing::info!(error = %Chain(&error), "an order was not heard to its end");
            }
        });
    }
}

async fn answer(stream: UnixStream, desk: &Desk) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(ORDER)).read_line(&mut line).await?;
    let answer = match serde_json::from_str(&line) {
        Ok(order) => desk.carry_out(order).await,
        Err(_) => refused(Refused::Failed),
    };
    let mut line = serde_json::to_vec(&answer).map_err(io::Error::from)?;
    line.push(b'\n');
    write.write_all(&line).await
}

/// Gives an order to the node that runs in a folder. `None` if none does.
pub async fn ask(folder: &Path, order: &Order) -> io::Result<Option<Answer>> {
    let stream = match UnixStream::connect(socket(folder)).await {
        Ok(stream) => stream,
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => return Ok(None),
            _ => return Err(error),
        },
    };
    let (read, mut write) = stream.into_split();
    let mut line = serde_json::to_vec(order).map_err(io::Error::from)?;
    line.push(b'\n');
    write.write_all(&line).await?;
    let mut answer = String::new();
    BufReader::new(read).read_line(&mut answer).await?;
    Ok(Some(serde_json::from_str(&answer).map_err(io::Error::from)?))
}
