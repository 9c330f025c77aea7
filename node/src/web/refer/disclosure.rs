//! T5 `/orienter/donnees`: what will be said of her, and no more. What is left empty is not sent.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use askama::Template;
use maillage_protocol::body::{
    Belonging, Channel, Contact, Context, ProcedureStage, Professional, SafeContact, SafeRule,
};
use maillage_protocol::codes::{AttemptEnd, Autonomy, HalfDay, Language, Mobility, NeedCode};
use maillage_protocol::disclosure::SecrecyRegime;
use maillage_protocol::private::Private;

use super::need::Need;
use super::place::{Place, back_to_need};
use super::{Step, Which, again, lead_to_step};
use crate::app::authority::Writer;
use crate::text::{Clock, Coded, Text};
use crate::web::aside;
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Choice, LINE, Mistakes, NOTE, Sent, Typed};
use crate::web::layout::{Frame, Room, page, page_again};
use crate::web::story::{LANGUAGES, Line, contact_lines, context_lines, enumerate};

/// What will be said of her.
pub(super) struct Told {
    pub(super) contact: Contact,
    /// What only those who are bound by secrecy may know.
    pub(super) context: Option<Context>,
    /// Whether the note was read again.
    pub(super) reviewed: bool,
    pub(super) schedule: BTreeSet<HalfDay>,
    pub(super) mobility: BTreeSet<Mobility>,
    pub(super) language: Option<Language>,
    /// Whether she wants it told how earlier attempts ended.
    pub(super) tells_tried: bool,
    /// How they ended.
    pub(super) tried: Vec<AttemptEnd>,
}

impl Told {
    /// Says what will be told once it is accepted, line by line.
    pub(super) fn lines(&self) -> Vec<Line> {
        let mut lines = contact_lines(&self.contact);
        lines.extend(self.context.iter().flat_map(context_lines));
        lines
    }

    /// Reads what was typed.
    pub(super) fn read(typed: &Typed, regime: SecrecyRegime) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let first_name = mistakes.take("prenom", typed.text("prenom", LINE));
        if first_name.is_none() && mistakes.of("prenom").is_none() {
            mistakes.add("prenom", Text("prenom-absent"));
        }
        let channel = channel(typed, &mut mistakes);
        let hours = mistakes.words(typed, "heures", regime);
        let note = mistakes.words(typed, "note", regime);
        let context = match regime.is_bound_by_secrecy() {
            true => context(typed, &mut mistakes, regime),
            false => None,
        };
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let rules: BTreeSet<SafeRule> = typed.ticked("prudence");
        let reviewed = [&hours, &note].into_iter().flatten().any(|words| words.reviewed);
        let hours = hours.map(|words| words.text.into_revealed());
        let careful = !rules.is_empty() || hours.is_some();
        let brings: BTreeSet<Belonging> = typed.ticked("apporte");
        let language = typed.one("langue").to_owned();
        Ok(Self {
            contact: Contact {
                first_name: first_name.map(Private::from),
                channel,
                safe_contact: careful.then(|| SafeContact { rules, hours }.into()),
                brings: (!brings.is_empty()).then(|| brings.into()),
                practical_note: note.map(|words| words.text),
            },
            context: context.as_ref().map(|(context, _)| context.clone()),
            reviewed: reviewed || context.is_some_and(|(_, reviewed)| reviewed),
            schedule: typed.ticked("creneau"),
            mobility: typed.ticked("mobilite"),
            language: Language::try_from(language).ok(),
            tells_tried: typed.holds("essaye", "oui"),
            tried: Vec::new(),
        })
    }
}

/// What only those who are bound by secrecy may know, and whether its note was read again.
fn context(
    typed: &Typed,
    mistakes: &mut Mistakes,
    regime: SecrecyRegime,
) -> Option<(Context, bool)> {
    let coordination = professional(typed, mistakes, COORDINATION, regime);
    let representative = professional(typed, mistakes, REPRESENTATIVE, regime);
    let note = mistakes.words(typed, "contexte", regime);
    let reviewed = [&coordination, &representative].into_iter().flatten().any(|(_, it)| *it)
        || note.as_ref().is_some_and(|words| words.reviewed);
    let list = |field| -> Option<Private<BTreeSet<Belonging>>> {
        let ticked = typed.ticked(field);
        (!ticked.is_empty()).then(|| ticked.into())
    };
    let context = Context {
        coordination: coordination.map(|(who, _)| who.into()),
        representative: representative.map(|(who, _)| who.into()),
        stage: typed.chosen::<ProcedureStage>("etape").map(Private::from),
        documents: list("papiers"),
        equipment: list("equipement"),
        autonomy: typed.chosen::<Autonomy>("seule").map(Private::from),
        note: note.map(|words| words.text),
    };
    (context != Context::default()).then_some((context, reviewed))
}

/// The fields of a professional: name, function, telephone.
type Fields = [&'static str; 3];

/// Another professional who follows her.
const COORDINATION: Fields = ["suivi-nom", "suivi-fonction", "suivi-telephone"];
/// Who represents her.
const REPRESENTATIVE: Fields = ["represente-nom", "represente-fonction", "represente-telephone"];

/// Reads whom else may be called, and whether their function was read again.
fn professional(
    typed: &Typed,
    mistakes: &mut Mistakes,
    [name, function, telephone]: Fields,
    regime: SecrecyRegime,
) -> Option<(Professional, bool)> {
    let fields = [name, function, telephone];
    if fields.iter().all(|field| typed.one(field).is_empty()) {
        return None;
    }
    let called = mistakes.name(typed, name);
    if typed.one(name).is_empty() {
        mistakes.add(name, Text("concertation-nom-absent"));
    }
    let does = mistakes.words(typed, function, regime);
    let phone = mistakes.take(telephone, typed.text(telephone, LINE));
    if phone.as_ref().is_some_and(|phone| !is_telephone(phone)) {
        mistakes.add(telephone, Text("telephone-faux"));
    }
    let called = called?;
    let reviewed = does.as_ref().is_some_and(|words| words.reviewed);
    let function = does.map(|words| words.text.into_revealed()).unwrap_or_default();
    Some((Professional { name: called, function, phone: phone.unwrap_or_default() }, reviewed))
}

/// The one way to reach her. Only the field of the way that was chosen is read.
fn channel(typed: &Typed, mistakes: &mut Mistakes) -> Option<Channel> {
    match typed.one("moyen") {
        "telephone" => {
            let number = mistakes.take("telephone", typed.text("telephone", LINE));
            let number = number.filter(|number| is_telephone(number));
            let number = mistakes.need("telephone", number, Text("telephone-faux"))?;
            Some(Channel::Phone { number: number.into() })
        }
        "mel" => {
            let address = mistakes.take("mel", typed.text("mel", LINE));
            let address = address.filter(|address| is_mailbox(address));
            let address = mistakes.need("mel", address, Text("mel-faux"))?;
            Some(Channel::Email { address: address.into() })
        }
        "courrier" => {
            let address = mistakes.take("adresse", typed.text("adresse", NOTE));
            let address = mistakes.need("adresse", address, Text("adresse-absente"))?;
            Some(Channel::Post { address: address.into() })
        }
        "par-nous" => Some(Channel::ViaSender),
        "avec-code" => Some(Channel::ComesWithCode),
        _ => {
            mistakes.add("moyen", Text("moyen-absent"));
            None
        }
    }
}

/// Tells whether a text may be a telephone number, as people write one.
fn is_telephone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (9..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " .-+()/".contains(c))
}

/// Tells whether a text may be a mailbox: whether somebody reads it, only writing to it tells.
fn is_mailbox(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    })
}

const CHANNELS: &[(&str, Text)] = &[
    ("telephone", Text("moyen-telephone")),
    ("mel", Text("moyen-mel")),
    ("courrier", Text("moyen-courrier")),
    ("par-nous", Text("moyen-par-nous")),
    ("avec-code", Text("moyen-avec-code")),
];

/// The papers that she may have.
const PAPERS: &[Belonging] = &[
    Belonging::IdentityPapers,
    Belonging::IncomePapers,
    Belonging::TaxPapers,
    Belonging::HousingPapers,
    Belonging::Letters,
];

/// What she may have at home.
const EQUIPMENT: &[Belonging] =
    &[Belonging::Phone, Belonging::Tablet, Belonging::Computer, Belonging::Connection];

#[derive(Template)]
#[template(path = "refer/disclosure.html")]
struct DisclosurePage {
    frame: Frame,
    draft: String,
    first_name: String,
    channels: Vec<Choice>,
    telephone: String,
    mailbox: String,
    address: String,
    rules: Vec<Choice>,
    hours: String,
    note: String,
    brings: Vec<Choice>,
    half_days: Vec<Choice>,
    mobility: Vec<Choice>,
    languages: Vec<Choice>,
    /// Whether those who are asked are bound by secrecy.
    bound: bool,
    stages: Vec<Choice>,
    documents: Vec<Choice>,
    equipment: Vec<Choice>,
    autonomies: Vec<Choice>,
    others: Vec<Other>,
    context: String,
    /// Whether something in that part was filled.
    in_context: bool,
    /// How earlier attempts ended, if there were some.
    tried: Option<String>,
    tells_tried: bool,
    /// Whether something in the part that is folded was filled.
    more: bool,
    /// Who is asked, if that is known.
    place: Option<String>,
    mistakes: Mistakes,
}

/// A professional besides: what is asked about them, as it was typed.
struct Other {
    legend: Text,
    hint: Text,
    fields: Fields,
    typed: [String; 3],
}

impl DisclosurePage {
    fn of(
        frame: Frame,
        draft: String,
        (tried, asked): (&[AttemptEnd], &Option<Place>),
        typed: &Typed,
        mistakes: Mistakes,
    ) -> Self {
        let named = |field: &str, list: &[(&str, Text)]| {
            let choice = |(value, label): &(&str, Text)| Choice {
                value: (*value).to_owned(),
                label: label.to_string(),
                checked: typed.holds(field, value),
            };
            list.iter().map(choice).collect()
        };
        let text = |field| typed.one(field).to_owned();
        let folded = ["apporte", "creneau", "mobilite", "langue"];
        let coded = ["etape", "papiers", "equipement", "seule", "contexte"];
        let in_context = [&coded[..], &COORDINATION, &REPRESENTATIVE].concat();
        let is_filled = |field: &&str| !typed.one(field).is_empty();
        let other = |legend, hint, fields: Fields| {
            let typed = fields.map(|field| typed.one(field).to_owned());
            Other { legend, hint, fields, typed }
        };
        Self {
            first_name: text("prenom"),
            channels: named("moyen", CHANNELS),
            telephone: text("telephone"),
            mailbox: text("mel"),
            address: text("adresse"),
            rules: typed.choices("prudence", SafeRule::all()),
            hours: text("heures"),
            note: text("note"),
            brings: typed.choices("apporte", Belonging::all()),
            half_days: typed.choices("creneau", HalfDay::all()),
            mobility: typed.choices("mobilite", Mobility::all()),
            languages: named("langue", LANGUAGES),
            bound: regime_of(asked).is_bound_by_secrecy(),
            stages: typed.choices("etape", ProcedureStage::all()),
            documents: typed.choices("papiers", PAPERS),
            equipment: typed.choices("equipement", EQUIPMENT),
            autonomies: typed.choices("seule", Autonomy::all()),
            others: vec![
                other(Text("donnees-suivi"), Text("donnees-suivi-aide"), COORDINATION),
                other(Text("donnees-represente"), Text("donnees-represente-aide"), REPRESENTATIVE),
            ],
            context: text("contexte"),
            in_context: in_context.iter().any(is_filled),
            tried: (!tried.is_empty()).then(|| enumerate(tried)),
            tells_tried: typed.holds("essaye", "oui"),
            more: folded.iter().any(is_filled),
            place: asked.as_ref().map(|place| place.organization.clone()),
            frame: frame.in_room(Room::Refer),
            draft,
            mistakes,
        }
    }
}

/// Shows the step.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    which: web::Query<Which>,
) -> Result<HttpResponse, PageError> {
    let step = Step::go_on(&writer, &which).await?;
    if Need::read(&step.typed.need, frame.clock).is_err() {
        return back_to_need(&step);
    }
    let tried = tried(&writer, &step).await?;
    let asked = asked(&writer, &step, frame.clock).await?;
    let before = step.typed.after;
    let person = match before {
        Some(before) => aside(move || writer.person(before)).await?,
        None => None,
    };
    let typed = again::filled(&step.typed.disclosure, person);
    let known = (tried.as_slice(), &asked);
    page(&DisclosurePage::of(frame, step.name(), known, &typed, Mistakes::default()))
}

/// Returns how the attempts before a draft ended.
pub(super) async fn tried(writer: &Writer, step: &Step) -> Result<Vec<AttemptEnd>, PageError> {
    let Some(before) = step.typed.after else { return Ok(Vec::new()) };
    let writer = writer.clone();
    let story = aside(move || writer.story(before)).await?;
    let tried = story.into_iter().flat_map(|story| story.tried);
    Ok(tried.map(|(_, end)| end).collect())
}

/// Returns who is asked, if they can be asked still.
async fn asked(writer: &Writer, step: &Step, clock: Clock) -> Result<Option<Place>, PageError> {
    let (writer, chosen) = (writer.clone(), step.typed.place.clone());
    let places =
        move || Ok::<_, PageError>(Place::all(&writer.partners(), (NeedCode::Other, None), clock));
    let places = aside(places).await?;
    Ok(Place::read(&chosen, &places).ok())
}

/// Returns the secrecy that binds those who are asked: the least, if they are not known.
fn regime_of(asked: &Option<Place>) -> SecrecyRegime {
    asked.as_ref().map_or(SecrecyRegime::Charter, |place| place.regime)
}

/// Keeps the step, and leads to the next one.
pub(in crate::web) async fn keep(
    writer: Writer,
    frame: Frame,
    which: web::Query<Which>,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let mut step = Step::go_on(&writer, &which).await?;
    step.typed.disclosure = sent.typed;
    let asked = asked(&writer, &step, frame.clock).await?;
    match Told::read(&step.typed.disclosure, regime_of(&asked)) {
        Ok(_) => Ok(lead_to_step("/orienter/accord", step.keep(&writer).await?)),
        Err(mistakes) => {
            let (tried, typed) = (tried(&writer, &step).await?, &step.typed.disclosure);
            let known = (tried.as_slice(), &asked);
            page_again(&DisclosurePage::of(frame, step.name(), known, typed, mistakes))
        }
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
    fn only_the_way_that_was_chosen_is_told() {
        let typed = typed(&[
            ("prenom", "Aubry"),
            ("moyen", "telephone"),
            ("telephone", "06 00 00 00 00"),
            ("mel", "aubry@exemple.fr"),
        ]);
        let Ok(told) = Told::read(&typed, SecrecyRegime::Charter) else { panic!("it is complete") };
        let number = "06 00 00 00 00".to_owned().into();
        assert_eq!(told.contact.channel, Some(Channel::Phone { number }));
        assert_eq!((told.contact.safe_contact, told.contact.practical_note), (None, None));
    }

    /// They are told to those who are bound by secrecy, and have a name.
    #[test]
    fn other_professionals_are_told_to_those_who_are_bound_by_secrecy() {
        let with = |more: &[(&str, &str)]| {
            typed(&[&[("prenom", "Aubry"), ("moyen", "par-nous")], more].concat())
        };
        let whole = with(&[
            ("suivi-nom", "Mme Martin"),
            ("suivi-fonction", "conseillère en économie sociale"),
            ("suivi-telephone", "01 99 00 12 34"),
            ("represente-nom", "M. Robert"),
        ]);
        let Ok(told) = Told::read(&whole, SecrecyRegime::Profession) else { panic!("it is whole") };
        let context = told.context.unwrap();
        let follows = context.coordination.unwrap().into_revealed();
        assert_eq!((&*follows.name, &*follows.phone), ("Mme Martin", "01 99 00 12 34"));
        assert_eq!(context.representative.unwrap().reveal().name, "M. Robert");
        let Ok(told) = Told::read(&whole, SecrecyRegime::Charter) else { panic!("it is whole") };
        assert!(told.context.is_none());
        let wrong = [
            (vec![("represente-telephone", "01 99 00 12 34")], "represente-nom"),
            (vec![("suivi-nom", "Mme Martin"), ("suivi-fonction", "dépression")], "suivi-fonction"),
            (vec![("suivi-nom", "2 69 05 49 588 157 80")], "suivi-nom"),
            (vec![("suivi-nom", "Mme Martin"), ("suivi-telephone", "demain")], "suivi-telephone"),
        ];
        for (pairs, field) in wrong {
            let Err(mistakes) = Told::read(&with(&pairs), SecrecyRegime::Profession) else {
                panic!("{pairs:?}")
            };
            let fields: Vec<_> = mistakes.list().iter().map(|mistake| mistake.field).collect();
            assert_eq!(fields, [field], "{pairs:?}");
        }
    }

    #[test]
    fn each_mistake_names_its_field() {
        for (pairs, field) in [
            (vec![("moyen", "par-nous")], "prenom"),
            (vec![("prenom", "Aubry")], "moyen"),
            (vec![("prenom", "Aubry"), ("moyen", "autre")], "moyen"),
            (vec![("prenom", "Aubry"), ("moyen", "telephone")], "telephone"),
            (vec![("prenom", "Aubry"), ("moyen", "telephone"), ("telephone", "abc")], "telephone"),
            (vec![("prenom", "Aubry"), ("moyen", "mel"), ("mel", "aubry")], "mel"),
            (vec![("prenom", "Aubry"), ("moyen", "courrier")], "adresse"),
        ] {
            let Err(mistakes) = Told::read(&typed(&pairs), SecrecyRegime::Charter) else {
                panic!("{pairs:?}")
            };
            let fields: Vec<_> = mistakes.list().iter().map(|mistake| mistake.field).collect();
            assert_eq!(fields, [field], "{pairs:?}");
        }
    }
}
