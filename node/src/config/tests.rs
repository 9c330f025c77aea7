//! The sample that we ship is the input of most of these tests.

use std::fs;

use super::*;
use crate::telemetry::Chain;

const SAMPLE: &str = include_str!("../../../deploy/maillage.toml");

/// The sample with every optional key given.
fn full() -> String {
    let given = |line: &str| match line.strip_prefix("#:") {
        Some(rest) => rest.to_owned(),
        None => line.to_owned(),
    };
    SAMPLE.lines().map(|line| given(line) + "\n").collect()
}

fn load(text: &str) -> Result<Loaded, ConfigError> {
    load_with(text, &[])
}

fn load_with(text: &str, environment: &[(&str, &str)]) -> Result<Loaded, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    for secret in ["passphrase", "smtp", "metrics"] {
        fs::write(folder.path().join(secret), "canari\n").unwrap();
    }
    let file = folder.path().join("maillage.toml");
    fs::write(&file, text).unwrap();
    let environment = environment.iter().map(|(key, value)| (key.to_string(), value.to_string()));
    let credentials = folder.path().to_owned();
    let environment = environment.collect();
    Config::load(&Sources { file: Some(file), environment, credentials, ..Sources::default() })
}

#[test]
fn the_sample_that_we_ship_is_valid_and_shows_the_defaults() {
    let sample = load(SAMPLE).unwrap().settings();
    let least =
        "public_url = \"https://maillage.ccas.exemple.fr\"\ndata_dir = \"/var/lib/maillage\"";
    let least = load(least).unwrap().settings();
    for (shown, default) in sample.iter().zip(&least) {
        assert_eq!((shown.key, &shown.value), (default.key, &default.value));
    }
    assert!(least.iter().any(|setting| setting.origin == Origin::Default));
}

#[test]
fn the_sample_names_every_key_and_the_list_of_keys_is_whole() {
    let full = load(&full()).unwrap();
    let mut fields = Vec::new();
    names(&serde_json::to_value(&full.config).unwrap(), String::new(), &mut fields);
    let (mut keys, mut fields) = (KEYS.to_vec(), fields);
    keys.sort_unstable();
    fields.sort_unstable();
    assert_eq!(fields, keys);
    for setting in full.settings() {
        assert_eq!(setting.origin, Origin::File, "{}", setting.key);
        assert!(setting.value.is_some(), "{}", setting.key);
    }
}

fn names(value: &serde_json::Value, key: String, all: &mut Vec<String>) {
    match value.as_object() {
        Some(table) => {
            for (name, value) in table {
                let dot = if key.is_empty() { "" } else { "." };
                names(value, format!("{key}{dot}{name}"), all);
            }
        }
        None => all.push(key),
    }
}

#[test]
fn a_mistake_is_refused_and_named() {
    let full = full();
    for (from, to, hint) in [
        ("data_dir ", "data_dri ", "`data_dri` is not a key"),
        ("[backup]", "[bakcup]", "`bakcup."),
        ("https:", "http:", "https://"),
        ("127.0.0.1:8080", "127.0.0.1", "listen"),
        ("\ndata_dir ", "\n# ", "data_dir"),
        ("\"10.0.0.0/8\"", "\"10.0.0.0/99\"", "peers.allow_private"),
        ("\"public_task\"", "\"habit\"", "structure.legal_basis"),
        ("\"metropolitan\"", "\"never\"", "structure.working_days"),
        ("idle_minutes = 15", "idle_minutes = 31", "sessions.idle_minutes"),
        ("idle_minutes = 15", "idle_minutes = \"demain\"", "sessions.idle_minutes"),
        ("\nlisten ", "\nlisten = \"127.0.0.1:1\"\nlisten ", "duplicate key"),
        ("passphrase_file = \"passphrase\"", "passphrase_file = \"nowhere\"", "keys.passphrase"),
    ] {
        assert!(full.contains(from), "{from}");
        let error = load(&full.replace(from, to)).unwrap_err();
        let said = Chain(&error).to_string();
        assert!(said.contains(hint), "{said}");
    }
}

#[test]
fn a_misspelled_key_is_found_in_the_file_and_understood() {
    let error = load(&full().replace("idle_minutes", "idle_minuts")).unwrap_err();
    let ConfigError::Unknown { key, origin, line, nearest } = error else { panic!("{error}") };
    let expected = full().lines().position(|line| line.starts_with("idle_minutes")).unwrap() + 1;
    assert_eq!((key.as_str(), origin), ("sessions.idle_minuts", Origin::File));
    assert_eq!((line, nearest), (Some(expected), Some("sessions.idle_minutes")));

    let error = load_with(SAMPLE, &[("MAILLAGE__LISTN", "127.0.0.1:1")]).unwrap_err();
    let ConfigError::Unknown { key, origin, line, nearest } = error else { panic!("{error}") };
    assert_eq!((key.as_str(), origin), ("listn", Origin::Environment));
    assert_eq!((line, nearest), (None, Some("listen")));
}

#[test]
fn a_backup_needs_two_different_keys() {
    for recipients in ["[\"age1a\"]", "[\"age1a\", \"age1b\", \"age1c\"]"] {
        let text = format!("{SAMPLE}\n[backup]\nto = \"/srv\"\nrecipients = {recipients}");
        let error = load(&text).unwrap_err();
        assert!(Chain(&error).to_string().contains("backup.recipients"), "{error}");
    }
    let text = format!("{SAMPLE}\n[backup]\nto = \"/srv\"\nrecipients = [\"age1a\", \"age1a\"]");
    assert!(matches!(load(&text), Err(ConfigError::OneRecipient)));
}

#[test]
fn a_folder_that_would_be_lost_or_not_found_is_refused() {
    let refused = |text: &str| load(text).unwrap_err();
    let relative = SAMPLE.replace("\"/var/lib/maillage\"", "\"maillage\"");
    assert!(matches!(refused(&relative), ConfigError::Relative("data_dir")));
    let backup = |to: &str| {
        refused(&format!("{SAMPLE}\n[backup]\nto = \"{to}\"\nrecipients = [\"age1a\", \"age1b\"]"))
    };
    assert!(matches!(backup("sauvegardes"), ConfigError::Relative("backup.to")));
    assert!(matches!(backup("/var/lib/maillage/sauvegardes"), ConfigError::BackupInside));
    for path in ["maillage", "/maillage/", "/"] {
        let error = load_with(SAMPLE, &[("MAILLAGE__PUBLIC_BASE_PATH", path)]).unwrap_err();
        assert!(matches!(error, ConfigError::BasePath), "{path}");
    }
}

#[test]
fn the_environment_is_above_the_file_and_flags_above_both() {
    let environment = [
        ("MAILLAGE__LISTEN", "127.0.0.1:1"),
        ("MAILLAGE__DATA_DIR", "/from/environment"),
        ("MAILLAGE__TRUSTED_PROXIES", "10.1.0.0/16, fd00::/8"),
        ("MAILLAGE__BACKUP__TO", "/srv"),
        ("MAILLAGE__BACKUP__RECIPIENTS", "age1a,age1b"),
        ("MAILLAGE__SESSIONS__IDLE_MINUTES", "20"),
        ("MAILLAGE__METRICS__TOKEN", "0012"),
        ("MAILLAGE_LOG", "debug"),
        ("MAILLAGE__PUBLIC_URL", ""),
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("maillage.toml");
    fs::write(&file, SAMPLE).unwrap();
    let environment = environment.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let data_dir = Some(PathBuf::from("/from/flag"));
    let sources = Sources { file: Some(file), data_dir, ..Sources::default() };
    let loaded = Config::load(&Sources { environment: environment.into(), ..sources }).unwrap();

    let config = &loaded.config;
    assert_eq!(config.data_dir, PathBuf::from("/from/flag"));
    assert_eq!(config.listen.port(), 1);
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.backup.as_ref().unwrap().recipients, ["age1a", "age1b"]);
    assert_eq!(config.sessions.idle_minutes, 20);
    assert_eq!(config.metrics.as_ref().unwrap().token, Some("0012".to_owned().into()));

    let origin =
        |key| loaded.settings().into_iter().find(|setting| setting.key == key).unwrap().origin;
    assert_eq!(origin("data_dir"), Origin::Flag);
    assert_eq!(origin("listen"), Origin::Environment);
    assert_eq!(origin("backup.recipients"), Origin::Environment);
    assert_eq!(origin("public_url"), Origin::File);
    assert_eq!(origin("peers.allow_private"), Origin::Default);
}

#[test]
fn a_secret_comes_from_its_file_and_is_never_shown() {
    let loaded = load(&full()).unwrap();
    let smtp = loaded.config.smtp.as_ref().unwrap();
    assert_eq!(smtp.password.as_ref().unwrap().reveal(), "canari");
    let shown = serde_json::to_string(&loaded.settings()).unwrap();
    assert!(shown.contains(secret::HIDDEN) && !shown.contains("canari"), "{shown}");
    assert!(!format!("{loaded:?}").contains("canari"));

    let twice = full().replace("[smtp]", "[smtp]\npassword = \"canari\"");
    let error = load(&twice).unwrap_err();
    assert!(matches!(error, ConfigError::TwoSecrets("smtp.password")), "{error}");
}

#[test]
fn plain_http_is_for_this_machine_and_for_trusted_proxies() {
    let with = |more: &str| {
        let text = SAMPLE.replace("127.0.0.1:8080", "0.0.0.0:8080");
        let proxies = SAMPLE.lines().find(|line| line.starts_with("trusted_proxies")).unwrap();
        load(&if more.starts_with('[') {
            format!("{text}\n{more}")
        } else {
            text.replace(proxies, more)
        })
    };
    assert!(matches!(with(""), Err(ConfigError::Exposed)));
    assert!(matches!(with("trusted_proxies = [\"127.0.0.0/8\"]"), Err(ConfigError::Exposed)));
    assert!(matches!(with("trusted_proxies = [\"0.0.0.0/0\"]"), Err(ConfigError::TooTrusting)));
    with("[tls]\ncertificate = \"/a\"\nkey = \"/b\"").unwrap();

    let config = with("trusted_proxies = [\"10.89.0.0/16\"]").unwrap().config;
    for (from, accepted) in [
        ("127.0.0.1", true),
        ("::1", true),
        ("10.89.0.7", true),
        ("::ffff:10.89.0.7", true),
        ("10.90.0.7", false),
        ("203.0.113.9", false),
    ] {
        assert_eq!(config.accepts_plain_from(from.parse().unwrap()), accepted, "{from}");
    }
}
