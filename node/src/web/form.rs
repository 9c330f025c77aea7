//! What people type: kept as they typed it, shown again as they typed it, and read only once.
//!
//! Every form carries a key that was made for this page and this session. Nobody else can send
//! the form in their place; and a form that is sent twice (a double click, a page that is
//! reloaded) finds what the first one did.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::dev::Payload;
use actix_web::error::UrlencodedError;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::{FutureExt, LocalBoxFuture};
use maillage_protocol::disclosure::SecrecyRegime;
use maillage_protocol::encoding;
use maillage_protocol::guard::Kind;
use maillage_protocol::label::sha256;
use maillage_protocol::private::Private;
use serde::{Deserialize, Serialize};

use super::errors::{PageError, unwritable};
use super::session;
use crate::app::{Unwritable, Words};
use crate::index::SessionSecret;
use crate::text::{Coded, Text};

/// The field that holds the key.
const KEY: &str = "cle";
/// The field that names the texts that were read again.
const REVIEWED: &str = "relu";
/// Characters of a line that somebody types.
pub(super) const LINE: usize = 120;
/// Characters of a note: what the protocol carries.
pub(super) const NOTE: usize = 300;

/// What was typed, field by field.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Typed(Private<BTreeMap<String, Vec<String>>>);

impl Typed {
    /// Returns what a field holds, or nothing.
    pub(super) fn one(&self, field: &str) -> &str {
        self.all(field).next().unwrap_or_default()
    }

    /// Returns everything that a field holds.
    pub(super) fn all(&self, field: &str) -> impl Iterator<Item = &str> {
        self.0.reveal().get(field).into_iter().flatten().map(|value| value.trim())
    }

    /// Tells whether a field holds a value.
    pub(super) fn holds(&self, field: &str, value: &str) -> bool {
        self.all(field).any(|held| held == value)
    }

    /// Returns the value of a closed list, if one was chosen.
    pub(super) fn chosen<T: Coded>(&self, field: &str) -> Option<T> {
        T::from_code(self.one(field))
    }

    /// Returns the values of a closed list that were ticked.
    pub(super) fn ticked<T: Coded + Ord>(&self, field: &str) -> BTreeSet<T> {
        self.all(field).filter_map(T::from_code).collect()
    }

    /// Returns a text that may be left out, unless it is too long.
    pub(super) fn text(&self, field: &str, longest: usize) -> Result<Option<String>, Text> {
        match self.one(field) {
            "" => Ok(None),
            text if text.chars().count() > longest => Err(Text("commun-trop-long")),
            text => Ok(Some(text.to_owned())),
        }
    }

    /// Puts a value in the place of what a field holds.
    pub(super) fn with(mut self, field: &str, value: &str) -> Self {
        let mut fields = std::mem::take(&mut self.0).into_revealed();
        fields.insert(field.to_owned(), vec![value.to_owned()]);
        Self(Private::from(fields))
    }

    /// Adds fields that are typed elsewhere.
    pub(super) fn and(self, others: Self) -> Self {
        let mut fields = self.0.into_revealed();
        fields.extend(others.0.into_revealed());
        Self(Private::from(fields))
    }

    /// Returns the values of a closed list, with those that were chosen.
    pub(super) fn choices<T: Coded>(&self, field: &str, values: &[T]) -> Vec<Choice> {
        let choice = |value: &T| Choice {
            value: value.code().to_owned(),
            label: value.label(),
            checked: self.holds(field, value.code()),
        };
        values.iter().map(choice).collect()
    }

    fn without_key(self) -> Self {
        let mut fields = self.0.into_revealed();
        fields.remove(KEY);
        Self(Private::from(fields))
    }
}

impl From<Vec<(String, String)>> for Typed {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut fields = BTreeMap::<_, Vec<_>>::new();
        for (field, value) in pairs {
            fields.entry(field).or_default().push(value);
        }
        Self(Private::from(fields))
    }
}

/// One line of a list to choose from.
#[derive(Clone)]
pub(super) struct Choice {
    /// What is sent back.
    pub(super) value: String,
    /// What is read.
    pub(super) label: String,
    /// Whether it was chosen.
    pub(super) checked: bool,
}

/// What is wrong with a form, field by field, in the order of the page.
#[derive(Clone, Default)]
pub(super) struct Mistakes(Vec<Mistake>);

/// What is wrong with a field.
#[derive(Clone)]
pub(super) struct Mistake {
    /// The field.
    pub(super) field: &'static str,
    /// What to do about it.
    pub(super) text: Text,
    /// Whether whoever typed it may keep it, once they read it again.
    keepable: bool,
}

impl Mistakes {
    /// Adds a mistake.
    pub(super) fn add(&mut self, field: &'static str, text: Text) {
        self.0.push(Mistake { field, text, keepable: false });
    }

    /// Returns a value, or takes note of why there is none.
    pub(super) fn take<T: Default>(&mut self, field: &'static str, read: Result<T, Text>) -> T {
        read.unwrap_or_else(|text| {
            self.add(field, text);
            T::default()
        })
    }

    /// Returns a value that must be there, or takes note that it is not.
    pub(super) fn need<T>(
        &mut self,
        field: &'static str,
        value: Option<T>,
        missing: Text,
    ) -> Option<T> {
        if value.is_none() {
            self.add(field, missing);
        }
        value
    }

    /// Returns somebody's name, or takes note that it holds what nobody may write.
    pub(super) fn name(&mut self, typed: &Typed, field: &'static str) -> Option<String> {
        let name = self.take(field, typed.text(field, LINE))?;
        let words = Words::named(name.clone());
        match words.check(SecrecyRegime::Charter) {
            Ok(()) => Some(name),
            Err(Unwritable { kind, .. }) => {
                self.add(field, unwritable(kind));
                None
            }
        }
    }

    /// Returns a few words for readers under a regime, or takes note of what must not be written.
    pub(super) fn words(
        &mut self,
        typed: &Typed,
        field: &'static str,
        regime: SecrecyRegime,
    ) -> Option<Words> {
        let text = self.take(field, typed.text(field, NOTE))?.into();
        let words = Words { text, reviewed: typed.holds(REVIEWED, field) };
        match words.check_with_writer(regime) {
            Ok(()) => Some(words),
            Err(Unwritable { kind, reviewable }) => {
                let sensitive = reviewable && kind != Kind::PersonalName;
                let text = if sensitive { Text("garde-sensible") } else { unwritable(kind) };
                self.0.push(Mistake { field, text, keepable: reviewable });
                None
            }
        }
    }

    /// Tells whether a text may be kept as it is, once it was read again.
    pub(super) fn keepable(&self, field: &str) -> bool {
        self.0.iter().any(|mistake| mistake.field == field && mistake.keepable)
    }

    /// Returns every mistake.
    pub(super) fn list(&self) -> &[Mistake] {
        &self.0
    }

    /// Returns what is wrong with a field.
    pub(super) fn of(&self, field: &str) -> Option<Text> {
        self.0.iter().find(|mistake| mistake.field == field).map(|mistake| mistake.text)
    }

    /// Tells whether nothing is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Makes the key of the forms of a page.
pub(super) fn key_for(session: &SessionSecret, chance: [u8; 16]) -> String {
    encoding::base64url(&[chance, short(session.mark(&chance))].concat())
}

fn short(mark: [u8; 32]) -> [u8; 16] {
    let [first @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = mark;
    first
}

/// A form that was sent from one of our pages.
pub(super) struct Sent {
    /// What was typed.
    pub(super) typed: Typed,
    /// The same for two sendings of one form, and for no other.
    pub(super) once: [u8; 16],
}

impl FromRequest for Sent {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let session = session::of(request);
        let path = request.path().to_owned();
        let typed = Typed::from_request(request, payload);
        async move {
            let typed = typed.await?;
            let session = session.ok_or(PageError::Interrupted)?;
            let key: [u8; 32] =
                encoding::from_base64url_array(typed.one(KEY)).map_err(|_| PageError::OldForm)?;
            let (chance, mark) = key.split_at(16);
            // The mark is half of a hash over 256 bits that nobody knows: a comparison that
            // stops early helps nobody to guess it over a network.
            if mark != short(session.secret.mark(chance)) {
                return Err(PageError::OldForm);
            }
            let once = short(sha256(&[chance, path.as_bytes()].concat()));
            Ok(Self { typed: typed.without_key(), once })
        }
        .boxed_local()
    }
}

impl FromRequest for Typed {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        web::Form::<Vec<(String, String)>>::from_request(request, payload)
            .map(|form| match form {
                Ok(form) => Ok(Self::from(form.into_inner())),
                Err(error) => Err(match error.as_error::<UrlencodedError>() {
                    Some(UrlencodedError::Overflow { .. }) => PageError::TooLarge,
                    _ => PageError::NotAForm,
                }),
            })
            .boxed_local()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        let pairs = pairs.iter().map(|(field, value)| ((*field).into(), (*value).into()));
        Typed::from(pairs.collect::<Vec<(String, String)>>())
    }

    #[test]
    fn a_form_is_kept_as_it_was_typed_and_hides_itself() {
        let typed = typed(&[("prenom", " Aubry "), ("obstacle", "a"), ("obstacle", "b")]);
        assert_eq!(typed.one("prenom"), "Aubry");
        assert!(typed.holds("obstacle", "b") && !typed.holds("obstacle", "c"));
        assert_eq!(typed.one("absent"), "");
        assert!(!format!("{typed:?}").contains("Aubry"));
        let kept = serde_json::to_value(&typed).unwrap();
        assert_eq!(serde_json::from_value::<Typed>(kept).unwrap().one("prenom"), "Aubry");
    }

    #[test]
    fn a_text_that_is_too_long_is_told() {
        let typed = typed(&[("note", "é".repeat(301).as_str())]);
        assert_eq!(typed.text("note", NOTE), Err(Text("commun-trop-long")));
        assert_eq!(typed.text("note", 301).unwrap().unwrap().chars().count(), 301);
        assert_eq!(typed.text("absent", NOTE), Ok(None));
    }

    #[test]
    fn a_key_belongs_to_its_session() {
        let (ours, theirs) =
            (SessionSecret::from_random([1; 32]), SessionSecret::from_random([2; 32]));
        assert_ne!(key_for(&ours, [0; 16]), key_for(&theirs, [0; 16]));
        assert_ne!(key_for(&ours, [0; 16]), key_for(&ours, [1; 16]));
    }
}
