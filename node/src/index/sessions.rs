//! Who is signed in. Losing this signs everybody out, and nothing else.
//!
//! The cookie holds 256 random bits; only their hash is stored, so that whoever reads the disk
//! cannot enter. A session ends after a silence (a quarter of an hour, unless the
//! configuration says otherwise), ten hours in any case, or
//! as soon as the password changes.

use std::fmt;
use std::time::Duration;

use maillage_protocol::encoding;
use maillage_protocol::id::ProfessionalId;
use maillage_protocol::label::sha256;
use maillage_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Longest session: a day of work.
pub const LONGEST: Duration = Duration::from_secs(10 * 60 * 60);
/// How exactly it is known when a session was last used: each page need not write.
const STEP: Duration = Duration::from_secs(60);

/// The sessions of every professional.
#[derive(Clone, Debug)]
pub struct Sessions {
    tree: sled::Tree,
    /// Longest silence: somebody left the desk.
    idle: Duration,
}

/// What the cookie holds.
#[derive(Clone)]
pub struct SessionSecret([u8; 32]);

/// The public name of a session: the hash of its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionName([u8; 32]);

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Whose.
    pub account: ProfessionalId,
    /// The random name of the password that opened it.
    pub credential: [u8; 16],
    /// When it was opened.
    pub opened: Timestamp,
    /// When it was last used, within a minute.
    pub seen: Timestamp,
}

impl Sessions {
    /// Returns for how long a session that is used now stays open at least.
    #[must_use]
    pub fn stays_open(&self) -> Duration {
        self.idle.saturating_sub(STEP)
    }

    /// Opens the sessions of an index. Each ends after a silence of `idle`.
    pub fn open(index: &sled::Db, idle: Duration) -> sled::Result<Self> {
        Ok(Self { tree: index.open_tree("sessions")?, idle })
    }

    /// Begins a session. Those that ended are forgotten.
    pub fn begin(
        &self,
        secret: &SessionSecret,
        account: ProfessionalId,
        credential: [u8; 16],
        now: Timestamp,
    ) -> sled::Result<()> {
        self.sweep(now)?;
        self.put(secret.name(), &Session { account, credential, opened: now, seen: now })
    }

    /// Returns the session of a cookie, and takes note that it is used.
    pub fn resume(&self, secret: &SessionSecret, now: Timestamp) -> sled::Result<Option<Session>> {
        let name = secret.name();
        let Some(session) = self.tree.get(name.0)?.and_then(|bytes| read(&bytes)) else {
            return Ok(None);
        };
        if session.is_over(now, self.idle) {
            self.tree.remove(name.0)?;
            return Ok(None);
        }
        if now.since(session.seen) >= STEP {
            self.put(name, &Session { seen: now, ..session.clone() })?;
        }
        Ok(Some(session))
    }

    /// Returns the open sessions of somebody, the latest used first.
    pub fn of(
        &self,
        account: ProfessionalId,
        now: Timestamp,
    ) -> sled::Result<Vec<(SessionName, Session)>> {
        let mut own = Vec::new();
        for entry in &self.tree {
            let (name, bytes) = entry?;
            let (Ok(name), Some(session)) = (name.as_ref().try_into(), read(&bytes)) else {
                continue;
            };
            if session.account == account && !session.is_over(now, self.idle) {
                own.push((SessionName(name), session));
            }
        }
        own.sort_by_key(|(_, session)| std::cmp::Reverse(session.seen));
        Ok(own)
    }

    /// Ends a session of somebody, if it is theirs.
    pub fn end(&self, account: ProfessionalId, name: SessionName) -> sled::Result<()> {
        let session = self.tree.get(name.0)?.and_then(|bytes| read(&bytes));
        if session.is_some_and(|session| session.account == account) {
            self.tree.remove(name.0)?;
        }
        Ok(())
    }

    /// Ends every session of somebody, but one.
    pub fn end_others(
        &self,
        account: ProfessionalId,
        kept: SessionName,
        now: Timestamp,
    ) -> sled::Result<()> {
        for (name, _) in self.of(account, now)? {
            if name != kept {
                self.tree.remove(name.0)?;
            }
        }
        Ok(())
    }

    fn sweep(&self, now: Timestamp) -> sled::Result<()> {
        for entry in &self.tree {
            let (name, bytes) = entry?;
            if read(&bytes).is_none_or(|session| session.is_over(now, self.idle)) {
                self.tree.remove(name)?;
            }
        }
        Ok(())
    }

    fn put(&self, name: SessionName, session: &Session) -> sled::Result<()> {
        let bytes = serde_json::to_vec(session).expect("a session has only numbers and names");
        self.tree.insert(name.0, bytes)?;
        Ok(())
    }
}

fn read(bytes: &[u8]) -> Option<Session> {
    serde_json::from_slice(bytes).ok()
}

impl Session {
    /// Tells whether it ended by itself. A clock that was set back ends nothing.
    fn is_over(&self, now: Timestamp, idle: Duration) -> bool {
        now.since(self.seen) >= idle || now.since(self.opened) >= LONGEST
    }
}

impl SessionSecret {
    /// Takes bytes that nobody can guess.
    #[must_use]
    pub const fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads a cookie.
    #[must_use]
    pub fn read(cookie: &str) -> Option<Self> {
        encoding::from_base64url_array(cookie).ok().map(Self)
    }

    /// Writes a cookie.
    #[must_use]
    pub fn to_cookie(&self) -> String {
        encoding::base64url(&self.0)
    }

    /// Returns the public name of this session.
    #[must_use]
    pub fn name(&self) -> SessionName {
        SessionName(sha256(&self.0))
    }

    /// Marks something as made for this session: nobody else can.
    #[must_use]
    pub fn mark(&self, what: &[u8]) -> [u8; 32] {
        sha256(&[b"maillage form key\0", self.0.as_slice(), what].concat())
    }
}

impl fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSecret(…)")
    }
}

impl SessionName {
    /// Reads what a form sent back.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        encoding::from_base64url_array(text).ok().map(Self)
    }
}

impl fmt::Display for SessionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoding::base64url(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Duration = Duration::from_secs(15 * 60);

    const START: Timestamp = Timestamp(1_772_438_400_000);
    const NADIA: ProfessionalId = ProfessionalId::from_bytes([1; 16]);

    fn sessions() -> Sessions {
        Sessions::open(&sled::Config::new().temporary(true).open().unwrap(), IDLE).unwrap()
    }

    fn begin(sessions: &Sessions, secret: u8, account: ProfessionalId) -> SessionSecret {
        let secret = SessionSecret::from_random([secret; 32]);
        sessions.begin(&secret, account, [9; 16], START).unwrap();
        secret
    }

    #[test]
    fn a_session_lasts_while_it_is_used_and_no_longer_than_a_day_of_work() {
        let sessions = sessions();
        let secret = begin(&sessions, 1, NADIA);
        let almost = IDLE.saturating_sub(Duration::from_millis(1));
        let mut now = START;
        while now.after(almost).since(START) < LONGEST {
            now = now.after(almost);
            assert!(sessions.resume(&secret, now).unwrap().is_some(), "{now:?}");
        }
        assert!(sessions.resume(&secret, START.after(LONGEST)).unwrap().is_none());
        // Over once is over for ever.
        assert!(sessions.resume(&secret, START).unwrap().is_none());
    }

    #[test]
    fn a_session_that_is_left_alone_ends() {
        let sessions = sessions();
        let secret = begin(&sessions, 1, NADIA);
        assert!(sessions.resume(&secret, START.after(IDLE)).unwrap().is_none());
    }

    #[test]
    fn the_disk_does_not_hold_what_opens() {
        let sessions = sessions();
        let secret = begin(&sessions, 7, NADIA);
        let (key, value) = sessions.tree.first().unwrap().unwrap();
        assert_eq!(key.as_ref(), secret.name().0);
        assert!(!value.windows(32).any(|bytes| bytes == [7; 32]));
    }

    #[test]
    fn one_ends_ones_own_sessions_and_nobody_elses() {
        let sessions = sessions();
        let karim = ProfessionalId::from_bytes([2; 16]);
        let (first, second) = (begin(&sessions, 1, NADIA), begin(&sessions, 2, NADIA));
        let other = begin(&sessions, 3, karim);
        sessions.end(karim, first.name()).unwrap();
        assert_eq!(sessions.of(NADIA, START).unwrap().len(), 2);
        sessions.end_others(NADIA, second.name(), START).unwrap();
        assert_eq!(sessions.of(NADIA, START).unwrap()[0].0, second.name());
        assert!(sessions.resume(&first, START).unwrap().is_none());
        assert!(sessions.resume(&other, START).unwrap().is_some());
    }
}
