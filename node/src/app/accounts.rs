//! The professionals of this node: who they are, what they may do, and how they prove it.

use std::collections::BTreeMap;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use maillage_protocol::id::{ProfessionalId, UnitId};
use maillage_protocol::private::Private;
use maillage_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::arrivals::{Arrival, LinkMade};
use crate::facts::{Absence, AccountAct, Capability, Duty, MailChoice, Notice, TokenAct};

/// Letters that a password needs at least. Throttling does the rest (CNIL 2022-100).
pub const SHORTEST_PASSWORD: usize = 12;

/// A professional of this node.
#[derive(Clone, Debug)]
pub struct Account {
    /// Their name for machines, on this node only.
    pub id: ProfessionalId,
    /// How they are called.
    pub person: Private<AccountPerson>,
    /// What they may do.
    pub capabilities: Vec<Capability>,
    /// The random name of the hash of their password, once they chose one.
    pub credential: Option<[u8; 16]>,
    /// What they do in their team besides the work.
    pub duty: Option<Duty>,
    /// When they are away, now or later.
    pub absence: Option<Absence>,
    /// When mail reaches them.
    pub mail: MailChoice,
    /// Whether the mail server refused the last mail for them.
    pub unreachable: bool,
    /// When the morning of their last digest began.
    pub digested: Timestamp,
    /// When they last signed in, to a month; or when the account was made.
    pub seen: Option<Timestamp>,
    /// Since when it is about to be closed, because nobody uses it.
    pub warned: Option<Timestamp>,
    /// Whether the account is closed.
    pub disabled: bool,
    /// Since when.
    pub left: Option<Timestamp>,
    /// The link by which they choose a password, if there is one.
    pub(super) arrival: Option<Arrival>,
    /// The unit under which their name is sealed.
    pub unit: UnitId,
}

/// What identifies a professional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPerson {
    /// What they type to sign in: an address, usually.
    pub login: String,
    /// What their colleagues call them.
    pub name: String,
    /// Where mail reaches them, if it is not where they sign in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
}

impl AccountPerson {
    /// Describes somebody whom mail reaches at their login, if it is an address.
    #[must_use]
    pub fn new(login: &str, name: &str) -> Self {
        Self { login: login.to_owned(), name: name.to_owned(), mail: None }
    }

    /// Returns where mail reaches them: what they chose, or their login if it is an address.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        let is_address = |login: &&str| login.contains('@') && login.is_ascii();
        self.mail.as_deref().or(Some(self.login.as_str()).filter(is_address))
    }
}

/// A key of the API.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// The hash of its secret.
    pub hash: [u8; 32],
    /// In whose name it acts.
    pub account: ProfessionalId,
    /// Whether it was taken back.
    pub revoked: bool,
}

/// All the professionals of this node, and the keys of its API.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    by_id: BTreeMap<ProfessionalId, Account>,
    /// The links by which passwords were chosen, oldest first.
    pub(super) links: Vec<LinkMade>,
    tokens: BTreeMap<[u8; 8], Token>,
}

impl Accounts {
    /// Hears what was done about a professional. `person` is what the content said, if it still
    /// opens.
    pub(super) fn hear(&mut self, act: &AccountAct, person: Option<AccountPerson>) {
        match act {
            AccountAct::Added { account, unit, capabilities, at } => {
                let person = Private::from(person.unwrap_or_default());
                let (id, capabilities) = (*account, capabilities.clone());
                let unit = *unit;
                let account = Account {
                    id,
                    person,
                    capabilities,
                    credential: None,
                    duty: None,
                    absence: None,
                    mail: MailChoice::default(),
                    unreachable: false,
                    digested: Timestamp::default(),
                    seen: *at,
                    warned: None,
                    disabled: false,
                    left: None,
                    arrival: None,
                    unit,
                };
                self.by_id.insert(id, account);
            }
            AccountAct::PasswordSet { account, credential } => {
                self.change(*account, |account| {
                    (account.credential, account.arrival) = (Some(*credential), None);
                });
            }
            AccountAct::DutyGiven { account, duty } => {
                self.change(*account, |account| account.duty = *duty);
            }
            AccountAct::Away { account, absence, .. } => {
                self.change(*account, |account| account.absence = *absence);
            }
            AccountAct::MailSet { account, choice } => self.change(*account, |account| {
                (account.mail, account.unreachable) = (*choice, false);
                account.person = person.map_or_else(|| account.person.clone(), Private::from);
            }),
            AccountAct::Invited { account, hash, expires, by, at } => {
                let arrival = Arrival { hash: *hash, expires: *expires };
                self.change(*account, |account| account.arrival = Some(arrival));
                self.links.push(LinkMade { account: *account, by: *by, at: *at });
            }
            AccountAct::Seen { account, at } => {
                self.change(*account, |account| {
                    (account.seen, account.warned) = (Some(*at), None);
                });
            }
            AccountAct::Warned { account, at } => {
                self.change(*account, |account| account.warned = Some(*at));
            }
            AccountAct::Disabled { account, at, .. } => self.change(*account, |account| {
                (account.disabled, account.left, account.arrival) = (true, *at, None);
            }),
            AccountAct::Forgotten { account } => {
                self.change(*account, |account| account.person = Private::default());
            }
        }
    }

    /// Hears that the mail server took a mail for somebody, or refused it.
    pub(super) fn hear_mailed(&mut self, to: ProfessionalId, notice: Notice, refused: bool) {
        self.change(to, |account| {
            account.unreachable = refused;
            if let Notice::Digest { since } = notice {
                account.digested = since;
            }
        });
    }

    fn change(&mut self, account: ProfessionalId, change: impl FnOnce(&mut Account)) {
        self.by_id.get_mut(&account).map(change);
    }

    /// Hears what was done about a key of the API.
    pub(super) fn hear_token(&mut self, act: &TokenAct) {
        match act {
            TokenAct::Made { token, hash, account } => {
                let made = Token { hash: *hash, account: *account, revoked: false };
                self.tokens.insert(*token, made);
            }
            TokenAct::Revoked { token } => {
                if let Some(token) = self.tokens.get_mut(token) {
                    token.revoked = true;
                }
            }
        }
    }

    /// Returns an account that is not closed.
    #[must_use]
    pub(super) fn active(&self, id: ProfessionalId) -> Option<&Account> {
        self.by_id.get(&id).filter(|account| !account.disabled)
    }

    /// Returns the account of a login that is not closed. Case does not matter.
    #[must_use]
    pub(super) fn by_login(&self, login: &str) -> Option<&Account> {
        let login = login.trim().to_lowercase();
        let same = |account: &&Account| {
            !account.disabled && account.person.reveal().login.to_lowercase() == login
        };
        self.by_id.values().find(same)
    }

    /// Returns the name of somebody who has, or had, an account.
    pub(super) fn name_of(&self, id: ProfessionalId) -> Private<String> {
        let account = self.by_id.get(&id);
        account.map(|account| account.person.reveal().name.clone()).unwrap_or_default().into()
    }

    /// Returns every account, open or closed.
    pub(super) fn all(&self) -> impl Iterator<Item = &Account> {
        self.by_id.values()
    }

    /// Returns a key of the API, by its public name.
    #[must_use]
    pub(super) fn token(&self, name: &[u8; 8]) -> Option<&Token> {
        self.tokens.get(name).filter(|token| !token.revoked)
    }
}

/// The password is too short to be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password is too short")]
pub struct WeakPassword;

/// Hashes a password that somebody chooses. Slow on purpose: call it where one may wait.
pub(super) fn hash_password(password: &Private<String>) -> Result<String, WeakPassword> {
    if password.reveal().chars().count() < SHORTEST_PASSWORD {
        return Err(WeakPassword);
    }
    let hash = Argon2::default().hash_password(password.reveal().as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|_| WeakPassword)
}

/// Tells whether a password is the one that was chosen. As slow when there is none to compare
/// with: an unknown login costs the same.
#[must_use]
pub(super) fn password_matches(password: &Private<String>, hash: Option<&str>) -> bool {
    /// The hash of a password that nobody has, with the cost of ours.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bWFpbGxhZ2Vub2JvZHk$\
                          c3D5ecHMbuXbZ0P1F0h9bVUgTgYFJzCrR3fD9Lw9Yd0";
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY));
    let matches = parsed.is_ok_and(|parsed| {
        Argon2::default().verify_password(password.reveal().as_bytes(), &parsed).is_ok()
    });
    matches && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Private<String> {
        Private::from(text.to_owned())
    }

    #[test]
    fn a_password_matches_itself_only() {
        let hash = hash_password(&password("le lavoir de brenne")).unwrap();
        assert!(password_matches(&password("le lavoir de brenne"), Some(&hash)));
        assert!(!password_matches(&password("le lavoir de Brenne"), Some(&hash)));
        assert!(!password_matches(&password("le lavoir de brenne"), None));
        assert_eq!(hash_password(&password("trop court")), Err(WeakPassword));
    }

    #[test]
    fn an_account_is_found_by_its_login_until_it_is_closed() {
        let mut accounts = Accounts::default();
        let (account, unit) = (ProfessionalId::from_bytes([1; 16]), UnitId::from_bytes([2; 16]));
        let person = AccountPerson::new("nadia@ccas.example", "Nadia");
        let capabilities = vec![Capability::Work];
        let added = AccountAct::Added { account, unit, capabilities, at: None };
        accounts.hear(&added, Some(person));
        assert_eq!(accounts.by_login(" Nadia@CCAS.example ").unwrap().id, account);
        accounts.hear(&AccountAct::Disabled { account, at: None, heir: None }, None);
        assert!(accounts.by_login("nadia@ccas.example").is_none());
        assert!(accounts.active(account).is_none());
    }
}
