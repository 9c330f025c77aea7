//! The languages of the pages that a person reads. French binds; the others explain.

use std::sync::LazyLock;

use fluent_templates::LanguageIdentifier;
use maillage_protocol::codes::Language;
use serde::{Deserialize, Serialize};

/// A language that explains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tongue {
    /// The one that binds.
    #[default]
    French,
    /// English.
    English,
    /// Arabic, from right to left.
    Arabic,
}

impl Tongue {
    /// Every one, as they are offered.
    pub const ALL: &[Self] = &[Self::French, Self::English, Self::Arabic];

    /// Returns the language of a code, if it is offered.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|tongue| tongue.code() == code)
    }

    /// Returns the code of this language (ISO 639-1).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
            Self::Arabic => "ar",
        }
    }

    /// Returns how it is called by those who speak it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::French => "Français",
            Self::English => "English",
            Self::Arabic => "العربية",
        }
    }

    /// Returns the direction of its writing.
    #[must_use]
    pub const fn direction(self) -> &'static str {
        match self {
            Self::French | Self::English => "ltr",
            Self::Arabic => "rtl",
        }
    }

    /// Returns this language as a consent names it.
    #[must_use]
    pub fn language(self) -> Language {
        Language::try_from(self.code().to_owned()).expect("two letters name a language")
    }

    pub(super) fn identifier(self) -> &'static LanguageIdentifier {
        static IDENTIFIERS: LazyLock<[LanguageIdentifier; 3]> = LazyLock::new(|| {
            ["fr", "en", "ar"].map(|code| code.parse().expect("two letters name a language"))
        });
        let [french, english, arabic] = &*IDENTIFIERS;
        match self {
            Self::French => french,
            Self::English => english,
            Self::Arabic => arabic,
        }
    }
}
