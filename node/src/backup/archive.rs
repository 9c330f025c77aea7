//! Encrypted archives: age v1 outside, tar inside, so that anybody can open them in ten years.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use age::stream::{StreamReader, StreamWriter};
use age::{Decryptor, Encryptor, IdentityFile, Recipient, x25519};
use maillage_protocol::private::Private;
use maillage_protocol::time::Timestamp;
use tar::{Builder, EntryType, Header};

use super::BackupError;

/// The two keys that a backup is encrypted to: the organization's, and its recovery kit's.
#[derive(Clone)]
pub struct Recipients([x25519::Recipient; 2]);

/// A text is not a key that backups can be encrypted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("key {0} of `backup.recipients` is not one that `age-keygen` prints")]
pub struct NotARecipient(pub usize);

impl Recipients {
    /// Reads two public keys, as `age1…`.
    pub fn parse(texts: &[String; 2]) -> Result<Self, NotARecipient> {
        let read = |at: usize| texts[at].parse().map_err(|_| NotARecipient(at + 1));
        Ok(Self([read(0)?, read(1)?]))
    }
}

/// The private keys that open a backup. They never stay on the machine of the node.
pub struct Identities(Vec<Box<dyn age::Identity + Send + Sync>>);

/// A file is not one of private keys.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// It cannot be read.
    #[error("the file of the private key cannot be read")]
    Failed(#[from] io::Error),
    /// It holds no key that we can use, or one that a passphrase seals.
    #[error("the file holds no private key that `age-keygen` prints")]
    NoKey,
}

impl Identities {
    /// Reads a file that `age-keygen` wrote.
    pub fn read(path: &Path) -> Result<Self, IdentityError> {
        Self::parse(&fs::read(path)?)
    }

    /// Reads what `age-keygen` printed.
    pub fn parse(text: &[u8]) -> Result<Self, IdentityError> {
        let file = IdentityFile::from_buffer(text).map_err(|_| IdentityError::NoKey)?;
        let keys = file.into_identities().map_err(|_| IdentityError::NoKey)?;
        if keys.is_empty() { Err(IdentityError::NoKey) } else { Ok(Self(keys)) }
    }

    /// Opens an encrypted stream. What is read from it is authentic as far as it goes; only its
    /// end proves that nothing is missing.
    pub(super) fn open<R: Read>(&self, sealed: R) -> Result<StreamReader<R>, age::DecryptError> {
        Decryptor::new(sealed)?.decrypt(self.0.iter().map(|key| &**key as &dyn age::Identity))
    }
}

/// Makes a key pair for backups: the private key, to keep on paper, and the public one, to
/// configure.
#[must_use]
pub fn new_identity() -> (Private<String>, String) {
    let identity = x25519::Identity::generate();
    let public = identity.to_public().to_string();
    (identity.to_string().expose_secret().to_owned().into(), public)
}

/// An archive that is being written. It has its name only once it is whole.
pub(super) struct Writing<W: Write> {
    tar: Builder<W>,
    made: Timestamp,
}

/// A file that is being encrypted.
pub(super) type Sealing = StreamWriter<BufWriter<File>>;

/// Begins an encrypted file that nobody but its owner can read.
pub(super) fn seal(path: &Path, recipients: &Recipients) -> Result<Sealing, BackupError> {
    let keys = recipients.0.iter().map(|key| key as &dyn Recipient);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let file = options.open(unfinished(path))?;
    Ok(Encryptor::with_recipients(keys)?.wrap_output(BufWriter::new(file))?)
}

/// Ends an encrypted file, and gives it its name once it would survive a power cut.
pub(super) fn finish(sealing: Sealing, path: &Path) -> io::Result<()> {
    let file = sealing.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    fs::rename(unfinished(path), path)?;
    File::open(crate::disk::folder_of(path))?.sync_all()
}

/// Removes what was written of a file that will not be finished.
pub(super) fn abandon(path: &Path) -> io::Result<()> {
    match fs::remove_file(unfinished(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn unfinished(path: &Path) -> PathBuf {
    path.with_added_extension("new")
}

impl<W: Write> Writing<W> {
    pub(super) fn new(out: W, made: Timestamp) -> Self {
        Self { tar: Builder::new(out), made }
    }

    /// Adds a file of `size` bytes.
    pub(super) fn add(&mut self, name: &str, size: u64, bytes: impl Read) -> io::Result<()> {
        let mut header = Header::new_ustar();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(self.made.0 / 1000);
        header.set_entry_type(EntryType::Regular);
        self.tar.append_data(&mut header, name, bytes)
    }

    /// Ends the archive and gives back what it was written to.
    pub(super) fn end(self) -> io::Result<W> {
        self.tar.into_inner()
    }
}

/// Reads all the files of an archive, in order, to its very end.
pub(super) fn read(
    archive: impl Read,
    mut each: impl FnMut(&str, &mut dyn Read) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let mut archive = tar::Archive::new(archive);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_str().map(str::to_owned);
        match name {
            Some(name) if entry.header().entry_type() == EntryType::Regular => {
                each(&name, &mut entry)?;
            }
            Some(_) | None => return Err(BackupError::Foreign),
        }
    }
    // The end of the stream is its proof.
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    Ok(())
}

/// A file that is being decrypted.
pub(super) type Unsealing = StreamReader<BufReader<File>>;

/// Opens an encrypted file.
pub(super) fn open(path: &Path, identities: &Identities) -> Result<Unsealing, BackupError> {
    Ok(identities.open(BufReader::new(File::open(path)?))?)
}
