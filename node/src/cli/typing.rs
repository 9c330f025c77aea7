//! What is wrong with a command line, in French.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{Exit, VerbError};

/// Help and version are asked for, and are no mistake; the rest is.
impl From<clap::Error> for VerbError {
    fn from(error: clap::Error) -> Self {
        let Some(said) = in_words(&error) else {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            return match error.print() {
                Ok(()) => Self::silent(exit),
                Err(unwritten) => unwritten.into(),
            };
        };
        Self::new(Exit::Usage, said).remedy(what_to_do(&error))
    }
}

/// Says what was typed wrongly; nothing if help was asked for.
fn in_words(error: &clap::Error) -> Option<String> {
    let of = |kind| words(error, kind);
    let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    Some(match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::UnknownArgument => format!("« {argument} » n'est pas attendu ici"),
        ErrorKind::InvalidSubcommand => {
            format!("« {} » n'est pas un verbe", of(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => "il manque un verbe".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("il manque {argument}"),
        ErrorKind::InvalidValue if value.is_empty() => format!("il manque la valeur de {argument}"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("« {value} » ne convient pas à {argument}")
        }
        ErrorKind::ArgumentConflict => {
            format!("{argument} ne va pas avec {}", of(ContextKind::PriorArg))
        }
        ErrorKind::InvalidUtf8 => "un mot n'est pas écrit en UTF-8".to_owned(),
        _ => format!("les valeurs de {argument} ne conviennent pas"),
    })
}

fn what_to_do(error: &clap::Error) -> String {
    let choices = words(error, ContextKind::ValidValue);
    let close =
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let close = close.map(|kind| words(error, kind)).into_iter().find(|word| !word.is_empty());
    match (close, choices) {
        (Some(close), _) => format!("vouliez-vous dire « {close} » ?"),
        (None, choices) if !choices.is_empty() => format!("choisissez parmi : {choices}"),
        (None, _) => "ajoutez --help après le verbe pour voir ce qu'il attend".to_owned(),
    }
}

fn words(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(word)) => word.clone(),
        Some(ContextValue::Strings(words)) => words.join(", "),
        _ => String::new(),
    }
}
