//! Backups of real folders, made, opened, proved and given back.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use maillage_protocol::erasure::{ErasureCause, LocalShred};
use maillage_protocol::id::{NodeId, UnitId};
use maillage_protocol::leaf::Leaf;
use maillage_protocol::signed::Signed;
use maillage_protocol::time::{DAY, Timestamp};

use super::archive::Writing;
use super::*;
use crate::disk::{Disk, SystemDisk};
use crate::env::{Env, FixedEnv};
use crate::facts::{ErasureEntry, erasure_record};
use crate::folder::DataFolder;
use crate::journal::{Journal, Number, Record, SegmentJournal};
use crate::keys::{KeyFile, MachineMark};
use crate::vault::{FileVault, Secret, Vault, VaultKey};

/// A node that runs, and where its backups go.
struct Site {
    _root: tempfile::TempDir,
    root: PathBuf,
    folder: DataFolder,
    to: PathBuf,
    env: Arc<FixedEnv>,
    journal: SegmentJournal,
    vault: FileVault,
    recipients: Recipients,
    identity: Identities,
    kit: Identities,
}

const SEGMENT: u32 = 8192;

fn unit(n: u8) -> UnitId {
    UnitId::from_bytes([n; 16])
}

fn fact(text: &str) -> Record {
    Record { leaf: Leaf::of_fact(text.as_bytes()), payload: text.as_bytes().to_vec() }
}

impl Site {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().to_owned();
        let (folder, to) = (DataFolder::at(path.join("data")), path.join("backups"));
        fs::create_dir(folder.path()).unwrap();
        fs::create_dir(&to).unwrap();
        fs::write(folder.node(), NodeId([7; 32]).to_string()).unwrap();

        let env = Arc::new(FixedEnv::default());
        let (disk, shared) = (disk(), Arc::clone(&env) as Arc<dyn Env>);
        let mark = MachineMark::of(b"here");
        let keys = KeyFile::create(&disk, &shared, &folder.keys(), mark, None).unwrap();
        let vault = FileVault::create(&disk, &shared, &Arc::new(keys), &folder.vault()).unwrap();
        let (journal, _) = SegmentJournal::open(&disk, &*env, &folder.journal(), SEGMENT).unwrap();

        let ([own, kit], recipients) = pair();
        let site = Self {
            _root: root,
            root: path,
            folder,
            to,
            env,
            journal,
            vault,
            recipients,
            identity: own,
            kit,
        };
        for n in 0..200 {
            site.journal.append(&[fact(&format!("fact {n} of a person"))]).unwrap();
        }
        site.vault.put(&[1, 2, 3].map(|n| (VaultKey::Unit(unit(n)), secret(n)))).unwrap();
        site
    }

    fn make(&self) -> Made {
        make(&self.folder, &self.to, &self.recipients, self.env.now()).unwrap()
    }

    fn verify(&self, name: &Name, identities: &Identities) -> Result<Verified, BackupError> {
        verify(&self.to, name, identities, Some(&self.folder), &self.root, &*self.env)
    }

    fn restore(
        &self,
        into: &str,
        unlisted: &Unlisted,
    ) -> Result<(DataFolder, Restored), BackupError> {
        let into = DataFolder::at(self.root.join(into));
        let plan = plan(&self.to, &self.identity)?;
        let env = Arc::clone(&self.env) as Arc<dyn Env>;
        let restored = restore(&plan, &self.to, &into, &self.identity, unlisted, None, &env)?;
        Ok((into, restored))
    }
}

fn disk() -> Arc<dyn Disk> {
    Arc::new(SystemDisk)
}

fn secret(n: u8) -> Secret {
    Secret::from(vec![n; 32])
}

fn pair() -> ([Identities; 2], Recipients) {
    let [(own, own_public), (kit, kit_public)] = [new_identity(), new_identity()];
    let read = |key: &str| Identities::parse(key.as_bytes()).unwrap();
    let recipients = Recipients::parse(&[own_public, kit_public]).unwrap();
    ([read(own.reveal()), read(kit.reveal())], recipients)
}

fn units_of(folder: &DataFolder) -> Vec<VaultKey> {
    let env: Arc<dyn Env> = Arc::new(FixedEnv::default());
    let keys = Arc::new(KeyFile::open(&disk(), &env, &folder.keys(), None).unwrap());
    FileVault::open(&disk(), &env, &keys, &folder.vault()).unwrap().names().unwrap()
}

fn records_of(folder: &DataFolder) -> Vec<Record> {
    let env = FixedEnv::default();
    let (journal, opened) =
        SegmentJournal::open(&disk(), &env, &folder.journal(), SEGMENT).unwrap();
    assert_eq!(opened.torn, None);
    journal.read(Number(0), 100_000).unwrap()
}

fn listed() -> Unlisted {
    Unlisted::Listed(ErasureList::default())
}

#[test]
fn what_was_backed_up_comes_back_whole_with_either_key() {
    let site = Site::new();
    let made = site.make();
    assert_eq!(made.head.records, Number(200));
    for identities in [&site.identity, &site.kit] {
        let verified = site.verify(&made.journal, identities).unwrap();
        assert_eq!(verified.manifest.head, made.head);
        assert_eq!(verified.agrees.unwrap().since, 0);
    }
    let (folder, restored) = site.restore("again", &listed()).unwrap();
    assert_eq!(restored.records, 200);
    assert_eq!(records_of(&folder), site.journal.read(Number(0), 1000).unwrap());
    assert_eq!(units_of(&folder), site.vault.names().unwrap());
    assert_eq!(folder.node_id().unwrap(), NodeId([7; 32]));
    assert!(folder.restored().is_file() && !folder.restoring().exists());
    for path in [folder.path().to_owned(), folder.journal(), folder.keys(), folder.vault()] {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
}

#[test]
fn a_backup_made_while_the_node_writes_is_a_beginning_of_its_journal() {
    let site = Site::new();
    let made = std::thread::scope(|scope| {
        let write = scope.spawn(|| {
            for n in 0..100 {
                site.journal.append(&[fact(&format!("later {n}"))]).unwrap();
                let key = VaultKey::Unit(unit(100));
                site.vault.put(&[(key, secret(100))]).unwrap();
                site.vault.destroy(&[key]).unwrap();
            }
        });
        let mut made = site.make();
        while !write.is_finished() {
            site.env.advance(DAY);
            made = site.make();
        }
        made
    });
    let verified = site.verify(&made.journal, &site.identity).unwrap();
    assert_eq!(verified.agrees.unwrap().since, 300 - made.head.records.0);
    site.restore("again", &listed()).unwrap();
}

#[test]
fn what_the_node_says_after_a_backup_is_counted_and_another_story_is_seen() {
    let site = Site::new();
    let made = site.make();
    site.journal.append(&[fact("later"), fact("later still")]).unwrap();
    let agrees = site.verify(&made.journal, &site.identity).unwrap().agrees;
    assert_eq!(agrees.unwrap().since, 2);

    let other = Site::new();
    other.journal.append(&[fact("only here")]).unwrap();
    let name = other.make().journal;
    let elsewhere =
        verify(&other.to, &name, &other.identity, Some(&site.folder), &site.root, &*site.env);
    assert!(matches!(elsewhere, Err(BackupError::Diverged)), "{elsewhere:?}");
}

#[test]
fn what_was_erased_since_does_not_come_back() {
    let site = Site::new();
    site.make();
    // Erased after the backup: only the list knows.
    site.vault.destroy(&[VaultKey::Unit(unit(1))]).unwrap();
    ErasureList::append(&site.folder.erased(), &[unit(1).to_bytes()]).unwrap();
    let list = fs::read_to_string(site.folder.erased()).unwrap();
    let list = Unlisted::Listed(ErasureList::parse(&list).unwrap());

    let (folder, restored) = site.restore("again", &list).unwrap();
    assert_eq!(restored.erased, 1);
    assert_eq!(units_of(&folder), [2, 3].map(|n| VaultKey::Unit(unit(n))));
    let kept = fs::read_to_string(folder.erased()).unwrap();
    assert_eq!(
        ErasureList::parse(&kept).unwrap().names().collect::<Vec<_>>(),
        [unit(1).to_bytes()]
    );

    let lost = Unlisted::Lost { reason: "second place burnt".into() };
    let (folder, restored) = site.restore("uncertain", &lost).unwrap();
    assert_eq!((restored.erased, units_of(&folder).len()), (0, 3));
    let mark = fs::read_to_string(folder.restored()).unwrap();
    assert!(mark.contains("second place burnt"), "{mark}");
}

#[test]
fn what_the_journal_remembers_having_erased_does_not_come_back() {
    let site = Site::new();
    // A crash came after the record and before the destruction.
    let (cause, at) = (ErasureCause::Withdrawal, site.env.now());
    let shred = LocalShred { cause, ids: vec![], unit: unit(2), at };
    let object = Signed { bytes: shred.to_bytes(), signature: [0; 64] };
    let record = erasure_record(&ErasureEntry { peer: None, object });
    site.journal.append(&[record]).unwrap();
    site.make();
    let (folder, restored) = site.restore("again", &listed()).unwrap();
    assert_eq!(restored.erased, 1);
    assert_eq!(units_of(&folder), [1, 3].map(|n| VaultKey::Unit(unit(n))));
}

#[test]
fn a_folder_where_somebody_lives_is_left_alone() {
    let site = Site::new();
    site.make();
    let into = site.root.join("lived-in");
    fs::create_dir(&into).unwrap();
    fs::write(into.join("hello"), "here").unwrap();
    let refused = site.restore("lived-in", &listed()).unwrap_err();
    assert!(matches!(refused, BackupError::NotEmpty), "{refused}");
    assert_eq!(fs::read_dir(&into).unwrap().count(), 1);
}

#[test]
fn a_stranger_opens_nothing_and_a_failed_restore_leaves_nothing() {
    let site = Site::new();
    let made = site.make();
    let ([stranger, _], _) = pair();
    let opened = site.verify(&made.journal, &stranger).unwrap_err();
    assert!(matches!(opened, BackupError::DoesNotOpen(_)), "{opened}");

    // Cut short, then with a byte changed near its end.
    let path = site.to.join(made.journal.to_string());
    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() - 9] ^= 1;
    for damaged in [&whole[..whole.len() / 2], &whole[..whole.len() - 1], &flipped[..]] {
        fs::write(&path, damaged).unwrap();
        site.verify(&made.journal, &site.identity).unwrap_err();
        site.restore("again", &listed()).unwrap_err();
        assert_eq!(fs::read_dir(site.root.join("again")).unwrap().count(), 0);
    }
    assert_eq!(fs::read_dir(&site.root).unwrap().count(), 3, "a scratch folder was left");
}

#[test]
fn the_journal_of_one_backup_and_the_vault_of_another_are_no_backup() {
    let site = Site::new();
    let first = site.make();
    let first_vault = fs::read(site.to.join(first.vault.to_string())).unwrap();
    site.env.advance(DAY);
    site.journal.append(&[fact("later")]).unwrap();
    let second = site.make();
    fs::write(site.to.join(second.vault.to_string()), first_vault).unwrap();
    let mixed = site.verify(&second.journal, &site.identity).unwrap_err();
    assert!(matches!(mixed, BackupError::Different), "{mixed}");
}

/// Writes an archive again, with other files in it.
fn forge(
    site: &Site,
    name: &Name,
    change: impl Fn(Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)>,
) {
    let path = site.to.join(name.to_string());
    let mut files = Vec::new();
    let opened = archive::open(&path, &site.identity).unwrap();
    archive::read(flate2::read::GzDecoder::new(opened), |name, content| {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        files.push((name.to_owned(), bytes));
        Ok(())
    })
    .unwrap();

    let sealed = archive::seal(&path, &site.recipients).unwrap();
    let gzip = flate2::write::GzEncoder::new(sealed, flate2::Compression::fast());
    let mut tar = tar::Builder::new(gzip);
    for (name, bytes) in change(files) {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_entry_type(tar::EntryType::Regular);
        // The library would refuse to write most of these names.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, &*bytes).unwrap();
    }
    archive::finish(tar.into_inner().unwrap().finish().unwrap(), &path).unwrap();
}

#[test]
fn an_archive_cannot_write_where_it_likes() {
    for hostile in [
        "../escaped",
        "journal/../../escaped.log",
        "journal/x.log",
        "journal/000009.log.new",
        "/etc/escaped",
        "vault",
        "restored",
    ] {
        let site = Site::new();
        let made = site.make();
        forge(&site, &made.journal, |files| [vec![(hostile.into(), vec![1])], files].concat());
        let refused = site.restore("again", &listed()).unwrap_err();
        assert!(matches!(refused, BackupError::Foreign), "{hostile}: {refused}");
        assert_eq!(fs::read_dir(site.root.join("again")).unwrap().count(), 0, "{hostile}");
        assert!(!site.root.join("escaped.log").exists());
    }
}

#[test]
fn an_archive_holds_what_it_says() {
    let lies: [fn(&mut Manifest); 3] = [
        |manifest| manifest.head.records = Number(199),
        |manifest| manifest.head.leaves[0] ^= 1,
        |manifest| manifest.node = NodeId([8; 32]),
    ];
    for (at, lie) in lies.into_iter().enumerate() {
        let site = Site::new();
        let made = site.make();
        forge(&site, &made.journal, |mut files| {
            let (_, json) = files.last_mut().unwrap();
            let mut manifest = Manifest::parse(json).unwrap();
            lie(&mut manifest);
            *json = manifest.to_json();
            files
        });
        let into = site.root.join("scratch");
        fs::create_dir(&into).unwrap();
        let read = verify::read_journal(&site.to, &made.journal, &site.identity, &into);
        assert!(matches!(read, Err(BackupError::Different)), "{at}: {read:?}");
    }
    let site = Site::new();
    let made = site.make();
    forge(&site, &made.journal, |mut files| {
        files.retain(|(name, _)| name != "node");
        files
    });
    site.verify(&made.journal, &site.identity).unwrap_err();
}

#[test]
fn an_archive_is_believed_only_once_its_end_is_read() {
    let site = Site::new();
    let path = site.to.join("long");
    let mut sealed = archive::seal(&path, &site.recipients).unwrap();
    let mut written = Writing::new(Vec::new(), Timestamp(0));
    written.add("vault", 3, &b"abc"[..]).unwrap();
    // Tar stops reading at its own end, long before that of the file.
    let bytes = [written.end().unwrap(), vec![0; 200_000]].concat();
    io::copy(&mut &*bytes, &mut sealed).unwrap();
    archive::finish(sealed, &path).unwrap();

    let read = || archive::read(archive::open(&path, &site.identity)?, |_, _| Ok(()));
    read().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(bytes.len() - 70_000);
    fs::write(&path, bytes).unwrap();
    read().unwrap_err();
}

#[test]
fn a_key_file_and_a_vault_that_are_saved_belong_together() {
    let site = Site::new();
    let mut units = (1..=3).map(unit);
    let [keys, vault] = make::read_vault(&site.folder, |path| {
        // A key is destroyed between two readings, three times.
        if path == site.folder.vault()
            && let Some(unit) = units.next()
        {
            site.vault.destroy(&[VaultKey::Unit(unit)]).unwrap();
        }
        fs::read(path)
    })
    .unwrap();
    fs::write(site.root.join("node.key"), &*keys).unwrap();
    let env: Arc<dyn Env> = Arc::new(FixedEnv::default());
    let keys = KeyFile::open(&disk(), &env, &site.root.join("node.key"), None).unwrap();
    assert_eq!(FileVault::count(&vault, &keys), Some(0));
}

#[test]
fn archives_of_the_vault_are_gone_after_thirty_days() {
    let site = Site::new();
    let first = site.make();
    site.env.advance(DAY * 29);
    assert_eq!(site.make().removed, 0);
    site.env.advance(DAY);
    assert_eq!(site.make().removed, 1);
    assert!(!site.to.join(first.vault.to_string()).exists());
    assert!(site.to.join(first.journal.to_string()).exists());
    assert_eq!(newest(&site.to).unwrap().unwrap().made, site.env.now());
}

#[test]
fn no_archive_says_more_than_it_should() {
    let site = Site::new();
    let made = site.make();
    for name in [&made.journal, &made.vault] {
        let bytes = fs::read(site.to.join(name.to_string())).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("age-encryption.org/v1") && !text.contains("person"));
    }
    let names = fs::read_dir(&site.to).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, [made.journal.to_string(), made.vault.to_string()]);
}

#[test]
fn the_archive_of_the_vault_opens_with_any_tar() {
    let mut written = Writing::new(Vec::new(), Timestamp(5000));
    written.add("vault", 3, &b"abc"[..]).unwrap();
    let bytes = written.end().unwrap();
    let mut names = Vec::new();
    archive::read(&*bytes, |name, content| {
        let mut text = String::new();
        content.read_to_string(&mut text)?;
        names.push((name.to_owned(), text));
        Ok(())
    })
    .unwrap();
    assert_eq!(names, [("vault".to_owned(), "abc".to_owned())]);
}

/// What our reader answers to each file of the age test kit. A line that changes is a question.
#[test]
fn the_reader_answers_the_age_test_kit_as_it_always_did() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/corpus"));
    let expected = fs::read_to_string(root.join("age-verdicts.txt")).unwrap_or_default();
    let mut files: Vec<_> = fs::read_dir(root.join("age/testdata")).unwrap().collect();
    files.sort_by_key(|file| file.as_ref().unwrap().file_name());
    let mut verdicts = String::new();
    for file in files {
        let file = file.unwrap();
        let vector = Vector::parse(&fs::read(file.path()).unwrap());
        let name = file.file_name().into_string().unwrap();
        verdicts += &format!("{name}: {}\n", vector.verdict(&name));
    }
    if std::env::var_os("MAILLAGE_FREEZE").is_some() {
        fs::write(root.join("age-verdicts.txt"), &verdicts).unwrap();
    }
    assert_eq!(verdicts, expected);
    assert_eq!(verdicts.lines().count(), 143);
}

/// A file of the age test kit.
struct Vector {
    expect: String,
    payload: Option<String>,
    identities: String,
    body: Vec<u8>,
}

impl Vector {
    fn parse(bytes: &[u8]) -> Self {
        let split = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
        let head = String::from_utf8(bytes[..split].to_vec()).unwrap();
        let fields = |wanted: &str| {
            let field = |line: &str| {
                line.split_once(": ").map(|(key, value)| (key.to_owned(), value.to_owned()))
            };
            let fields = head.lines().filter_map(field);
            fields.filter(|(key, _)| key == wanted).map(|(_, value)| value).collect::<Vec<_>>()
        };
        let rest = &bytes[split + 2..];
        let body = if fields("compressed") == ["zlib"] {
            let mut body = Vec::new();
            flate2::read::ZlibDecoder::new(rest).read_to_end(&mut body).unwrap();
            body
        } else {
            rest.to_vec()
        };
        let identities = fields("identity").join("\n");
        let expect = fields("expect").remove(0);
        Self { expect, payload: fields("payload").pop(), identities, body }
    }

    /// Opens the file, and checks that nothing was released that should not have been.
    fn verdict(&self, name: &str) -> String {
        // A passphrase or a key of another kind is none that we use: a stranger's key must do.
        let identities = Identities::parse(self.identities.as_bytes());
        let identities = identities.unwrap_or_else(|_| pair().0.into_iter().next().unwrap());
        let mut opened = match identities.open(&*self.body) {
            Ok(opened) => opened,
            Err(error) => {
                let why = format!("{error:?}");
                return format!("refused, {}", why.split('(').next().unwrap_or_default());
            }
        };
        let mut released = Vec::new();
        let read = io::copy(&mut opened, &mut released);
        if let Some(expected) = &self.payload {
            let hash = maillage_protocol::label::sha256(&released);
            assert_eq!(&data_encoding::HEXLOWER.encode(&hash), expected, "{name}");
        }
        match (read, self.expect.as_str()) {
            (Ok(_), "success") => "opened".to_owned(),
            // The library forgives two ways of writing an empty line that old tools had.
            (Ok(_), forgiven) => format!("opened, although {forgiven}"),
            (Err(_), "payload failure") => "refused after the header".to_owned(),
            (Err(error), other) => panic!("{name}: {other}, {error}"),
        }
    }
}
