//! The command line, as it is typed.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use clap::Command;

use super::*;
use crate::backup::new_identity;
use crate::disk::{Disk, SystemDisk};
use crate::env::{Env, SystemEnv};
use crate::facts::peer_identity_record;
use crate::folder::DataFolder;
use crate::journal::{Journal, Record, SegmentJournal};
use crate::keys::{KeyFile, MachineMark};
use crate::vault::{FileVault, Secret, Vault, VaultKey};
use maillage_protocol::consent::{ConsentReceipt, Grant, SignedReceipt};
use maillage_protocol::id::{NodeId, PathwayId, UnitId};
use maillage_protocol::identity::{Genesis, Identity, IdentityKey, Organization, SignedIdentity};
use maillage_protocol::keys::{KeyUse, PrivateKey};
use maillage_protocol::leaf::Leaf;
use maillage_protocol::pathway::PathwayNumber;
use maillage_protocol::seal::KemPrivateKey;
use maillage_protocol::time::Timestamp;

/// What a verb said, kept to be read.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn typed(words: &[&str]) -> (Exit, String, String) {
    let (said, mut err) = (Said::default(), Vec::new());
    let words = ["maillage"].iter().chain(words).map(OsString::from).collect::<Vec<_>>();
    let exit = run(words, said.clone(), &mut err);
    let said = String::from_utf8(said.0.lock().unwrap().clone()).unwrap();
    (exit, said, String::from_utf8(err).unwrap())
}

/// A node that was set up, and its configuration.
struct Site {
    root: tempfile::TempDir,
    folder: DataFolder,
}

impl Site {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::at(root.path().join("data"));
        let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
        disk.create_folder(folder.path()).unwrap();
        fs::create_dir(root.path().join("backups")).unwrap();
        fs::write(folder.node(), NodeId([7; 32]).to_string()).unwrap();

        let env: Arc<dyn Env> = Arc::new(SystemEnv::default());
        let mark = MachineMark::of(b"here");
        let keys = KeyFile::create(&disk, &env, &folder.keys(), mark, None).unwrap();
        let vault = FileVault::create(&disk, &env, &Arc::new(keys), &folder.vault()).unwrap();
        let unit = VaultKey::Unit(UnitId::from_bytes([1; 16]));
        vault.put(&[(unit, Secret::from(vec![1; 32]))]).unwrap();
        let (journal, _) = SegmentJournal::open(&disk, &*env, &folder.journal(), 1 << 16).unwrap();
        for payload in [b"one".to_vec(), b"two".to_vec()] {
            journal.append(&[Record { leaf: Leaf::of_fact(&payload), payload }]).unwrap();
        }

        let keys = [new_identity(), new_identity()];
        fs::write(root.path().join("identity"), keys[1].0.reveal()).unwrap();
        let text = format!(
            "public_url = \"https://maillage.exemple.fr\"\ndata_dir = \"{}\"\n[backup]\n\
             to = \"{}\"\nrecipients = [\"{}\", \"{}\"]\n",
            folder.path().display(),
            root.path().join("backups").display(),
            keys[0].1,
            keys[1].1,
        );
        fs::write(root.path().join("maillage.toml"), text).unwrap();
        Self { root, folder }
    }

    fn path(&self, name: &str) -> String {
        self.root.path().join(name).display().to_string()
    }

    /// Types a command with the configuration of this node.
    fn typed(&self, words: &[&str]) -> (Exit, String, String) {
        let config = self.path("maillage.toml");
        typed(&[&["--config", config.as_str()], words].concat())
    }

    fn config(&self, from: &str, to: &str) {
        let path = self.root.path().join("maillage.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }
}

fn each(command: &Command, visit: &mut impl FnMut(&Command)) {
    visit(command);
    command.get_subcommands().for_each(|verb| each(verb, visit));
}

#[test]
fn the_command_line_holds_together_and_explains_itself() {
    let mut command = command();
    command.build();
    command.clone().debug_assert();
    each(&command, &mut |verb| {
        assert!(verb.get_about().is_some(), "{}", verb.get_name());
        for arg in verb.get_arguments() {
            assert!(arg.get_help().is_some(), "{} {}", verb.get_name(), arg.get_id());
        }
        let help = verb.clone().render_long_help().to_string();
        for english in ["Usage", "Commands", "Print ", "[default", "[env", "possible values"] {
            assert!(!help.contains(english), "{english}: {help}");
        }
    });
}

#[test]
fn the_manual_names_every_verb_and_every_code() {
    let (exit, page, _) = typed(&["man"]);
    assert_eq!(exit, Exit::Done);
    for verb in command().get_subcommands() {
        assert!(page.contains(&format!("maillage\\-{}", verb.get_name())), "{page}");
    }
    for exit in Exit::ALL {
        assert!(page.contains(&format!("\\fB{}\\fR", exit.code())), "{page}");
    }
    assert!(page.contains(".SH NOM\n") && !page.contains(".SH NAME\n"));
    let (_, page, _) = typed(&["man", "restore"]);
    assert!(page.contains("erasure\\-list"), "{page}");
    assert_eq!(typed(&["man", "nothing"]).0, Exit::Usage);
}

#[test]
fn completions_are_made_for_each_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let (exit, script, _) = typed(&["completion", shell]);
        assert!(exit == Exit::Done && script.contains("healthcheck"), "{shell}");
    }
}

#[test]
fn what_means_nothing_leaves_with_64_and_help_with_0() {
    for wrong in [&["nothing"][..], &[], &["config"], &["restore", "--into", "x"]] {
        assert_eq!(typed(wrong).0, Exit::Usage, "{wrong:?}");
    }
    assert_eq!(typed(&["--help"]).0, Exit::Done);
    assert_eq!(typed(&["backup", "verify", "--help"]).0, Exit::Done);
    assert_eq!(typed(&["--version"]).0, Exit::Done);
}

#[test]
fn what_is_typed_wrongly_is_said_in_french_with_what_to_do() {
    for (wrong, said) in [
        (&["servir"][..], "« servir » n'est pas un verbe"),
        (&["serve", "--listne", "x"], "vouliez-vous dire « --listen » ?"),
        (&["serve", "--listen", "x"], "« x » ne convient pas à --listen"),
        (&["restore", "--into", "x"], "il manque"),
        (&["serve", "x"], "« x » n'est pas attendu ici"),
        (&["completion", "zzz"], "choisissez parmi : bash"),
        (&["serve", "--listen"], "il manque la valeur de --listen"),
    ] {
        let (exit, _, err) = typed(wrong);
        assert_eq!(exit, Exit::Usage, "{wrong:?}");
        assert!(err.contains(said) && err.contains("à faire : "), "{wrong:?}: {err}");
        for english in ["error", "unexpected", "invalid", "required", "Usage"] {
            assert!(!err.contains(english), "{english}: {err}");
        }
    }
}

#[test]
fn a_certificate_that_cannot_be_read_is_no_good_configuration() {
    let site = Site::new();
    let there = site.root.path().join("maillage.toml");
    let good = fs::read_to_string(&there).unwrap();
    let empty = site.root.path().join("empty.pem");
    fs::write(&empty, "").unwrap();
    for (wrong, said) in [
        ("[tls]\ncertificate = \"/nowhere\"\nkey = \"/nowhere\"\n".to_owned(), "tls.certificate"),
        ("[peers]\nroots = [\"/nowhere\"]\n".to_owned(), "peers.roots"),
        (format!("[peers]\nroots = [{empty:?}]\n"), "n'est pas un certificat"),
    ] {
        fs::write(&there, format!("{good}\n{wrong}")).unwrap();
        let (exit, _, err) = site.typed(&["config", "check"]);
        assert!(exit == Exit::Configuration && err.contains(said), "{err}");
    }
}

#[test]
fn a_reader_who_has_read_enough_is_no_failure() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut err = Vec::new();
    let exit = run(["maillage", "man"].map(OsString::from), Closed, &mut err);
    assert_eq!((exit, err), (Exit::Done, Vec::new()));
}

#[test]
fn the_configuration_is_checked_and_shown_with_its_origins() {
    let site = Site::new();
    assert_eq!(site.typed(&["config", "check"]).0, Exit::Done);
    let (_, shown, _) = site.typed(&["--listen", "127.0.0.1:9", "config", "show"]);
    assert!(shown.contains("listen = \"127.0.0.1:9\"  # option"), "{shown}");
    assert!(shown.contains("sessions.idle_minutes = 15  # par défaut"), "{shown}");
    let (_, shown, _) = site.typed(&["config", "show", "--json"]);
    assert!(shown.contains(r#""key":"public_url""#) && shown.contains(r#""origin":"file""#));

    site.config("[backup]", "[bakcup]");
    let (exit, _, said) = site.typed(&["config", "check"]);
    assert_eq!(exit, Exit::Configuration);
    assert!(said.contains("« bakcup.") && said.contains("« backup."), "{said}");
    site.config("[bakcup]", "[backup]");
    site.config("\"age1", "\"age2");
    assert_eq!(site.typed(&["config", "check"]).0, Exit::Configuration);
    assert_eq!(typed(&["--config", "/nowhere", "config", "check"]).0, Exit::Configuration);
}

#[test]
fn a_node_is_backed_up_verified_and_given_back() {
    let site = Site::new();
    let (exit, said, err) = site.typed(&["backup"]);
    assert!(exit == Exit::Done && said.contains("2 enregistrements"), "{said}{err}");
    let identity = site.path("identity");
    let (exit, said, err) = site.typed(&["backup", "verify", "--identity", &identity, "--json"]);
    assert!(exit == Exit::Done && said.contains(r#""since":0"#), "{said}{err}");

    let (from, into) = (site.path("backups"), site.path("again"));
    let restore = ["restore", "--from", &from, "--into", &into, "--identity", &identity];
    let (exit, said, _) = typed(&[&restore[..], &["--dry-run"]].concat());
    assert!(exit == Exit::Done && said.contains("Il manquera"), "{said}");
    assert!(!Path::new(&into).exists());
    assert_eq!(typed(&restore).0, Exit::Usage);
    let lost = [&restore[..], &["--without-erasure-list", "perdue"]].concat();
    let (exit, said, err) = typed(&lost);
    assert!(exit == Exit::Done && said.contains("Rétabli : 2"), "{said}{err}");
    assert_eq!(typed(&lost).0, Exit::Data);
    assert_eq!(typed(&["--data-dir", &into, "scrub"]).0, Exit::Done);
}

#[test]
fn a_byte_that_the_disk_forgot_is_found() {
    let site = Site::new();
    let (exit, said, _) = site.typed(&["scrub"]);
    assert!(exit == Exit::Done && said.contains("2 enregistrements"), "{said}");
    for (path, at) in [(site.folder.vault(), 40), (site.folder.journal().join("000000.log"), 60)] {
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        fs::write(&path, flipped).unwrap();
        assert_eq!(site.typed(&["scrub"]).0, Exit::Disk, "{}", path.display());
        fs::write(&path, whole).unwrap();
    }
    assert_eq!(site.typed(&["scrub"]).0, Exit::Done);
}

#[test]
fn names_are_recomputed_and_keys_are_shown_without_their_secrets() {
    let site = Site::new();
    let (exit, said, _) = site.typed(&["verify", "journal"]);
    assert!(exit == Exit::Done && said.contains("Noms recalculés : 2"), "{said}");
    let (exit, said, _) = site.typed(&["key", "show"]);
    assert!(exit == Exit::Done && said.contains(&NodeId([7; 32]).fingerprint()), "{said}");
    assert_eq!(said.lines().count(), 6);
    let keys = String::from_utf8_lossy(&fs::read(site.folder.keys()).unwrap()).into_owned();
    for word in said.split_whitespace().filter(|word| word.len() > 40 && !word.starts_with("n1")) {
        assert!(!keys.contains(word), "{word}");
    }
}

/// A receipt of a partner, the key of that partner, and its identity as it publishes it.
fn receipt() -> (SignedReceipt, PrivateKey, SignedIdentity) {
    let keys = [1, 2, 3, 4].map(|seed| PrivateKey::from_seed(&[seed; 32]));
    let uses = [KeyUse::Sig, KeyUse::Auth, KeyUse::Wit];
    let public = |(key, key_use): (&PrivateKey, KeyUse)| IdentityKey {
        key_use,
        public: key.public().to_bytes(),
    };
    let mut listed: Vec<_> = keys.iter().zip(uses).map(public).collect();
    let kem = KemPrivateKey::from_bytes(&[5; 32]).unwrap();
    listed.push(IdentityKey { key_use: KeyUse::Kem, public: kem.public() });
    let genesis = Genesis {
        name: "CCAS de Brenne".to_owned(),
        urls: vec!["https://ccas.brenne.example/".to_owned()],
        keys: listed,
        next: vec![Genesis::commit(&keys[3])],
        organization: Organization::default(),
    };
    let [sig, auth, wit, _] = &keys;
    let genesis = SignedIdentity::genesis(&genesis, Timestamp(1), &[sig, auth, wit]);
    let grant: Grant = serde_json::from_value(serde_json::json!({
        "id": "2f6c1c1e-5a0b-4c1d-9f27-0c8f6f3b7a10",
        "ref": "2f6c1c1e-5a0b-4c1d-9f27-0c8f6f3b7a11",
        "at": 1_772_438_400_000_u64, "subj": "BAQEBAQEBAQEBAQEBAQEBA", "basis": "public_task",
        "purp": ["transmit_referral"], "cats": ["need"], "rcpt": [NodeId([7; 32]).to_string()],
        "svc": "2f6c1c1e-5a0b-4c1d-9f27-0c8f6f3b7a12", "ops": ["read"],
        "nbf": 1_772_438_400_000_u64, "exp": 1_772_524_800_000_u64, "how": "screen",
        "place": "in_person", "agent": "2f6c1c1e-5a0b-4c1d-9f27-0c8f6f3b7a13",
        "notice": { "ver": 1, "lang": "fr", "form": "oral", "hash": "A".repeat(43) },
        "feedback": "outcome", "wc": "A".repeat(43),
    }))
    .unwrap();
    let issuer = Identity::begin(&genesis).unwrap().node();
    let signed = ConsentReceipt::sign(&grant, issuer, sig).unwrap();
    (signed, sig.clone(), genesis)
}

#[test]
fn a_receipt_is_verified_with_public_keys_and_without_a_network() {
    let site = Site::new();
    let (signed, key, genesis) = receipt();
    let number = PathwayNumber { pathway: PathwayId::from_bytes([3; 16]), hop: 0 };
    let square = format!("https://ccas.brenne.example/p#{}", signed.in_square("7F3K-9QH2", number));
    let verify = |receipt: &str, more: &[&str]| {
        site.typed(&[&["verify", "receipt", receipt], more].concat())
    };
    let (exit, _, err) = verify(&square, &[]);
    assert!(exit == Exit::Unavailable && err.contains("--identity"), "{err}");

    let public = maillage_protocol::encoding::base64url(&key.public().to_bytes());
    let (exit, said, err) = verify(&square, &["--key", &public]);
    assert!(exit == Exit::Done && said.contains("2f6c1c1e-5a0b-4c1d-9f27-0c8f6f3b7a10"), "{err}");
    assert!(said.contains("pas un cachet ni une signature qualifiés") && !said.contains("7F3K"));

    let identity = site.path("identity.json");
    fs::write(&identity, serde_json::json!({ "log": [genesis] }).to_string()).unwrap();
    let typed = site.path("receipt.txt");
    fs::write(&typed, signed.to_printed().to_lowercase().replace('-', "\n")).unwrap();
    let (exit, said, err) = verify(&typed, &["--identity", &identity, "--json"]);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{err}"));
    assert_eq!(exit, Exit::Done);
    assert_eq!((&said["name"], &said["known_from"]), (&"CCAS de Brenne".into(), &"file".into()));
    assert_eq!(
        (&said["at"], &said["revoked"]),
        (&1_772_438_400_000_u64.into(), &None::<u8>.into())
    );

    // A partner: its identity is in the journal.
    let peer = Identity::begin(&genesis).unwrap().node();
    let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
    let (journal, _) =
        SegmentJournal::open(&disk, &SystemEnv::default(), &site.folder.journal(), 1 << 16)
            .unwrap();
    journal.append(&[peer_identity_record(peer, &genesis)]).unwrap();
    drop(journal);
    let (exit, said, err) = verify(&signed.to_printed(), &[]);
    assert!(exit == Exit::Done && said.contains("CCAS de Brenne"), "{said}{err}");

    let stranger = PrivateKey::from_seed(&[9; 32]).public().to_bytes();
    let stranger = maillage_protocol::encoding::hex(&stranger);
    let mut changed = signed.to_printed();
    changed.replace_range(100..101, if &changed[100..101] == "0" { "1" } else { "0" });
    for (wrong, more) in [
        (changed.as_str(), &[][..]),
        (&signed.to_printed(), &["--key", &stranger]),
        (&signed.to_printed(), &["--key", "nothing"]),
        (&signed.to_printed(), &["--identity", &typed]),
        ("7F3K-9QH2-M4TZ-0XWB", &[]),
    ] {
        let (exit, said, _) = verify(wrong, more);
        assert!(exit == Exit::Data && said.is_empty(), "{wrong} {more:?} {said}");
    }
}

#[test]
fn the_doctor_says_what_to_do_and_fails_only_when_it_must() {
    let site = Site::new();
    let checks = |words: &[&str]| {
        let (exit, said, _) = site.typed(words);
        let checks: Vec<serde_json::Value> = serde_json::from_str(&said).unwrap();
        (exit, checks)
    };
    let state = |checks: &[serde_json::Value], subject: &str| {
        let found = checks.iter().find(|check| check["subject"] == subject).unwrap();
        assert_eq!(found["state"] == "OK", found["remedy"].is_null(), "{found}");
        found["state"].as_str().unwrap().to_owned()
    };

    let (exit, found) = checks(&["doctor", "--json"]);
    assert_eq!((exit, state(&found, "sauvegarde").as_str()), (Exit::Data, "ERREUR"));
    assert_eq!(found[0]["state"], "ERREUR");

    site.typed(&["backup"]);
    site.typed(&["backup", "verify", "--identity", &site.path("identity")]);
    let (exit, found) = checks(&["doctor", "--json"]);
    assert_eq!(exit, Exit::Done, "{found:?}");
    for (subject, expected) in [
        ("configuration", "OK"),
        ("dossier de données", "OK"),
        ("horloge", "OK"),
        ("fichier des clés", "ATTENTION"),
        ("origine du dossier", "OK"),
        ("sauvegarde", "OK"),
        ("sauvegarde relue", "OK"),
    ] {
        assert_eq!(state(&found, subject), expected, "{subject}");
    }

    use std::os::unix::fs::PermissionsExt;
    let open = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    open(site.folder.path(), 0o755);
    open(&site.folder.keys(), 0o640);
    fs::write(site.folder.restoring(), "").unwrap();
    let (exit, found) = checks(&["doctor", "--json"]);
    assert_eq!(exit, Exit::Data);
    for subject in ["dossier de données", "fichier des clés", "origine du dossier"] {
        assert_eq!(state(&found, subject), "ERREUR", "{subject}");
    }
    site.config("public_url", "publicurl");
    let (exit, said, _) = site.typed(&["doctor"]);
    assert!(exit == Exit::Data && said.starts_with("ERREUR     configuration"), "{said}");
}

#[test]
fn a_node_that_does_not_answer_is_not_ready() {
    // Only the binary chooses a provider by itself.
    rustls::crypto::ring::default_provider().install_default().unwrap_or_default();
    let site = Site::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (exit, _, said) = site.typed(&["--listen", &free.to_string(), "healthcheck"]);
    assert_eq!(exit, Exit::Unavailable, "{said}");

    for (answer, expected) in [("200 OK", Exit::Done), ("503 No", Exit::Unavailable)] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut peer, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let read = io::Read::read(&mut peer, &mut request).unwrap();
            write!(peer, "HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .unwrap();
            String::from_utf8_lossy(&request[..read]).into_owned()
        });
        let (exit, _, said) = site.typed(&["--listen", &address, "healthcheck"]);
        assert_eq!(exit, expected, "{said}");
        assert!(server.join().unwrap().starts_with("GET /health/ready "));
    }
}
