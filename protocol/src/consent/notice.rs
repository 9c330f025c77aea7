//! What was read to her: the exact words, bound by their hash.
//!
//! Texts are files of `notices/`, never changed once used: a new wording is a new version.

use serde::{Deserialize, Serialize};

use crate::codes::{Language, code_list};
use crate::encoding;
use crate::label::sha256;

/// The notice on which a consent rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Which text.
    #[serde(rename = "ver")]
    pub version: u16,
    /// In what language. Another language than French explains: French binds.
    #[serde(rename = "lang")]
    pub language: Language,
    /// In what form it was given.
    pub form: NoticeForm,
    /// The hash of the exact words.
    pub hash: NoticeHash,
}

impl Notice {
    /// Returns the notice of the words that were read, and no other.
    #[must_use]
    pub fn of(version: u16, language: Language, form: NoticeForm, words: &str) -> Self {
        Self { version, language, form, hash: NoticeHash(sha256(words.as_bytes())) }
    }

    /// Tells whether these are the words.
    #[must_use]
    pub fn says(&self, words: &str) -> bool {
        self.hash == NoticeHash(sha256(words.as_bytes()))
    }
}

/// In what words it is said. French binds; another language explains it, a line for a line of the
/// text that is easy to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// The oral script, in French.
    Script,
    /// The same in words that are easy to read, in French.
    EasyToRead,
    /// What explains it in English.
    English,
    /// What explains it in Arabic.
    Arabic,
}

/// Every text ever used, by version.
const TEXTS: &[(u16, Wording, &str)] = &[
    (1, Wording::Script, include_str!("../../notices/1-fr-script.txt")),
    (1, Wording::EasyToRead, include_str!("../../notices/1-fr-easy.txt")),
    (1, Wording::English, include_str!("../../notices/1-en-easy.txt")),
    (1, Wording::Arabic, include_str!("../../notices/1-ar-easy.txt")),
];

/// The version that is read today.
pub const CURRENT: u16 = 1;

/// Returns the words to read: who is asked, for what, and what they will be told.
///
/// `None` if there is no such version.
#[must_use]
pub fn script(
    version: u16,
    wording: Wording,
    service: &str,
    need: &str,
    told: &str,
) -> Option<String> {
    let mut known = TEXTS.iter();
    let (_, _, text) = known.find(|known| known.0 == version && known.1 == wording)?;
    // One pass: a name that looks like a placeholder stays a name.
    let mut words = String::with_capacity(text.len().saturating_mul(2));
    let mut rest = text.trim_end();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        words.push_str(before);
        words.push_str(match name {
            "service" => service,
            "need" => need,
            "told" => told,
            _ => return None,
        });
        rest = after;
    }
    words.push_str(rest);
    Some(words)
}

/// The hash of the words of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NoticeHash(pub [u8; 32]);

impl TryFrom<String> for NoticeHash {
    type Error = encoding::NotExact;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        encoding::from_base64url_array(&text).map(Self)
    }
}

impl From<NoticeHash> for String {
    fn from(hash: NoticeHash) -> Self {
        encoding::base64url(&hash.0)
    }
}

code_list! {
    /// In what form a notice was given.
    NoticeForm or Other {
        /// Read by her.
        Text = "text",
        /// Read by her, in words that are easy to read.
        EasyToRead = "falc",
        /// Read aloud.
        Oral = "oral",
        /// With pictures.
        Pictograms = "pictograms",
        /// Recorded.
        Audio = "audio",
        /// Signed, on video.
        SignLanguage = "sign_language",
        /// Another form.
        Other = "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text that was read to somebody is never changed: write a new version.
    #[test]
    fn no_version_was_ever_changed() {
        let hashes: Vec<_> =
            TEXTS.iter().map(|(_, _, text)| encoding::hex(&sha256(text.as_bytes()))).collect();
        let frozen = [
            "dc6727809bd85c4d2d9bd7249e0d8ae2f518cfca77d442417d6d94e3ae20ea1a",
            "d4f4b0f9fdc0122b98739860cb3c5754197786895aaea7ec067f51495221b380",
            "857162f13fe9c15741b96a7668dde23fc5eecfeb29fd735a52052ca831e8f3a1",
            "3e7f9c2818cd5dfb0cb11bee85c333e18c313576754bcb93f2027b0e6c8e0de1",
        ];
        assert_eq!(hashes, frozen);
    }

    /// What is read beside another language is read line by line.
    #[test]
    fn what_explains_has_a_line_for_each_line_of_the_text_that_binds() {
        let lines = |wording| {
            let words = script(CURRENT, wording, "EPN", "sa retraite", "un prénom").unwrap();
            assert!(words.contains("EPN") && words.contains("sa retraite"), "{words}");
            assert!(words.contains("un prénom") && !words.contains('{'), "{words}");
            words.lines().count()
        };
        let binding = lines(Wording::EasyToRead);
        assert_eq!((lines(Wording::English), lines(Wording::Arabic)), (binding, binding));
        assert_eq!(lines(Wording::Script), 1);
    }

    #[test]
    fn a_notice_is_bound_to_its_words() {
        let words = script(1, Wording::Script, "{need}", "sa retraite", "un prénom").unwrap();
        assert!(words.starts_with("Je peux demander à {need} de vous aider pour sa retraite."));
        assert!(words.ends_with("terminé ?"));
        let notice = Notice::of(1, "fr".to_owned().try_into().unwrap(), NoticeForm::Oral, &words);
        assert!(notice.says(&words));
        assert!(
            !notice.says(
                &script(1, Wording::EasyToRead, "{need}", "sa retraite", "un prénom").unwrap()
            )
        );
        assert_eq!(script(2, Wording::Script, "", "", ""), None);
    }
}
