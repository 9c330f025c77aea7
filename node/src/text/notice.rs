//! The words that are read to her before she agrees. Every door says the same, since her consent
//! is bound to them.

use maillage_protocol::body::{Channel, Contact, Context};
use maillage_protocol::codes::NeedCode;
use maillage_protocol::consent::{CURRENT, Notice, NoticeForm, Wording, script};
use serde::{Deserialize, Serialize};

use super::{Coded, Text, Tongue, say_in};

/// How the words are given to her.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Presentation {
    /// A text that is read aloud, or that she reads.
    #[default]
    Aloud,
    /// A text in words that are easy to read.
    Easy,
    /// The same, a sentence at a time, each with its picture: the oral path.
    Pictures,
}

impl Presentation {
    /// Every one, as they are offered.
    pub const ALL: &[Self] = &[Self::Aloud, Self::Easy, Self::Pictures];

    /// Returns the code of this one in a form.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Aloud => "voix",
            Self::Easy => "falc",
            Self::Pictures => "images",
        }
    }

    /// Returns how this one is called.
    #[must_use]
    pub const fn name(self) -> Text {
        match self {
            Self::Aloud => Text("presentation-voix"),
            Self::Easy => Text("presentation-falc"),
            Self::Pictures => Text("presentation-images"),
        }
    }

    const fn wording(self) -> Wording {
        match self {
            Self::Aloud => Wording::Script,
            Self::Easy | Self::Pictures => Wording::EasyToRead,
        }
    }
}

/// What each sentence of the text that is easy to read is drawn as.
const PICTOGRAMS: [&str; 9] =
    ["help", "question", "hidden", "person", "change", "stop", "yes", "eye", "choice"];

/// The exact words that are shown or read to her, line by line. They are bound by their hash: nothing
/// may be done to them but show them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    /// How they are given.
    pub presentation: Presentation,
    /// What explains them, beside the French that binds.
    pub tongue: Tongue,
    /// The words in French.
    pub french: Vec<String>,
    /// The same in another language, if one was chosen.
    pub explained: Vec<String>,
    /// What she needs, which is named in French whatever explains it.
    #[serde(default)]
    need: String,
}

impl Reading {
    /// Says who is asked, for what, and what they will be told.
    #[must_use]
    pub fn of(
        presentation: Presentation,
        tongue: Tongue,
        organization: &str,
        need: NeedCode,
        told: (&Contact, Option<&Context>),
    ) -> Self {
        let lines = |wording, tongue| {
            let need = lower_first(&need.label());
            let words = script(CURRENT, wording, organization, &need, &items(told, tongue));
            let words = words.expect("the current version is one of the texts");
            words.lines().map(str::to_owned).collect()
        };
        let french = lines(presentation.wording(), Tongue::French);
        let explained = match tongue {
            Tongue::French => Vec::new(),
            Tongue::English => lines(Wording::English, tongue),
            Tongue::Arabic => lines(Wording::Arabic, tongue),
        };
        let need = lower_first(&need.label());
        Self { presentation, tongue, french, explained, need }
    }

    /// Returns the notice that a consent names: these words, and no other.
    #[must_use]
    pub fn notice(&self, form: NoticeForm) -> Notice {
        Notice::of(CURRENT, self.tongue.language(), form, &self.words())
    }

    /// Returns the words: French, then what explains it.
    #[must_use]
    pub fn words(&self) -> String {
        let french = self.french.join("\n");
        match self.explained.is_empty() {
            true => french,
            false => format!("{french}\n\n{}", self.explained.join("\n")),
        }
    }

    /// Returns what stands before her need in a line, the need, and what stands after it: a voice has
    /// to know which part is French.
    #[must_use]
    pub fn around_the_need<'a>(&self, line: &'a str) -> (&'a str, &'a str, &'a str) {
        let at = line.find(&self.need).filter(|_| !self.need.is_empty());
        let (before, rest) = at.and_then(|at| line.split_at_checked(at)).unwrap_or((line, ""));
        let (need, after) = rest.split_at_checked(self.need.len()).unwrap_or((rest, ""));
        (before, need, after)
    }

    /// Returns each sentence with what draws it, and what explains it.
    pub fn sentences(&self) -> impl Iterator<Item = (&'static str, &str, Option<&str>)> {
        let explained = self.explained.iter().map(String::as_str).map(Some);
        let explained = explained.chain(std::iter::repeat(None));
        let drawn = PICTOGRAMS.into_iter().zip(&self.french).zip(explained);
        drawn.map(|((pictogram, french), explained)| (pictogram, french.as_str(), explained))
    }
}

/// Says what the receiver will be told of her, as it is said to her.
fn items((contact, context): (&Contact, Option<&Context>), tongue: Tongue) -> String {
    let has = |item: fn(&Context) -> bool| context.is_some_and(item);
    let mut items = vec![Text("dit-prenom")];
    items.extend(contact.channel.as_ref().map(channel));
    for (told, text) in [
        (contact.safe_contact.is_some(), Text("dit-prudence")),
        (contact.brings.is_some(), Text("dit-apporte")),
        (contact.practical_note.is_some(), Text("dit-note")),
        (has(|it| it.coordination.is_some()), Text("dit-coordination")),
        (has(|it| it.representative.is_some()), Text("dit-representant")),
        (has(|it| it.stage.is_some()), Text("dit-etape")),
        (has(|it| it.documents.is_some()), Text("dit-papiers")),
        (has(|it| it.equipment.is_some()), Text("dit-equipement")),
        (has(|it| it.autonomy.is_some()), Text("dit-autonomie")),
        (has(|it| it.note.is_some()), Text("dit-contexte")),
    ] {
        if told {
            items.push(text);
        }
    }
    let between = if tongue == Tongue::Arabic { "، " } else { ", " };
    items.iter().map(|Text(key)| say_in(tongue, key, [])).collect::<Vec<_>>().join(between)
}

const fn channel(channel: &Channel) -> Text {
    match channel {
        Channel::Phone { .. } => Text("dit-telephone"),
        Channel::Email { .. } => Text("dit-mel"),
        Channel::Post { .. } => Text("dit-adresse"),
        Channel::ViaSender => Text("dit-par-nous"),
        Channel::ComesWithCode => Text("dit-avec-code"),
    }
}

/// Writes a label so that it can stand inside a sentence.
fn lower_first(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn she_hears_who_is_asked_for_what_and_what_they_will_know() {
        let contact = Contact {
            channel: Some(Channel::ComesWithCode),
            practical_note: Some("un mot".to_owned().into()),
            ..Contact::default()
        };
        let need = NeedCode::NumeriqueAcquerirUnEquipement;
        let reading = |presentation, tongue| {
            Reading::of(presentation, tongue, "EPN Le Lavoir", need, (&contact, None))
        };
        let words = reading(Presentation::Aloud, Tongue::French).words();
        assert!(words.contains("à EPN Le Lavoir de vous aider pour acquérir un équipement."));
        let told = "votre prénom, que vous viendrez avec votre code, une note pratique, rien";
        assert!(words.contains(told), "{words}");

        // A voice reads her need in French, whatever explains it.
        let arabic = reading(Presentation::Easy, Tongue::Arabic);
        let about = arabic.explained.iter().map(|line| (line, arabic.around_the_need(line)));
        let named: Vec<_> = about
            .filter(|(line, (before, need, after))| {
                assert_eq!(**line, [*before, *need, *after].concat());
                *need == "acquérir un équipement"
            })
            .collect();
        assert_eq!(named.len(), 1);

        // What is hashed is all that she was shown, and nothing that she was not.
        let shown = reading(Presentation::Pictures, Tongue::Arabic);
        assert_eq!(shown.sentences().count(), shown.french.len());
        assert!(shown.sentences().all(|(_, french, explained)| {
            let words = shown.words();
            words.contains(french) && explained.is_some_and(|explained| words.contains(explained))
        }));
        let notice = shown.notice(NoticeForm::Pictograms);
        assert_eq!(notice.language.to_string(), "ar");
        assert!(notice.says(&shown.words()));
        assert!(!notice.says(&reading(Presentation::Pictures, Tongue::English).words()));
        assert!(!notice.says(&reading(Presentation::Pictures, Tongue::French).words()));
    }

    #[test]
    fn a_label_stands_inside_a_sentence() {
        assert_eq!(lower_first("Élections"), "élections");
        assert_eq!(lower_first(""), "");
    }
}
