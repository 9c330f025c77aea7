//! Secrets of the configuration: given as such, or in a file that only we can read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use maillage_protocol::private::Private;
use serde::Serializer;

use super::{ConfigError, Sources};

/// What is shown in the place of a secret.
pub(super) const HIDDEN: &str = "•••";

/// Writes that there is a secret, and not what it is.
pub(super) fn hide<S: Serializer>(
    secret: &Option<Private<String>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match secret {
        Some(_) => serializer.serialize_some(HIDDEN),
        None => serializer.serialize_none(),
    }
}

impl Sources {
    /// Reads the file of a secret, if there is one. A path that is not absolute names one of the
    /// credentials that the system gave us.
    pub(super) fn secret(
        &self,
        key: &'static str,
        secret: &mut Option<Private<String>>,
        file: Option<&Path>,
    ) -> Result<(), ConfigError> {
        let Some(file) = file else { return Ok(()) };
        if secret.is_some() {
            return Err(ConfigError::TwoSecrets(key));
        }
        let read = |path: PathBuf| -> io::Result<String> { fs::read_to_string(path) };
        let text = read(self.credentials.join(file));
        let text = text.map_err(|source| ConfigError::Secret { key, source })?;
        *secret = Some(text.trim_end_matches(['\r', '\n']).to_owned().into());
        Ok(())
    }
}
