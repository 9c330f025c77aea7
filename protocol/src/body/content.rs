//! What identifies: names, ways to reach her, texts. Each item has a category.
//!
//! There is no type here for a private note, nor for anything of the list of what is never told.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::codes::{Autonomy, code_list};
use crate::consent::PersonalCode;
use crate::disclosure::Category;
use crate::private::Private;

/// What identifies, in one payload. `Debug` shows nothing of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// Her name and the way to reach her. With a disclosure only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// Context, for a receiver bound by secrecy. With a disclosure only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
    /// A few words, where an event takes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Private<String>>,
    /// Who speaks for a side in a conference. It says nothing of her.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speaker: Option<Private<Professional>>,
    /// Her code, to the node that issued it and to no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<PersonalCode>,
}

/// What the receiver needs to reach her.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// Her first name, or the name she chose.
    #[serde(rename = "name", skip_serializing_if = "Option::is_none")]
    pub first_name: Option<Private<String>>,
    /// The one way to reach her.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// How to reach her without danger.
    #[serde(rename = "safe", skip_serializing_if = "Option::is_none")]
    pub safe_contact: Option<Private<SafeContact>>,
    /// What she brings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brings: Option<Private<BTreeSet<Belonging>>>,
    /// Something practical.
    #[serde(rename = "note", skip_serializing_if = "Option::is_none")]
    pub practical_note: Option<Private<String>>,
}

/// The one way to reach her.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum Channel {
    /// By telephone.
    Phone {
        /// Her number.
        number: Private<String>,
    },
    /// By e-mail.
    Email {
        /// Her address.
        address: Private<String>,
    },
    /// By post.
    Post {
        /// Her address.
        address: Private<String>,
    },
    /// Through the sender.
    ViaSender,
    /// She comes by herself, with her code.
    ComesWithCode,
}

/// How to reach her without danger. No reason is recorded.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SafeContact {
    /// What must not be done.
    pub rules: BTreeSet<SafeRule>,
    /// When she can be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
}

/// What a receiver bound by secrecy may know besides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Context {
    /// Another professional who follows her.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coordination: Option<Private<Professional>>,
    /// Who represents her.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub representative: Option<Private<Professional>>,
    /// How far the procedure is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Private<ProcedureStage>>,
    /// The papers she has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documents: Option<Private<BTreeSet<Belonging>>>,
    /// The equipment she has at home.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equipment: Option<Private<BTreeSet<Belonging>>>,
    /// What she does alone on a screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autonomy: Option<Private<Autonomy>>,
    /// Some context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Private<String>>,
}

/// Somebody who can be called about a referral.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Professional {
    /// Their name.
    pub name: String,
    /// Their function.
    pub function: String,
    /// Their telephone number.
    pub phone: String,
}

code_list! {
    /// What must not be done when she is reached. The fallback is the most careful.
    SafeRule or DoNotContact {
        /// No message is left.
        NoMessage = "no_message",
        /// Nobody contacts her: she comes.
        DoNotContact = "do_not_contact",
        /// The name of the sender is not said.
        MaskedSender = "masked_sender",
    }
}

code_list! {
    /// What she brings, or has.
    Belonging or Other {
        /// Her telephone.
        Phone = "phone",
        /// A tablet.
        Tablet = "tablet",
        /// A computer.
        Computer = "computer",
        /// A connection.
        Connection = "connection",
        /// Papers of identity.
        IdentityPapers = "identity_papers",
        /// Papers of what she earns or gets.
        IncomePapers = "income_papers",
        /// Papers of taxes.
        TaxPapers = "tax_papers",
        /// Papers of her housing.
        HousingPapers = "housing_papers",
        /// Letters of the agency.
        Letters = "letters",
        /// Something else.
        Other = "other",
    }
}

code_list! {
    /// How far a procedure is.
    ProcedureStage or Other {
        /// Nothing was done.
        NotStarted = "not_started",
        /// It is being filled.
        Started = "started",
        /// It was sent.
        Sent = "sent",
        /// The agency wants something more.
        Incomplete = "incomplete",
        /// The agency refused.
        Refused = "refused",
        /// Another stage.
        Other = "other",
    }
}

/// Characters of a free text.
const TEXT: usize = 300;

impl Content {
    /// Returns what this tells of the person.
    #[must_use]
    pub fn categories(&self) -> BTreeSet<Category> {
        let contact = self.contact.as_ref().map(Contact::categories);
        let context = self.context.as_ref().map(Context::categories);
        contact.into_iter().chain(context).flatten().collect()
    }

    /// Returns what was written freely: not the fields that are made for a name or a number.
    pub(super) fn free_texts(&self) -> impl Iterator<Item = &String> {
        let contact = self.contact.as_ref();
        let note = contact.and_then(|contact| contact.practical_note.as_ref());
        let hours = contact.and_then(|contact| contact.safe_contact.as_ref());
        let hours = hours.and_then(|safe| safe.reveal().hours.as_ref());
        let context = self.context.iter().flat_map(Context::texts);
        let speaker = self.speaker.iter().map(Private::reveal).flat_map(Professional::texts);
        let written = [self.text.as_ref(), note].into_iter().flatten();
        written.map(Private::reveal).chain(hours).chain(context).chain(speaker)
    }

    /// Tells whether this is a code and nothing else.
    pub(super) fn is_code_only(&self) -> bool {
        let rest = Self { code: None, ..self.clone() };
        self.code.is_some() && rest == Self::default()
    }

    /// Tells whether some text is longer than a few words.
    pub(super) fn has_long_text(&self) -> bool {
        let (contact, context) = (self.contact.as_ref(), self.context.as_ref());
        let own = self.text.iter().map(Private::reveal);
        let contact = contact.into_iter().flat_map(Contact::texts);
        let context = context.into_iter().flat_map(Context::texts);
        let speaker = self.speaker.iter().map(Private::reveal).flat_map(Professional::texts);
        own.chain(contact).chain(context).chain(speaker).any(|text| text.chars().count() > TEXT)
    }
}

impl Contact {
    /// Leaves out what is not among these items.
    #[must_use]
    pub fn only(self, items: &BTreeSet<Category>) -> Self {
        let keeps = |category| items.contains(&category);
        Self {
            first_name: self.first_name.filter(|_| keeps(Category::FirstName)),
            channel: self.channel.filter(|channel| keeps(channel.category())),
            safe_contact: self.safe_contact.filter(|_| keeps(Category::SafeContact)),
            brings: self.brings.filter(|_| keeps(Category::Brings)),
            practical_note: self.practical_note.filter(|_| keeps(Category::PracticalNote)),
        }
    }

    fn categories(&self) -> Vec<Category> {
        let told = [
            (self.first_name.is_some(), Category::FirstName),
            (self.safe_contact.is_some(), Category::SafeContact),
            (self.brings.is_some(), Category::Brings),
            (self.practical_note.is_some(), Category::PracticalNote),
        ];
        let told = told.into_iter().filter_map(|(told, category)| told.then_some(category));
        told.chain(self.channel.as_ref().map(Channel::category)).collect()
    }

    fn texts(&self) -> Vec<&String> {
        let channel = self.channel.as_ref().and_then(Channel::text);
        let hours = self.safe_contact.as_ref().and_then(|safe| safe.reveal().hours.as_ref());
        let named = [&self.first_name, &self.practical_note];
        named.into_iter().flatten().map(Private::reveal).chain(channel).chain(hours).collect()
    }
}

impl Channel {
    const fn category(&self) -> Category {
        match self {
            Self::Phone { .. } => Category::Phone,
            Self::Email { .. } => Category::Email,
            Self::Post { .. } => Category::Post,
            Self::ViaSender => Category::ViaSender,
            Self::ComesWithCode => Category::ComesWithCode,
        }
    }

    const fn text(&self) -> Option<&String> {
        match self {
            Self::Phone { number: text }
            | Self::Email { address: text }
            | Self::Post { address: text } => Some(text.reveal()),
            Self::ViaSender | Self::ComesWithCode => None,
        }
    }
}

impl Context {
    /// Leaves out what is not among these items; nothing remains if none is.
    #[must_use]
    pub fn only(self, items: &BTreeSet<Category>) -> Option<Self> {
        let keeps = |category| items.contains(&category);
        let rest = Self {
            coordination: self.coordination.filter(|_| keeps(Category::CoordinationContact)),
            representative: self.representative.filter(|_| keeps(Category::RepresentativeContact)),
            stage: self.stage.filter(|_| keeps(Category::ProcedureStage)),
            documents: self.documents.filter(|_| keeps(Category::DocumentsHeld)),
            equipment: self.equipment.filter(|_| keeps(Category::EquipmentHome)),
            autonomy: self.autonomy.filter(|_| keeps(Category::Autonomy)),
            note: self.note.filter(|_| keeps(Category::ContextNote)),
        };
        (rest != Self::default()).then_some(rest)
    }

    fn categories(&self) -> Vec<Category> {
        let told = [
            (self.coordination.is_some(), Category::CoordinationContact),
            (self.representative.is_some(), Category::RepresentativeContact),
            (self.stage.is_some(), Category::ProcedureStage),
            (self.documents.is_some(), Category::DocumentsHeld),
            (self.equipment.is_some(), Category::EquipmentHome),
            (self.autonomy.is_some(), Category::Autonomy),
            (self.note.is_some(), Category::ContextNote),
        ];
        told.into_iter().filter_map(|(told, category)| told.then_some(category)).collect()
    }

    fn texts(&self) -> Vec<&String> {
        let people = [&self.coordination, &self.representative];
        let people = people.into_iter().flatten().map(Private::reveal);
        people.flat_map(Professional::texts).chain(self.note.iter().map(Private::reveal)).collect()
    }
}

impl Professional {
    fn texts(&self) -> [&String; 3] {
        [&self.name, &self.function, &self.phone]
    }
}
