//! The key file: the private keys of this node, and the key that opens its vault.
//!
//! Nothing else reads a private key from the disk. The file is its owner's alone (0600), is
//! replaced as a whole, and may be sealed by a passphrase; the keys in memory are wiped when they
//! are dropped.

pub mod paper;
mod ring;
pub(crate) mod sealing;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use maillage_protocol::keys::{KeyUse, Kid, PrivateKey};
use maillage_protocol::label;
use maillage_protocol::private::Private;
use maillage_protocol::seal::KemPrivateKey;
use maillage_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::disk::{self, Disk};
use crate::env::{self, Env};
pub(crate) use ring::Seed;
use ring::{Ring, Stored};
use sealing::Protection;

/// The key file of a node, open.
pub struct KeyFile {
    disk: Arc<dyn Disk>,
    env: Arc<dyn Env>,
    path: PathBuf,
    /// What the file holds. Held while the file is replaced, so that two changes take turns.
    state: Mutex<State>,
}

#[derive(Clone)]
struct State {
    protection: Protection,
    content: Content,
}

/// What the file holds, once open.
#[derive(Clone)]
struct Content {
    machine: MachineMark,
    sig: Ring<PrivateKey>,
    auth: Ring<PrivateKey>,
    wit: Ring<PrivateKey>,
    kem: Ring<KemPrivateKey>,
    /// The key of the vault; two while an entry is being destroyed.
    generations: Vec<Seed>,
}

/// What this machine looks like. A key file that names another one was copied or restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineMark([u8; 32]);

impl MachineMark {
    /// Makes a mark of whatever tells machines apart.
    #[must_use]
    pub fn of(traits: &[u8]) -> Self {
        Self(label::sha256(traits))
    }
}

/// The public side of a private key that the file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyName {
    /// What it may be used for.
    pub key_use: KeyUse,
    /// Its name.
    pub kid: Kid,
    /// When it was made.
    pub made: Timestamp,
}

/// Why the key file cannot be opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The disk failed, or there is no such file, or there is one already.
    #[error("the key file could not be read or written")]
    Failed(#[from] io::Error),
    /// The file is sealed by a passphrase, and none was given.
    #[error("the key file is sealed by a passphrase")]
    PassphraseNeeded,
    /// The passphrase is another, or a byte of the file is.
    #[error("the key file does not open with this passphrase")]
    DoesNotOpen,
    /// The file holds something else than what was written.
    #[error("the key file is damaged")]
    Damaged,
    /// A newer version wrote the file.
    #[error("the key file was written by a newer version")]
    Newer,
    /// A node needs one key of each use.
    #[error("the last key of its use cannot be destroyed")]
    LastOfItsUse,
}

impl KeyFile {
    /// Makes one key of each use and the first generation of the vault, and writes them where
    /// there must be no file.
    pub fn create(
        disk: &Arc<dyn Disk>,
        env: &Arc<dyn Env>,
        path: &Path,
        machine: MachineMark,
        passphrase: Option<&Private<String>>,
    ) -> Result<Self, KeyFileError> {
        if disk.open(path).is_ok() {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists).into());
        }
        let protection = Protection::new(&**env, passphrase);
        let content = Content {
            machine,
            sig: Ring::draw(&**env)?,
            auth: Ring::draw(&**env)?,
            wit: Ring::draw(&**env)?,
            kem: Ring::draw(&**env)?,
            generations: vec![Seed::draw(&**env)],
        };
        let file = Self::holding(disk, env, path, State { protection, content });
        file.change(|_| Ok(()))?;
        Ok(file)
    }

    /// Reads the file. A passphrase is not looked at if none seals it.
    pub fn open(
        disk: &Arc<dyn Disk>,
        env: &Arc<dyn Env>,
        path: &Path,
        passphrase: Option<&Private<String>>,
    ) -> Result<Self, KeyFileError> {
        // What we are about to believe must be there for ever.
        disk.sync_folder(disk::folder_of(path))?;
        Self::look(disk, env, path, passphrase)
    }

    /// Reads the file while another process may hold it. Nothing may be changed then.
    pub(crate) fn look(
        disk: &Arc<dyn Disk>,
        env: &Arc<dyn Env>,
        path: &Path,
        passphrase: Option<&Private<String>>,
    ) -> Result<Self, KeyFileError> {
        let bytes = Zeroizing::new(disk::read(&**disk, path)?);
        let (protection, content) = Protection::open(&bytes, passphrase)?;
        let content = Content::parse(&content)?;
        Ok(Self::holding(disk, env, path, State { protection, content }))
    }

    fn holding(disk: &Arc<dyn Disk>, env: &Arc<dyn Env>, path: &Path, state: State) -> Self {
        let (disk, env) = (Arc::clone(disk), Arc::clone(env));
        Self { disk, env, path: path.to_owned(), state: Mutex::new(state) }
    }

    /// Makes a new key, which becomes the current one of its use. It is on disk when this
    /// returns: publish it then.
    pub fn add(&self, key_use: KeyUse) -> Result<Kid, KeyFileError> {
        let env = &*self.env;
        self.change(|content| match key_use {
            KeyUse::Sig => content.sig.add(env),
            KeyUse::Auth => content.auth.add(env),
            KeyUse::Wit => content.wit.add(env),
            KeyUse::Kem => content.kem.add(env),
        })
    }

    /// Destroys a key that is not used any more. One that is not there is already destroyed.
    pub fn destroy(&self, kid: Kid) -> Result<(), KeyFileError> {
        self.change(|content| {
            content.sig.remove(kid)?;
            content.auth.remove(kid)?;
            content.wit.remove(kid)?;
            content.kem.remove(kid)
        })
    }

    /// Says that the file belongs to this machine from now on.
    pub fn set_machine(&self, machine: MachineMark) -> Result<(), KeyFileError> {
        self.change(|content| {
            content.machine = machine;
            Ok(())
        })
    }

    /// Returns the machine that the file belongs to.
    #[must_use]
    pub fn machine(&self) -> MachineMark {
        self.lock().content.machine
    }

    /// Tells whether a passphrase seals the file.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        self.lock().protection.is_passphrase()
    }

    /// Returns the current key of events, identity updates, receipts, erasures and checkpoints.
    #[must_use]
    pub fn sig(&self) -> PrivateKey {
        self.lock().content.sig.current().clone()
    }

    /// Returns the current key of requests over HTTP.
    #[must_use]
    pub fn auth(&self) -> PrivateKey {
        self.lock().content.auth.current().clone()
    }

    /// Returns the current key of cosignatures.
    #[must_use]
    pub fn wit(&self) -> PrivateKey {
        self.lock().content.wit.current().clone()
    }

    /// Returns the current key that opens keyboxes.
    #[must_use]
    pub fn kem(&self) -> KemPrivateKey {
        self.lock().content.kem.current().clone()
    }

    /// Returns the signing key of this name.
    #[must_use]
    pub fn signing(&self, kid: Kid) -> Option<PrivateKey> {
        let Content { sig, auth, wit, .. } = &self.lock().content;
        [sig, auth, wit].into_iter().find_map(|ring| ring.named(kid)).cloned()
    }

    /// Returns the key of this name that opens keyboxes.
    #[must_use]
    pub fn opening(&self, kid: Kid) -> Option<KemPrivateKey> {
        self.lock().content.kem.named(kid).cloned()
    }

    /// Returns the names of all the keys, by use, the oldest first.
    #[must_use]
    pub fn names(&self) -> Vec<KeyName> {
        let Content { sig, auth, wit, kem, .. } = &self.lock().content;
        let of = [(KeyUse::Sig, sig), (KeyUse::Auth, auth), (KeyUse::Wit, wit)];
        let of = of.into_iter().map(|(key_use, ring)| (key_use, ring.names()));
        let named = |(key_use, names): (KeyUse, Vec<_>)| {
            names.into_iter().map(move |(kid, made)| KeyName { key_use, kid, made })
        };
        of.chain([(KeyUse::Kem, kem.names())]).flat_map(named).collect()
    }

    /// Returns the keys that may open the vault: one, or two if a destruction was interrupted.
    pub(crate) fn generations(&self) -> Vec<Seed> {
        self.lock().content.generations.clone()
    }

    /// Adds the generation under which the vault is about to be written.
    pub(crate) fn begin_generation(&self) -> Result<Seed, KeyFileError> {
        let next = Seed::draw(&*self.env);
        self.change(|content| {
            content.generations.push(next.clone());
            Ok(())
        })?;
        Ok(next)
    }

    /// Destroys every generation but the one that opens the vault.
    pub(crate) fn keep_generation(&self, kept: &Seed) -> Result<(), KeyFileError> {
        self.change(|content| {
            content.generations = vec![kept.clone()];
            Ok(())
        })
    }

    /// Changes the file, then what we hold of it: never the other way.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Content) -> Result<T, KeyFileError>,
    ) -> Result<T, KeyFileError> {
        let mut state = self.lock();
        let mut content = state.content.clone();
        let changed = change(&mut content)?;
        let bytes = state.protection.seal(&content.to_json(), env::random(&*self.env));
        disk::switch(&*self.disk, &self.path, &bytes)?;
        state.content = content;
        Ok(changed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

/// The version of [`Written`].
const VERSION: u8 = 1;

/// What is inside the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    v: u8,
    machine: MachineMark,
    sig: Vec<Stored>,
    auth: Vec<Stored>,
    wit: Vec<Stored>,
    kem: Vec<Stored>,
    generations: Vec<Seed>,
}

/// What every version can read.
#[derive(Deserialize)]
struct Version {
    v: u8,
}

impl Content {
    fn to_json(&self) -> Zeroizing<Vec<u8>> {
        let written = Written {
            v: VERSION,
            machine: self.machine,
            sig: self.sig.to_stored(),
            auth: self.auth.to_stored(),
            wit: self.wit.to_stored(),
            kem: self.kem.to_stored(),
            generations: self.generations.clone(),
        };
        // Large enough not to grow, which would leave copies in memory.
        let mut json = Zeroizing::new(Vec::with_capacity(8 * 1024));
        serde_json::to_writer(&mut *json, &written).expect("plain data is written to memory");
        json
    }

    fn parse(json: &[u8]) -> Result<Self, KeyFileError> {
        let version = serde_json::from_slice::<Version>(json);
        if version.map_err(|_| KeyFileError::Damaged)?.v > VERSION {
            return Err(KeyFileError::Newer);
        }
        let written = serde_json::from_slice::<Written>(json);
        let written = written.map_err(|_| KeyFileError::Damaged)?;
        if !(1..=2).contains(&written.generations.len()) {
            return Err(KeyFileError::Damaged);
        }
        Ok(Self {
            machine: written.machine,
            sig: Ring::from_stored(written.sig)?,
            auth: Ring::from_stored(written.auth)?,
            wit: Ring::from_stored(written.wit)?,
            kem: Ring::from_stored(written.kem)?,
            generations: written.generations,
        })
    }
}

/// Returns the keys of the vault that somebody finds in these bytes, if they are a key file.
#[cfg(test)]
pub(crate) fn generations_in(bytes: &[u8]) -> Vec<Seed> {
    let content = Protection::open(bytes, None).ok();
    let written = content.and_then(|(_, content)| serde_json::from_slice::<Written>(&content).ok());
    written.map_or_else(Vec::new, |written| written.generations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::simulated::{Cut, Dice, SimulatedDisk};
    use crate::env::FixedEnv;

    const PATH: &str = "data/node.key";

    fn place() -> (SimulatedDisk, Arc<dyn Disk>, Arc<dyn Env>) {
        let disk = SimulatedDisk::default();
        (disk.clone(), Arc::new(disk), Arc::new(FixedEnv::default()))
    }

    fn here() -> MachineMark {
        MachineMark::of(b"here")
    }

    #[test]
    fn keys_turn_over_and_are_found_by_name() {
        let (_, disk, env) = place();
        let path = Path::new(PATH);
        let file = KeyFile::create(&disk, &env, path, here(), None).unwrap();
        let (sig, kem) = (file.sig().kid(), file.kem().kid());
        let newer = file.add(KeyUse::Kem).unwrap();
        file.set_machine(MachineMark::of(b"there")).unwrap();

        let file = KeyFile::open(&disk, &env, path, None).unwrap();
        assert_eq!(file.machine(), MachineMark::of(b"there"));
        assert_eq!((file.sig().kid(), file.kem().kid()), (sig, newer));
        assert_eq!(file.signing(sig).unwrap().kid(), sig);
        assert_eq!(file.opening(kem).unwrap().kid(), kem);
        assert!(file.signing(kem).is_none() && file.opening(sig).is_none());
        let names: Vec<_> = file.names().iter().map(|name| name.key_use).collect();
        let [sig_use, auth, wit, kem_use] = KeyUse::ALL;
        assert_eq!(names, [sig_use, auth, wit, kem_use, kem_use]);

        file.destroy(kem).unwrap();
        file.destroy(kem).unwrap();
        let last = file.destroy(newer);
        assert!(matches!(last, Err(KeyFileError::LastOfItsUse)), "{last:?}");
        let file = KeyFile::open(&disk, &env, path, None).unwrap();
        assert!(file.opening(kem).is_none() && file.opening(newer).is_some());
    }

    /// Whoever finds a key uses it, so it must be there for ever.
    #[test]
    fn a_key_that_was_once_read_survives_a_power_cut() {
        let (simulated, disk, env) = place();
        let file = KeyFile::create(&disk, &env, Path::new(PATH), here(), None).unwrap();
        simulated.film();
        file.add(KeyUse::Kem).unwrap();
        for filmed in simulated.frames() {
            let killed = filmed.cut(Cut::Kill, &mut Dice::new(0));
            let current = |disk: &SimulatedDisk| {
                let disk: Arc<dyn Disk> = Arc::new(disk.clone());
                KeyFile::open(&disk, &env, Path::new(PATH), None).unwrap().kem().kid()
            };
            let read = current(&killed);
            let cut = killed.cut(Cut::Nothing, &mut Dice::new(0));
            assert_eq!(current(&cut), read);
        }
    }

    #[test]
    fn a_file_is_not_made_over_another() {
        let (_, disk, env) = place();
        let create = || KeyFile::create(&disk, &env, Path::new(PATH), here(), None);
        let kid = create().unwrap().sig().kid();
        assert!(matches!(create(), Err(KeyFileError::Failed(_))));
        let file = KeyFile::open(&disk, &env, Path::new(PATH), None).unwrap();
        assert_eq!(file.sig().kid(), kid);
    }

    #[test]
    fn a_passphrase_seals_the_file() {
        let (simulated, disk, env) = place();
        let path = Path::new(PATH);
        let passphrase = Private::from("cheval agrafe".to_owned());
        let file = KeyFile::create(&disk, &env, path, here(), Some(&passphrase)).unwrap();
        let kid = file.add(KeyUse::Auth).unwrap();
        assert!(file.is_protected());

        let open = |passphrase| KeyFile::open(&disk, &env, path, passphrase);
        let file = open(Some(&passphrase)).unwrap();
        assert!(file.is_protected() && file.auth().kid() == kid);
        assert!(matches!(open(None), Err(KeyFileError::PassphraseNeeded)));
        let wrong = Private::from("cheval".to_owned());
        assert!(matches!(open(Some(&wrong)), Err(KeyFileError::DoesNotOpen)));

        let text = String::from_utf8_lossy(&simulated.files()[path]).into_owned();
        assert!(!text.contains("seed"));
        let bytes = simulated.files()[path].clone();
        for at in [0, 4, 40] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            simulated.overwrite(path, flipped);
            assert!(open(Some(&passphrase)).is_err(), "{at}");
        }
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let (simulated, disk, env) = place();
        let path = Path::new(PATH);
        KeyFile::create(&disk, &env, path, here(), None).unwrap();
        let newer = Protection::None.seal(br#"{"v":2,"more":[]}"#, [0; 24]);
        simulated.overwrite(path, newer.to_vec());
        let opened = KeyFile::open(&disk, &env, path, None);
        assert!(matches!(opened, Err(KeyFileError::Newer)), "{opened:?}");
        assert_eq!(simulated.files()[path], *newer);
    }
}
