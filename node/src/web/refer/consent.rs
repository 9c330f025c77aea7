//! T6 `/orienter/accord`: she hears it, and she says yes or no. « Non » is as big as « oui ».

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::{HttpResponse, web};
use askama::Template;
use maillage_protocol::codes::{Accommodation, Medium};
use maillage_protocol::consent::{
    CollectionPlace, FeedbackLevel, Gesture, NoticeForm, Quality, Representative, Validity,
    WitnessFunction,
};
use maillage_protocol::id::{ReferralId, UnitId};

use super::disclosure::{Told, tried};
use super::need::Need;
use super::place::Place;
use super::{Draft, SentReferral, Step, Which, lead_to_step};
use crate::app::Request;
use crate::app::authority::Writer;
use crate::text::{Clock, Coded, Presentation, Reading, Text, Tongue};
use crate::web::errors::PageError;
use crate::web::filters;
use crate::web::form::{Choice, Mistakes, Sent, Typed};
use crate::web::layout::{Frame, Room, lead_to, page, page_again};
use crate::web::story::{Asked, Line};
use crate::web::{aside, statics};

/// What she agreed to, and would go on agreeing to.
pub(super) struct Same {
    /// What the receiver knows before it answers.
    pub(super) before: Vec<Line>,
    /// What she chose besides.
    pub(super) besides: Vec<Line>,
    /// How much time is left of it.
    pub(super) left: Duration,
}

/// Everything that was typed before, read again: what she is asked to agree to.
pub(super) struct Offer {
    pub(super) need: Need,
    pub(super) place: Place,
    pub(super) told: Told,
}

impl Offer {
    /// Reads the first three steps, or leads back to the first that no longer makes sense.
    async fn read(writer: &Writer, step: &Step, clock: Clock) -> Result<Self, HttpResponse> {
        let lost = || PageError::NotFound;
        let back = |page| match step.id {
            Some(id) => lead_to_step(page, id),
            None => actix_web::ResponseError::error_response(&lost()),
        };
        let Ok(need) = Need::read(&step.typed.need, clock) else {
            return Err(back("/orienter/besoin"));
        };
        let (reader, code) = (writer.clone(), need.code);
        let places =
            aside(move || Ok::<_, PageError>(Place::all(&reader.partners(), (code, None), clock)));
        let places = match places.await {
            Ok(places) => places,
            Err(failure) => return Err(actix_web::ResponseError::error_response(&failure)),
        };
        let Ok(place) = Place::read(&step.typed.place, &places) else {
            return Err(back("/orienter/lieu"));
        };
        let Ok(mut told) = Told::read(&step.typed.disclosure, place.regime) else {
            return Err(back("/orienter/donnees"));
        };
        if told.tells_tried {
            told.tried = match tried(writer, step).await {
                Ok(tried) => tried,
                Err(failure) => return Err(actix_web::ResponseError::error_response(&failure)),
            };
        }
        Ok(Self { need, place, told })
    }

    /// Returns what the receiver may know before it answers.
    pub(super) fn asked(&self) -> Asked<'_> {
        let (need, told) = (&self.need, &self.told);
        Asked {
            code: need.code,
            right: need.right,
            obstacles: need.obstacles.iter().copied().collect(),
            zone: None,
            deadline: need.deadline,
            urgency: None,
            mode: need.mode,
            schedule: told.schedule.iter().copied().collect(),
            mobility: told.mobility.iter().copied().collect(),
            language: told.language.as_ref(),
            accommodations: need.accommodations.iter().copied().collect(),
            tried: told.tried.clone(),
            beside: false,
        }
    }

    /// Returns the words to show or to read aloud, as they were last asked for. What explains them is
    /// in her language, if it is one of ours, until another one is asked for.
    pub(super) fn reading(&self, typed: &Typed) -> Reading {
        let Self { need, place, told } = self;
        let hers = told.language.as_ref().and_then(|hers| Tongue::from_code(&hers.to_string()));
        let (presentation, tongue) = asked_for(typed);
        let tongue = tongue.or(hers).unwrap_or_default();
        Reading::of(
            presentation,
            tongue,
            &place.organization,
            need.code,
            (&told.contact, told.context.as_ref()),
        )
    }
}

/// How she agreed, and to what besides.
pub(super) struct Agreed {
    pub(super) gesture: Gesture,
    pub(super) place: CollectionPlace,
    pub(super) form: NoticeForm,
    pub(super) feedback: FeedbackLevel,
    pub(super) statistics: bool,
    pub(super) askable: Option<Medium>,
    pub(super) validity: Validity,
}

impl Agreed {
    /// Reads what was ticked.
    pub(super) fn read(typed: &Typed) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let gesture = gesture(typed, &mut mistakes);
        let place = mistakes.need("recueil", typed.chosen("recueil"), Text("recueil-absent"));
        let feedback = mistakes.need("retour", typed.chosen("retour"), Text("retour-absent"));
        let validity = VALIDITIES.iter().find(|(code, _, _)| typed.holds("duree", code));
        let validity = validity.map(|(_, validity, _)| *validity);
        let validity = mistakes.need("duree", validity, Text("duree-absente"));
        let (Some(gesture), Some(place), Some(feedback), Some(validity)) =
            (gesture, place, feedback, validity)
        else {
            return Err(mistakes);
        };
        Ok(Self {
            gesture,
            place,
            form: form(typed),
            feedback,
            statistics: typed.holds("statistiques", "oui"),
            askable: typed.chosen("redemander"),
            validity,
        })
    }
}

/// Returns how the words were asked for, and in which language they are explained.
fn asked_for(typed: &Typed) -> (Presentation, Option<Tongue>) {
    let code = typed.one("presentation");
    let presentation = Presentation::ALL.iter().find(|it| it.code() == code);
    (presentation.copied().unwrap_or_default(), Tongue::from_code(typed.one("explication")))
}

/// Returns in what form the words were given.
fn form(typed: &Typed) -> NoticeForm {
    match asked_for(typed).0 {
        Presentation::Pictures => NoticeForm::Pictograms,
        Presentation::Easy => NoticeForm::EasyToRead,
        Presentation::Aloud if typed.holds("lecture", "elle") => NoticeForm::Text,
        Presentation::Aloud => NoticeForm::Oral,
    }
}

/// Shows the words otherwise: « images.ar ».
pub(super) fn shown_otherwise(typed: Typed) -> Option<Typed> {
    let (presentation, tongue) = typed.one("montrer").split_once('.')?;
    let (presentation, tongue) = (presentation.to_owned(), tongue.to_owned());
    // The oral path has one gesture, which nobody chose: it does not outlive the page.
    let ours = asked_for(&typed).0 == Presentation::Pictures;
    let typed = if ours { typed.with("geste", "") } else { typed };
    let typed = typed.with("montrer", "").with("presentation", &presentation);
    Some(typed.with("explication", &tongue))
}

fn gesture(typed: &Typed, mistakes: &mut Mistakes) -> Option<Gesture> {
    match typed.one("geste") {
        "ecran" => Some(Gesture::Screen),
        "papier" => Some(Gesture::Paper),
        "oral" => {
            let witness = typed.chosen::<WitnessFunction>("temoin");
            let witness = mistakes.need("temoin", witness, Text("temoin-absent"))?;
            Some(Gesture::Oral { witness })
        }
        "representant" => {
            let quality = typed.chosen::<Quality>("qualite");
            let quality = mistakes.need("qualite", quality, Text("qualite-absente"))?;
            let proof_seen = typed.holds("document", "vu");
            Some(Gesture::Proxy { representative: Representative { quality, proof_seen } })
        }
        _ => {
            mistakes.add("geste", Text("geste-absent"));
            None
        }
    }
}

const GESTURES: &[(&str, Text)] = &[
    ("oral", Text("geste-oral")),
    ("ecran", Text("geste-ecran")),
    ("papier", Text("geste-papier")),
    ("representant", Text("geste-representant")),
];

const VALIDITIES: &[(&str, Validity, Text)] = &[
    ("jour", Validity::Day, Text("duree-jour")),
    ("mois", Validity::Month, Text("duree-mois")),
    ("six-mois", Validity::HalfYear, Text("duree-six-mois")),
    ("an", Validity::Year, Text("duree-an")),
];

#[derive(Template)]
#[template(path = "refer/consent.html")]
pub(super) struct ConsentPage {
    frame: Frame,
    /// Where the form is sent, and where whoever gives it up goes back to.
    action: String,
    back: String,
    /// Whether she agrees to the same again: what she chose besides is not asked again.
    renews: bool,
    organization: String,
    secrecy: String,
    reading: Reading,
    /// Where a click shows the words otherwise, by its value.
    presentations: Vec<(String, Text, bool)>,
    tongues: Vec<(String, Tongue)>,
    /// Whether it is the oral path: a sentence at a time, and the witness is asked.
    oral: bool,
    /// Whether she agrees that it be said to speak rather than to write.
    says_oral: bool,
    asked_witness: String,
    /// What reads the words aloud.
    script: &'static str,
    before: Vec<Line>,
    after: Vec<Line>,
    besides: Vec<Line>,
    gestures: Vec<Choice>,
    witnesses: Vec<Choice>,
    qualities: Vec<Choice>,
    proof_seen: bool,
    read_by_her: bool,
    places: Vec<Choice>,
    feedback: Vec<Choice>,
    statistics: bool,
    media: Vec<Choice>,
    validities: Vec<Choice>,
    mistakes: Mistakes,
}

impl ConsentPage {
    /// Says that it is about what she agreed to already, which she may only agree to for longer.
    pub(super) fn again(self, path: &str, same: Same) -> Self {
        let Same { before, besides, left } = same;
        let longer = |choice: &Choice| {
            let known = VALIDITIES.iter().find(|(code, _, _)| *code == choice.value);
            known.is_some_and(|(_, validity, _)| validity.duration() > left)
        };
        let validities = self.validities.into_iter().filter(longer).collect();
        let (action, back) = (format!("{path}/accord"), path.to_owned());
        Self { action, back, renews: true, before, besides, validities, ..self }
    }

    fn of(frame: Frame, step: &Step, offer: &Offer, mistakes: Mistakes) -> Self {
        let query = format!("?brouillon={}", step.name());
        let action = format!("/orienter/accord{query}");
        let back = format!("/orienter/donnees{query}");
        let typed = &step.typed.consent;
        Self { action, back, ..Self::about(frame, typed, offer, mistakes) }
    }

    /// Says what she is asked to agree to.
    pub(super) fn about(frame: Frame, typed: &Typed, offer: &Offer, mistakes: Mistakes) -> Self {
        let typed = with_usual_choices(typed.clone());
        let reading = offer.reading(&typed);
        let oral = reading.presentation == Presentation::Pictures;
        let named = |field: &str, value: &str, label: Text| Choice {
            value: value.to_owned(),
            label: label.to_string(),
            checked: typed.holds(field, value),
        };
        Self {
            action: String::new(),
            back: String::new(),
            renews: false,
            organization: offer.place.organization.clone(),
            secrecy: offer.place.secrecy.clone(),
            presentations: Presentation::ALL
                .iter()
                .map(|way| {
                    let value = format!("{}.{}", way.code(), reading.tongue.code());
                    (value, way.name(), *way == reading.presentation)
                })
                .collect(),
            tongues: Tongue::ALL
                .iter()
                .map(|tongue| {
                    (format!("{}.{}", reading.presentation.code(), tongue.code()), *tongue)
                })
                .collect(),
            oral,
            says_oral: typed.holds("adaptation", Accommodation::Oral.code())
                || offer.need.accommodations.contains(&Accommodation::Oral),
            asked_witness: match oral {
                true => Text("accord-temoin-oral").to_string(),
                false => Text("accord-temoin").to_string(),
            },
            script: statics::LISTEN,
            reading,
            before: offer.asked().lines(frame.clock),
            after: offer.told.lines(),
            besides: Vec::new(),
            gestures: GESTURES.iter().map(|(value, text)| named("geste", value, *text)).collect(),
            witnesses: typed.choices("temoin", WitnessFunction::all()),
            qualities: typed.choices("qualite", Quality::all()),
            proof_seen: typed.holds("document", "vu"),
            read_by_her: typed.holds("lecture", "elle"),
            places: typed.choices("recueil", CollectionPlace::all()),
            feedback: typed.choices("retour", FeedbackLevel::all()),
            statistics: typed.holds("statistiques", "oui"),
            media: typed.choices("redemander", &[Medium::Voice, Medium::Desk]),
            validities: VALIDITIES
                .iter()
                .map(|(value, _, text)| named("duree", value, *text))
                .collect(),
            frame: frame.in_room(Room::Refer),
            mistakes,
        }
    }
}

/// Before anything is chosen, the usual answers about circumstances are, and that we may know how it
/// ends is proposed (consent.md §3). What she agrees to besides is never chosen for her.
fn with_usual_choices(typed: Typed) -> Typed {
    let usual = [
        ("recueil", CollectionPlace::InPerson.code()),
        ("retour", FeedbackLevel::Outcome.code()),
        ("duree", "six-mois"),
    ];
    usual.into_iter().fold(typed, |typed, (field, value)| {
        if typed.one(field).is_empty() { typed.with(field, value) } else { typed }
    })
}

/// Shows the step.
pub(in crate::web) async fn show(
    writer: Writer,
    frame: Frame,
    which: web::Query<Which>,
) -> Result<HttpResponse, PageError> {
    let step = Step::go_on(&writer, &which).await?;
    match Offer::read(&writer, &step, frame.clock).await {
        Ok(offer) => page(&ConsentPage::of(frame, &step, &offer, Mistakes::default())),
        Err(back) => Ok(back),
    }
}

/// Sends the request if she said yes. If she said no, nothing of her is kept.
pub(in crate::web) async fn send(
    writer: Writer,
    frame: Frame,
    which: web::Query<Which>,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let step = Step::go_on(&writer, &which).await;
    let (mut step, draft) = match (step, which.brouillon) {
        (Ok(step), Some(draft)) => (step, draft),
        // Sent by the first of two clicks: there is a receipt where there was a draft.
        (Err(PageError::NotFound), Some(draft)) => return Ok(lead_to_receipt(draft)),
        (Err(error), _) => return Err(error),
        (Ok(_), None) => return Err(PageError::NotFound),
    };
    if sent.typed.holds("reponse", "non") {
        aside(move || writer.member().drop_draft(draft)).await?;
        return Ok(lead_to("/orienter/sans-accord"));
    }
    if let Some(typed) = shown_otherwise(sent.typed.clone()) {
        step.typed.consent = typed;
        step.keep(&writer).await?;
        return Ok(lead_to_step("/orienter/accord", draft));
    }
    step.typed.consent = sent.typed;
    let mut offer = match Offer::read(&writer, &step, frame.clock).await {
        Ok(offer) => offer,
        Err(back) => return Ok(back),
    };
    let agreed = match Agreed::read(&step.typed.consent) {
        Ok(agreed) => agreed,
        Err(mistakes) => {
            step.keep(&writer).await?;
            return page_again(&ConsentPage::of(frame, &step, &offer, mistakes));
        }
    };
    // What she asked for here is said as if it had been ticked with the need.
    if step.typed.consent.holds("adaptation", Accommodation::Oral.code()) {
        offer.need.accommodations.insert(Accommodation::Oral);
    }
    let reading = offer.reading(&step.typed.consent);
    let place = (step.typed.after, step.typed.beside);
    let request = request(offer, agreed, &reading, place);
    aside(move || propose(&writer, request, reading, draft, sent.once)).await?;
    Ok(lead_to_receipt(draft))
}

fn lead_to_receipt(draft: UnitId) -> HttpResponse {
    lead_to(&format!("/orienter/recepisse/{draft}"))
}

fn request(
    offer: Offer,
    agreed: Agreed,
    reading: &Reading,
    (after, beside): (Option<ReferralId>, bool),
) -> Request {
    let Offer { need, place, told } = offer;
    Request {
        peer: place.peer,
        service: place.service,
        code: need.code,
        right: need.right,
        obstacles: need.obstacles,
        zone: None,
        deadline: need.deadline,
        mode: need.mode,
        schedule: told.schedule,
        mobility: told.mobility,
        language: told.language,
        accommodations: need.accommodations,
        contact: told.contact,
        context: told.context,
        reviewed: told.reviewed,
        gesture: agreed.gesture,
        place: agreed.place,
        notice: reading.notice(agreed.form),
        feedback: agreed.feedback,
        statistics: agreed.statistics,
        askable: agreed.askable,
        validity: agreed.validity,
        after,
        goes_on: need.goes_on,
        beside,
        tells_tried: told.tells_tried,
    }
}

/// Held from the proposal to the receipt: the code is given once, and the second of two clicks
/// must not write a receipt without it over the one that has it.
static RECEIPTS: Mutex<()> = Mutex::new(());

fn propose(
    writer: &Writer,
    request: Request,
    reading: Reading,
    draft: UnitId,
    once: [u8; 16],
) -> Result<(), PageError> {
    let _receipts = RECEIPTS.lock().unwrap_or_else(PoisonError::into_inner);
    if matches!(Draft::read(writer.member(), draft)?, Draft::Receipt(_)) {
        return Ok(());
    }
    let proposed = writer.propose(request, once)?;
    let code = proposed.code.map(|code| code.to_printed().into());
    let signed = proposed.receipt.map(|receipt| receipt.to_printed());
    let reading = Some(reading);
    let receipt = SentReferral { referral: proposed.referral, code, signed, reading };
    Draft::Receipt(Box::new(receipt)).keep(writer.member(), Some(draft))?;
    Ok(())
}

#[derive(Template)]
#[template(path = "refer/refused.html")]
struct RefusedPage {
    frame: Frame,
}

/// Says what can still be done for somebody who said no.
pub(in crate::web) async fn show_refused(
    _: Writer,
    frame: Frame,
) -> Result<HttpResponse, PageError> {
    page(&RefusedPage { frame: frame.in_room(Room::Refer) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        let pairs = pairs.iter().map(|(field, value)| ((*field).into(), (*value).into()));
        Typed::from(pairs.collect::<Vec<(String, String)>>())
    }

    #[test]
    fn nothing_is_agreed_without_a_gesture() {
        let usual = with_usual_choices(Typed::default());
        let Err(mistakes) = Agreed::read(&usual) else { panic!("nobody agreed") };
        assert_eq!(mistakes.of("geste"), Some(Text("geste-absent")));
        assert_eq!(mistakes.list().len(), 1);
    }

    #[test]
    fn a_yes_said_aloud_has_a_witness() {
        let aloud = with_usual_choices(typed(&[("geste", "oral")]));
        let Err(mistakes) = Agreed::read(&aloud) else { panic!("nobody heard it") };
        assert_eq!(mistakes.of("temoin"), Some(Text("temoin-absent")));
        let heard = aloud.with("temoin", "reception");
        let agreed = Agreed::read(&heard).unwrap_or_else(|_| panic!("it is complete"));
        assert_eq!(agreed.gesture, Gesture::Oral { witness: WitnessFunction::Reception });
    }

    #[test]
    fn the_form_that_is_recorded_is_the_one_that_was_shown() {
        let form_of = |pairs: &[(&str, &str)]| form(&with_usual_choices(typed(pairs)));
        assert_eq!(form_of(&[]), NoticeForm::Oral);
        assert_eq!(form_of(&[("lecture", "elle")]), NoticeForm::Text);
        assert_eq!(form_of(&[("presentation", "falc")]), NoticeForm::EasyToRead);
        let pictures = [("presentation", "images"), ("lecture", "elle")];
        assert_eq!(form_of(&pictures), NoticeForm::Pictograms);
        let asked = typed(&[("montrer", "images.ar"), ("redemander", "desk")]);
        let shown = shown_otherwise(asked).unwrap();
        assert_eq!(asked_for(&shown), (Presentation::Pictures, Some(Tongue::Arabic)));
        assert!(shown.holds("redemander", "desk"), "nothing typed is lost");
        assert!(shown_otherwise(shown.clone()).is_none());
        // The gesture of the oral path is not one that she made.
        let back = shown.with("geste", "oral").with("montrer", "voix.fr");
        assert_eq!(shown_otherwise(back).unwrap().one("geste"), "");
    }

    #[test]
    fn what_she_did_not_choose_is_not_agreed() {
        let agreed = Agreed::read(&with_usual_choices(typed(&[("geste", "ecran")])));
        let agreed = agreed.unwrap_or_else(|_| panic!("it is complete"));
        assert!(!agreed.statistics && agreed.askable.is_none());
        assert_eq!(agreed.validity, Validity::HalfYear);
    }
}
