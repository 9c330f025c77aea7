//! The words that are read to her before she agrees. Every door says the same, since her consent
//! is bound to them.

use maillage_protocol::body::{Channel, Contact};
use maillage_protocol::codes::NeedCode;
use maillage_protocol::consent::{CURRENT, script};

use super::{Coded, Text};

/// Returns the words of today: who is asked, for what, and what they will be told.
///
/// They are bound by their hash: nothing may be done to them but show them.
#[must_use]
pub fn notice_words(organization: &str, need: NeedCode, contact: &Contact) -> String {
    let words = script(CURRENT, organization, &lower_first(&need.label()), &items(contact));
    words.expect("the current version is one of the texts")
}

/// Says what the receiver will be told of her, as it is said to her.
fn items(contact: &Contact) -> String {
    let mut items = vec![Text("dit-prenom")];
    items.extend(contact.channel.as_ref().map(channel));
    for (told, text) in [
        (contact.safe_contact.is_some(), Text("dit-prudence")),
        (contact.brings.is_some(), Text("dit-apporte")),
        (contact.practical_note.is_some(), Text("dit-note")),
    ] {
        if told {
            items.push(text);
        }
    }
    items.iter().map(Text::to_string).collect::<Vec<_>>().join(", ")
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
        let words = notice_words("EPN Le Lavoir", need, &contact);
        assert!(words.contains("à EPN Le Lavoir de vous aider pour acquérir un équipement."));
        let told = "votre prénom, que vous viendrez avec votre code, une note pratique, rien";
        assert!(words.contains(told), "{words}");
    }

    #[test]
    fn a_label_stands_inside_a_sentence() {
        assert_eq!(lower_first("Élections"), "élections");
        assert_eq!(lower_first(""), "");
    }
}
