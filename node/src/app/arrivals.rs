//! Coming and leaving: a link by which somebody chooses their password, who takes over what they
//! followed, and how long their name is kept afterwards (R16 of consent.md §10).

use std::collections::BTreeSet;
use std::time::Duration;

use maillage_protocol::encoding;
use maillage_protocol::id::ProfessionalId;
use maillage_protocol::label::sha256;
use maillage_protocol::private::Private;
use maillage_protocol::time::{DAY, Timestamp};

use super::turns::Subject;
use super::{Account, AccountPerson, App, AppError, Rule, WeakPassword, accounts};
use crate::env::random;
use crate::facts::{AccountAct, Act, Capability, FactContent};
use crate::vault::VaultKey;

/// How long a link is valid.
const LINK: Duration = DAY;
/// How long before it is closed an account that nobody uses is marked: a node that was off for months
/// closes nobody on the day when it comes back.
const WARNING: Duration = DAY.saturating_mul(30);
/// How often it is written that somebody still signs in.
const SEEN_EVERY: Duration = DAY.saturating_mul(30);

/// Why somebody's account cannot be made or closed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Somebody else signs in so.
    #[error("the login is taken")]
    LoginTaken,
    /// Nobody would run the node any more.
    #[error("this is the last account that administers")]
    LastAdmin,
    /// There is no such account.
    #[error("there is no such account")]
    Unknown,
    /// The node failed.
    #[error(transparent)]
    App(#[from] AppError),
}

/// What opens the door once, for a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    /// The hash of what the link holds.
    pub(super) hash: [u8; 32],
    /// Until when.
    pub(super) expires: Timestamp,
}

/// A link that was made for somebody.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkMade {
    /// For whom.
    pub(super) account: ProfessionalId,
    /// Who made it.
    pub(super) by: Option<ProfessionalId>,
    /// When.
    pub(super) at: Timestamp,
}

/// A link by which somebody could enter in another one's name, as those who watch read it.
#[derive(Clone, Debug)]
pub struct LinkLine {
    /// For whom.
    pub account: ProfessionalId,
    /// How they are called.
    pub name: Private<String>,
    /// Who made it; nothing, if it was not somebody with an account.
    pub by: Private<String>,
    /// When.
    pub at: Timestamp,
}

impl App {
    /// Returns the links that were made while the trail is kept, the last one first.
    #[must_use]
    pub fn links_made(&self) -> Vec<LinkLine> {
        let now = self.now();
        let state = self.state();
        let kept = state.accounts.links.iter().rev();
        let kept = kept.filter(|link| now.since(link.at) <= Rule::Trail.keeps());
        kept.map(|link| LinkLine {
            account: link.account,
            name: state.accounts.name_of(link.account),
            by: link.by.map(|by| state.accounts.name_of(by)).unwrap_or_default(),
            at: link.at,
        })
        .collect()
    }

    /// Makes an account without a password, and the link by which its owner chooses one.
    pub fn add_colleague(
        &self,
        by: ProfessionalId,
        person: &AccountPerson,
        capabilities: Vec<Capability>,
    ) -> Result<Private<String>, AccountError> {
        self.turns.take(Subject::Accounts, || {
            if self.account_of(&person.login).is_some() {
                return Err(AccountError::LoginTaken);
            }
            let account = self.open_account(person, capabilities)?;
            Ok(self.make_link(by, account)?)
        })
    }

    /// Makes a link by which somebody chooses another password. Their earlier links are void.
    pub fn new_link(
        &self,
        by: ProfessionalId,
        account: ProfessionalId,
    ) -> Result<Private<String>, AccountError> {
        match self.account(account) {
            Some(_) => Ok(self.make_link(by, account)?),
            None => Err(AccountError::Unknown),
        }
    }

    fn make_link(
        &self,
        by: ProfessionalId,
        account: ProfessionalId,
    ) -> Result<Private<String>, AppError> {
        let secret: [u8; 32] = random(&*self.env);
        let (hash, at) = (sha256(&secret), self.now());
        let (expires, by) = (at.after(LINK), Some(by));
        let invited = AccountAct::Invited { account, hash, expires, by, at };
        self.record(None, &Act::Account(invited), &FactContent::default())?;
        Ok(encoding::base64url(&secret).into())
    }

    /// Returns whose link this is, while it is valid. Reading it changes nothing.
    #[must_use]
    pub fn arriving(&self, link: &str) -> Option<Account> {
        let secret: [u8; 32] = encoding::from_base64url_array(link).ok()?;
        // A hash of 256 random bits: how long the comparison takes tells nothing.
        let (hash, now) = (sha256(&secret), self.now());
        let state = self.state();
        let mut open = state.accounts.all().filter(|account| !account.disabled);
        let meant = |account: &&Account| {
            account.arrival.is_some_and(|link| link.hash == hash && now < link.expires)
        };
        open.find(meant).cloned()
    }

    /// Chooses the password of a link, which is void from then on. `None` if it is void already.
    pub fn arrive(
        &self,
        link: &str,
        password: &Private<String>,
    ) -> Result<Option<Result<(), WeakPassword>>, AppError> {
        let hash = match accounts::hash_password(password) {
            Ok(hash) => hash,
            Err(weak) => return Ok(self.arriving(link).map(|_| Err(weak))),
        };
        self.turns.take(Subject::Accounts, || {
            let Some(account) = self.arriving(link) else { return Ok(None) };
            self.keep_password(account.id, hash)?;
            Ok(Some(Ok(())))
        })
    }

    /// Closes an account: its sessions, its keys and its links are over. What it followed goes to
    /// `heir`, or to whoever stands in.
    pub fn leave(
        &self,
        account: ProfessionalId,
        heir: Option<ProfessionalId>,
    ) -> Result<(), AccountError> {
        self.turns.take(Subject::Accounts, || {
            let known = self.account(account).ok_or(AccountError::Unknown)?;
            if self.is_last_admin(&known) {
                return Err(AccountError::LastAdmin);
            }
            self.close(account, heir.filter(|heir| *heir != account))?;
            Ok(())
        })
    }

    fn close(&self, account: ProfessionalId, heir: Option<ProfessionalId>) -> Result<(), AppError> {
        let at = Some(self.now());
        let act = Act::Account(AccountAct::Disabled { account, at, heir });
        self.record(None, &act, &FactContent::default())?;
        Ok(())
    }

    fn is_last_admin(&self, account: &Account) -> bool {
        account.capabilities.contains(&Capability::Administer)
            && !self.others_administer(account.id)
    }

    /// Writes down that somebody signed in, once a month.
    pub fn has_seen(&self, account: &Account) -> Result<(), AppError> {
        let now = self.now();
        let lately = account.seen.is_some_and(|seen| now.since(seen) < SEEN_EVERY);
        if lately && account.warned.is_none() {
            return Ok(());
        }
        let seen = AccountAct::Seen { account: account.id, at: now };
        self.record(None, &Act::Account(seen), &FactContent::default())?;
        Ok(())
    }

    /// Returns the accounts that a rule closes, and those whose names it forgets.
    pub(super) fn accounts_over(
        &self,
        now: Timestamp,
    ) -> Result<Vec<(Rule, ProfessionalId)>, AppError> {
        let accounts = self.accounts();
        let held: BTreeSet<_> = self.safe.vault().names()?.into_iter().collect();
        let over = |since: Option<Timestamp>, rule: Rule| {
            since.is_some_and(|since| since.after(rule.keeps()) <= now).then_some(rule)
        };
        let due = |account: &Account| match account.disabled {
            // The vault says what is left to do: after a stop, or once it was restored, too.
            true => over(account.left, Rule::Left)
                .filter(|_| held.contains(&VaultKey::Unit(account.unit))),
            false if self.is_last_admin(account) => None,
            false => {
                let warned = account.warned.is_some_and(|since| since.after(WARNING) <= now);
                over(account.seen, Rule::Idle).filter(|_| warned)
            }
        };
        Ok(accounts.iter().filter_map(|account| Some((due(account)?, account.id))).collect())
    }

    /// Marks the accounts that nobody uses: they are closed in a month.
    pub(super) fn warn_idle(&self, now: Timestamp) -> Result<(), AppError> {
        let before = Rule::Idle.keeps().saturating_sub(WARNING);
        let idle = |account: &&Account| {
            let unused = account.seen.is_some_and(|seen| seen.after(before) <= now);
            unused && account.warned.is_none() && !account.disabled && !self.is_last_admin(account)
        };
        for account in self.accounts().iter().filter(idle) {
            let warned = Act::Account(AccountAct::Warned { account: account.id, at: now });
            self.record(None, &warned, &FactContent::default())?;
        }
        Ok(())
    }

    /// Closes an account that nobody uses, or forgets whose it was.
    pub(super) fn retain_account(
        &self,
        rule: Rule,
        account: ProfessionalId,
    ) -> Result<(), AppError> {
        if rule == Rule::Idle {
            return match self.leave(account, None) {
                // Others were closed just before: this one is the last that runs the node.
                Ok(()) | Err(AccountError::LastAdmin) => Ok(()),
                Err(AccountError::App(failure)) => Err(failure),
                Err(AccountError::Unknown | AccountError::LoginTaken) => Ok(()),
            };
        }
        let all = self.accounts();
        let Some(known) = all.iter().find(|known| known.id == account) else { return Ok(()) };
        let forgotten = Act::Account(AccountAct::Forgotten { account });
        self.record(None, &forgotten, &FactContent::default())?;
        let credential = known.credential.map(VaultKey::Local);
        self.safe.vault().destroy(&Vec::from_iter(credential))?;
        self.destroy_units(&BTreeSet::from([known.unit]))
    }
}
