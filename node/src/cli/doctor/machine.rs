//! Checks that need neither peers nor a running node.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use maillage_protocol::time::{DAY, Timestamp};

use super::super::backup::last_verified;
use super::super::dates::days;
use super::{Check, Context};
use crate::backup::{self, Recipients};
use crate::config::Config;
use crate::disk::{self, Disk, Space, SystemDisk};
use crate::folder::DataFolder;
use crate::keys::{KeyFile, KeyFileError};

/// Looks at everything that can be looked at: without a configuration, at the data folder alone.
pub(super) fn checks(context: &Context) -> Vec<Check> {
    let mut checks = Vec::new();
    let config = match context.config() {
        Ok(loaded) => {
            checks.push(Check::fine("configuration", "elle peut être utilisée"));
            Some(loaded.config)
        }
        Err(error) => {
            let remedy = "« maillage config check » dit quelle clé corriger";
            checks.push(Check::wrong("configuration", error.to_string(), remedy));
            None
        }
    };
    let now = context.env.now();
    let folder = match (&config, &context.options.data_dir) {
        (Some(config), _) => Some(DataFolder::at(&config.data_dir)),
        (None, Some(path)) => Some(DataFolder::at(path)),
        (None, None) => None,
    };
    if let Some(folder) = &folder {
        checks.extend([data_folder(folder), disk_space(folder), clock(folder, now)]);
        checks.extend([keys(folder, context), restored(folder)]);
    }
    if let Some(config) = &config {
        checks.extend(backups(config, now));
    }
    checks
}

fn data_folder(folder: &DataFolder) -> Check {
    let subject = "dossier de données";
    let mode = match fs::metadata(folder.path()) {
        Ok(metadata) if metadata.is_dir() => metadata.permissions().mode() & 0o777,
        Ok(_) | Err(_) => {
            let remedy = "« maillage init » le prépare ; sinon, corrigez data_dir";
            return Check::wrong(subject, "il n'existe pas ou ne s'ouvre pas", remedy);
        }
    };
    if !disk::is_ours(folder.path()).unwrap_or(false) {
        let remedy = "donnez-le à l'utilisateur du nœud : chown -R maillage: DOSSIER";
        return Check::wrong(subject, "il appartient à un autre utilisateur", remedy);
    }
    if mode != 0o700 {
        let seen = format!("d'autres utilisateurs peuvent y entrer (droits {mode:o})");
        return Check::wrong(subject, seen, "retirez leurs droits : chmod 700 DOSSIER");
    }
    Check::fine(subject, "il est à nous seuls")
}

fn disk_space(folder: &DataFolder) -> Check {
    let subject = "place sur le disque";
    let Ok(space) = Space::of(folder.path()) else {
        return Check::wrong(subject, "elle ne se lit pas", "vérifiez que le disque est monté");
    };
    let (percent, megabytes) = (space.percent_free(), space.free / 1_000_000);
    let seen = format!("{percent} % libres, {megabytes} Mo");
    let remedy = "libérez de la place ou agrandissez le disque";
    match percent {
        ..5 => Check::wrong(subject, seen, remedy),
        5..10 => Check::careful(subject, seen, remedy),
        10.. => Check::fine(subject, seen),
    }
}

/// The day when this was written: a clock that is behind it is wrong.
const EARLIEST: Timestamp = Timestamp(1_772_438_400_000);
/// What a clock may be behind the last thing written, in milliseconds.
const SLACK: u64 = 120_000;

fn clock(folder: &DataFolder, now: Timestamp) -> Check {
    let subject = "horloge";
    let remedy = "réglez-la, puis gardez-la à l'heure : timedatectl set-ntp true";
    if now < EARLIEST {
        return Check::wrong(subject, "elle est en retard de plusieurs mois", remedy);
    }
    let last = newest_write(&folder.journal()).unwrap_or(Timestamp(0));
    if last.0 > now.0.saturating_add(SLACK) {
        return Check::wrong(subject, "elle est en retard sur la dernière écriture", remedy);
    }
    Check::fine(subject, "elle est vraisemblable")
}

fn newest_write(journal: &Path) -> io::Result<Timestamp> {
    let mut newest = Timestamp(0);
    for entry in fs::read_dir(journal)? {
        let written = entry?.metadata()?.modified()?;
        let since = written.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        newest = newest.max(Timestamp(0).after(since));
    }
    Ok(newest)
}

fn keys(folder: &DataFolder, context: &Context) -> Check {
    let subject = "fichier des clés";
    let path = folder.keys();
    let Ok(metadata) = fs::metadata(&path) else {
        let remedy = "« maillage init » le fabrique ; s'il a disparu, rétablissez une sauvegarde";
        return Check::wrong(subject, "il n'existe pas ou ne s'ouvre pas", remedy);
    };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let seen = format!("d'autres utilisateurs peuvent le lire (droits {mode:o})");
        return Check::wrong(subject, seen, "chmod 600 node.key, puis changez les clés");
    }
    let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
    let passphrase = context.passphrase().unwrap_or_default();
    match KeyFile::look(&disk, &context.env, &path, passphrase.as_ref()) {
        Ok(file) if file.is_protected() => {
            Check::fine(subject, "il est lisible par nous seuls, et scellé par une phrase secrète")
        }
        Ok(_) => Check::careful(
            subject,
            "il est lisible par nous seuls, mais rien ne le scelle",
            "chiffrez le disque, ou donnez une phrase secrète (keys.passphrase_file)",
        ),
        Err(KeyFileError::PassphraseNeeded) => Check::careful(
            subject,
            "il est scellé, et la phrase secrète n'est pas configurée",
            "donnez keys.passphrase_file",
        ),
        Err(error) => {
            let remedy = "rétablissez une sauvegarde (maillage restore)";
            Check::wrong(subject, super::VerbError::from(error).to_string(), remedy)
        }
    }
}

fn restored(folder: &DataFolder) -> Check {
    let subject = "origine du dossier";
    if folder.restoring().exists() {
        let seen = "une restauration n'est pas finie";
        return Check::wrong(subject, seen, "videz ce dossier, puis recommencez maillage restore");
    }
    if folder.restored().exists() {
        let seen = "il vient d'une sauvegarde, et tous les partenaires n'ont pas répondu";
        return Check::careful(subject, seen, "laissez le nœud tourner jusqu'à leur réponse");
    }
    Check::fine(subject, "ce nœud a toujours vécu ici")
}

/// Days after which a backup, and the last time that one was opened, are too old.
const BACKUP_DAYS: u64 = 2;
const VERIFIED_DAYS: u64 = 7;

fn backups(config: &Config, now: Timestamp) -> Vec<Check> {
    let subject = "sauvegarde";
    let Some(backup) = &config.backup else {
        let remedy = "donnez backup.to et backup.recipients, puis activez maillage-backup.timer";
        return vec![Check::careful(subject, "aucune n'est configurée", remedy)];
    };
    let mut checks = Vec::new();
    if let Err(error) = Recipients::parse(&backup.recipients) {
        let error = super::VerbError::from(error);
        let remedy = "donnez la clé publique (age1…) que « age-keygen » écrit";
        checks.push(Check::wrong(subject, error.to_string(), remedy));
    }
    let remedy = "lancez « maillage backup », et vérifiez maillage-backup.timer";
    checks.push(match backup::newest(&backup.to) {
        Ok(Some(name)) => match days(now.since(name.made)) {
            age @ 0..BACKUP_DAYS => Check::fine(subject, format!("faite il y a {age} jour(s)")),
            age => Check::wrong(subject, format!("la dernière a {age} jours"), remedy),
        },
        Ok(None) => Check::wrong(subject, "il n'y en a aucune", remedy),
        Err(_) => {
            let remedy = "montez le disque des sauvegardes, ou corrigez backup.to";
            Check::wrong(subject, "son dossier ne s'ouvre pas", remedy)
        }
    });
    checks.push(verified(&DataFolder::at(&config.data_dir), now));
    checks
}

fn verified(folder: &DataFolder, now: Timestamp) -> Check {
    let subject = "sauvegarde relue";
    let remedy = "lancez « maillage backup verify --identity FICHIER »";
    let since = last_verified(folder).map(|at| now.since(Timestamp(at)));
    match since {
        Some(since) if since <= DAY.saturating_mul(VERIFIED_DAYS as u32) => {
            Check::fine(subject, format!("il y a {} jour(s)", days(since)))
        }
        Some(since) => Check::careful(subject, format!("il y a {} jours", days(since)), remedy),
        None => Check::careful(subject, "jamais", remedy),
    }
}
