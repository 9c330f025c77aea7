//! The certificates that the configuration names: what `serve` needs, and `config check` tries.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{Exit, VerbError};
use crate::config::{Config, Tls};

/// Reads our certificate and its key.
pub(super) fn served(tls: &Tls) -> Result<ServerConfig, VerbError> {
    let unusable = |what: &str| {
        VerbError::new(Exit::Configuration, format!("{what} de [tls] ne se lit pas"))
            .remedy("donnez un certificat et une clé au format PEM")
    };
    let chain = CertificateDer::pem_reader_iter(reader("tls.certificate", &tls.certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unusable("le certificat").because(error))?;
    let key = PrivateKeyDer::from_pem_reader(reader("tls.key", &tls.key)?)
        .map_err(|error| unusable("la clé").because(error))?;
    ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| unusable("le couple certificat et clé").because(error))
}

/// Returns the certificates that peers may have besides those of the system.
pub(super) fn trusted(config: &Config) -> Result<Vec<reqwest::Certificate>, VerbError> {
    let mut roots = Vec::new();
    for path in &config.peers.roots {
        let pem = io::read_to_string(reader("peers.roots", path)?);
        let bundle = pem.map(|pem| reqwest::Certificate::from_pem_bundle(pem.as_bytes()));
        let bundle = bundle.ok().and_then(Result::ok).filter(|bundle| !bundle.is_empty());
        roots.extend(bundle.ok_or_else(|| {
            let said = format!("{} n'est pas un certificat", path.display());
            VerbError::new(Exit::Configuration, said)
                .remedy("donnez à peers.roots des certificats au format PEM")
        })?);
    }
    Ok(roots)
}

fn reader(key: &str, path: &Path) -> Result<BufReader<File>, VerbError> {
    let unreadable = |error: io::Error| {
        let exit = match error.kind() {
            io::ErrorKind::PermissionDenied => Exit::Permission,
            _ => Exit::Configuration,
        };
        VerbError::new(exit, format!("{} ne s'ouvre pas ({key})", path.display()))
            .because(error)
            .remedy("vérifiez le nom du fichier, et que le compte du nœud peut le lire")
    };
    Ok(BufReader::new(File::open(path).map_err(unreadable)?))
}
