//! Where the configuration comes from, and which part of it came from where.

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::fmt;
use std::fs;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use config::{Environment, File, FileFormat, Value, ValueKind};
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{Config, ConfigError, KEYS, spelling};

/// Where the configuration comes from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file. There may be none: the environment can say everything.
    pub file: Option<PathBuf>,
    /// The variables of the environment.
    pub environment: HashMap<String, String>,
    /// The flag `--listen`.
    pub listen: Option<SocketAddr>,
    /// The flag `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// The folder of the credentials that the system gave us.
    pub credentials: PathBuf,
}

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Nobody: it is so unless somebody says otherwise.
    Default,
    /// The file.
    File,
    /// A variable of the environment.
    Environment,
    /// A flag of the command line.
    Flag,
}

/// A configuration, and who said what.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What counts.
    pub config: Config,
    pub(super) origins: BTreeMap<String, Origin>,
}

/// One key, as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The key, with its section.
    pub key: &'static str,
    /// Its value, if it has one; never that of a secret.
    pub value: Option<serde_json::Value>,
    /// Who said it.
    pub origin: Origin,
}

/// What the configuration library says of a value that a variable gave.
const FROM_ENVIRONMENT: &str = "the environment";
/// What we make it say of a value that a flag gave.
const FROM_FLAG: &str = "the command line";

impl Sources {
    /// Returns what this process was given: `file`, else the place of the package, else that of
    /// the user.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>) -> Self {
        let environment: HashMap<_, _> = env::vars().collect();
        let named = |name| environment.get(name).map(PathBuf::from);
        let home = || named("HOME").map(|home| home.join(".config"));
        let user = named("XDG_CONFIG_HOME").or_else(home);
        let user = user.map(|folder| folder.join("maillage/maillage.toml"));
        let usual = [Some(PathBuf::from("/etc/maillage/maillage.toml")), user];
        let usual = usual.into_iter().flatten().find(|path| path.is_file());
        let credentials = named("CREDENTIALS_DIRECTORY").unwrap_or_default();
        Self { file: file.or(usual), environment, credentials, ..Self::default() }
    }

    /// Puts the sources one above the other.
    pub(super) fn merge(&self) -> Result<(Config, BTreeMap<String, Origin>), ConfigError> {
        let mut builder = config::Config::builder();
        if let Some(path) = &self.file {
            fs::metadata(path).map_err(ConfigError::Unreadable)?;
            builder = builder.add_source(File::from(path.as_path()).format(FileFormat::Toml));
        }
        let environment = Environment::with_prefix("MAILLAGE").separator("__").ignore_empty(true);
        builder = builder.add_source(environment.source(Some(self.environment.clone())));
        let flag = |value: String| Value::new(Some(&FROM_FLAG.to_owned()), value);
        let listen = self.listen.map(|listen| flag(listen.to_string()));
        let data_dir = self.data_dir.as_deref().map(|path| {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            flag(path.display().to_string())
        });
        let builder = builder
            .set_override_option("listen", listen)?
            .set_override_option("data_dir", data_dir)?;

        let merged = builder.build()?;
        let origins = self.origins(&merged.cache)?;
        Ok((merged.try_deserialize()?, origins))
    }

    /// Says who gave each key, and refuses those that mean nothing.
    fn origins(&self, value: &Value) -> Result<BTreeMap<String, Origin>, ConfigError> {
        let mut given = Vec::new();
        leaves(value, String::new(), &mut given);
        for (key, origin) in &given {
            if !KEYS.contains(&key.as_str()) {
                return Err(self.unknown(key, *origin));
            }
        }
        Ok(given.into_iter().collect())
    }

    fn unknown(&self, key: &str, origin: Origin) -> ConfigError {
        let nearest = spelling::nearest(key, &KEYS);
        let line = match origin {
            Origin::File => self.file.as_deref().and_then(|path| line_of(path, key)),
            Origin::Default | Origin::Environment | Origin::Flag => None,
        };
        ConfigError::Unknown { key: key.to_owned(), origin, line, nearest }
    }
}

/// Lists the keys that have a value, and who gave it. A table that no key of ours opens, or a
/// value where a table should be, is listed as it stands.
fn leaves(value: &Value, key: String, given: &mut Vec<(String, Origin)>) {
    let ValueKind::Table(table) = &value.kind else {
        let origin = match value.origin() {
            Some(FROM_ENVIRONMENT) => Origin::Environment,
            Some(FROM_FLAG) => Origin::Flag,
            Some(_) | None => Origin::File,
        };
        return given.push((key, origin));
    };
    for (name, value) in table {
        let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
        leaves(value, key, given);
    }
}

/// Returns the first line of a file that gives a key of this name.
fn line_of(path: &Path, key: &str) -> Option<usize> {
    let name = key.rsplit('.').next()?;
    let text = fs::read_to_string(path).ok()?;
    let gives = |line: &str| {
        let rest = line.trim_start().trim_start_matches('"').strip_prefix(name)?;
        rest.trim_start_matches('"').trim_start().strip_prefix('=').map(drop)
    };
    text.lines().position(|line| gives(line).is_some()).map(|line| line + 1)
}

impl Loaded {
    /// Returns every key in the order of the sample, as it may be shown.
    #[must_use]
    pub fn settings(&self) -> Vec<Setting> {
        let values = serde_json::to_value(&self.config).unwrap_or_default();
        let setting = |key: &&'static str| {
            let value = key.split('.').try_fold(&values, |value, name| value.get(name));
            let value = value.filter(|value| !value.is_null()).cloned();
            Setting { key, value, origin: self.origin(key) }
        };
        KEYS.iter().map(setting).collect()
    }

    /// Says who gave a key. Whoever names the file of a secret gives the secret.
    fn origin(&self, key: &str) -> Origin {
        let file = format!("{key}_file");
        let given = self.origins.get(key).or_else(|| self.origins.get(&file));
        given.copied().unwrap_or(Origin::Default)
    }
}

/// Reads a list, or a text where commas part its items, which is all that a variable can say.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + TryFrom<String, Error: fmt::Display>,
{
    deserializer.deserialize_any(List(PhantomData))
}

/// Reads a list of two texts.
pub(super) fn pair<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[String; 2], D::Error> {
    let list: Vec<String> = deserializer.deserialize_any(List(PhantomData))?;
    list.try_into().map_err(|_| de::Error::custom("exactly two keys are needed"))
}

struct List<T>(PhantomData<T>);

impl<'de, T> Visitor<'de> for List<T>
where
    T: Deserialize<'de> + TryFrom<String, Error: fmt::Display>,
{
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<T>, E> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(|item| T::try_from(item.to_owned()).map_err(E::custom)).collect()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(list)
    }
}
