//! The card of an organization: how it can be reached, what it does, and under which secrecy.
//!
//! It is written by the organization that it describes, and travels in events that it signs. It
//! names services, never persons: people leave, services stay.

use serde::{Deserialize, Serialize};

use crate::codes::NeedCode;
use crate::disclosure::SecrecyRegime;
use crate::id::ServiceId;

/// What an organization says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Its name.
    pub name: String,
    /// Its commune.
    pub commune: String,
    /// Its address in that commune.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The public telephone of its desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// When it is open, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
    /// The secrecy that binds those who read: that of its weakest reader.
    pub regime: SecrecyRegime,
    /// What it does.
    #[serde(default)]
    pub services: Vec<Service>,
}

/// One thing that an organization does for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its name for machines.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// The needs that it answers.
    pub needs: Vec<NeedCode>,
}

/// Bytes of any text of a card.
const TEXT: usize = 300;
/// Services of one card.
const SERVICES: usize = 50;

/// Why a card is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableCard {
    /// It is not the JSON of a card.
    #[error("the card cannot be read")]
    Malformed,
    /// A text is empty or too long, or there are too many services.
    #[error("a text of the card is empty or too long")]
    Size,
}

impl Card {
    /// Reads the body of a `dir` event.
    pub fn read(body: &[u8]) -> Result<Self, UnreadableCard> {
        let card: Self = serde_json::from_slice(body).map_err(|_| UnreadableCard::Malformed)?;
        card.check()?;
        Ok(card)
    }

    /// Writes the body of a `dir` event.
    pub fn to_body(&self) -> Result<Vec<u8>, UnreadableCard> {
        self.check()?;
        serde_json::to_vec(self).map_err(|_| UnreadableCard::Malformed)
    }

    /// Returns the service of this name, if the organization has it.
    #[must_use]
    pub fn service(&self, id: ServiceId) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    fn check(&self) -> Result<(), UnreadableCard> {
        let needed = [Some(&self.name), Some(&self.commune)];
        let optional = [self.address.as_ref(), self.telephone.as_ref(), self.hours.as_ref()];
        let services = self.services.iter().map(|service| Some(&service.name));
        let mut texts = needed.into_iter().chain(optional).chain(services).flatten();
        let fits = |text: &String| (1..=TEXT).contains(&text.trim().len());
        if texts.all(fits) && self.services.len() <= SERVICES {
            Ok(())
        } else {
            Err(UnreadableCard::Size)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Card {
        Card {
            name: "EPN Le Lavoir".to_owned(),
            commune: "Lavaur-en-Brenne".to_owned(),
            address: None,
            telephone: Some("+33100000000".to_owned()),
            hours: None,
            regime: SecrecyRegime::PublicAgent,
            services: vec![Service {
                id: ServiceId::from_bytes([1; 16]),
                name: "Aide aux démarches".to_owned(),
                needs: NeedCode::ALL.get(..2).unwrap().to_vec(),
            }],
        }
    }

    #[test]
    fn a_card_is_written_and_read_back() {
        assert_eq!(Card::read(&card().to_body().unwrap()), Ok(card()));
        assert_eq!(Card::read(b"{}"), Err(UnreadableCard::Malformed));
    }

    #[test]
    fn a_text_that_is_empty_or_too_long_is_refused() {
        for name in [String::new(), "  ".to_owned(), "a".repeat(TEXT + 1)] {
            assert_eq!(Card { name, ..card() }.to_body(), Err(UnreadableCard::Size));
        }
    }
}
