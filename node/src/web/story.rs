//! What is known of one referral, in words: what was asked, what was said, whom to reach.

mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use maillage_protocol::body::{
    Belonging, Channel, Contact, Context, InTime, NeedReport, Professional,
};
use maillage_protocol::calendar::Day;
use maillage_protocol::codes::{
    Accommodation, AttemptEnd, HalfDay, Language, Mobility, Mode, NeedCode, Obstacle, Right,
    Urgency, Zone,
};
use maillage_protocol::id::ServiceId;
use maillage_protocol::need::NeedStatus;
use maillage_protocol::private::Private;
use maillage_protocol::referral::{Confirmation, Proposal};

use super::aside;
use super::errors::PageError;
use super::row::RowView;
use super::taking_back;
use crate::app::authority::Writer;
use crate::app::{ErasureState, Opening, PeerView, PersonCard, ShortCode, Story};
use crate::text::{Clock, Coded, Moment, Telephone, Text, say, say_with};

pub(super) use steps::StepView;

use steps::name_of;

/// The referral that the address of a page names.
#[derive(Clone, Copy)]
pub(super) struct Reference(pub(super) ShortCode);

impl FromRequest for Reference {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let code = request.match_info().get("reference").and_then(|code| code.parse().ok());
        ready(code.map(Self).ok_or(PageError::NotFound))
    }
}

/// Reads everything that may be shown of a referral.
pub(super) async fn read(writer: &Writer, Reference(code): Reference) -> Result<Story, PageError> {
    let writer = writer.clone();
    aside(move || {
        let id = writer.find(code).ok_or(PageError::NotFound)?;
        writer.story(id)?.ok_or(PageError::NotFound)
    })
    .await
}

/// Somebody opened what identifies.
pub(super) struct OpeningView {
    /// When.
    pub(super) at: Moment,
    /// Who.
    pub(super) by: String,
    /// Why, if they read no content but for a reason.
    pub(super) why: Option<String>,
    /// Whether they read no more than her name.
    pub(super) found: bool,
}

impl OpeningView {
    /// Says who opened something.
    pub(super) fn of(opening: &Opening, clock: Clock) -> Self {
        Self {
            at: clock.moment(opening.at),
            by: called(&opening.by),
            why: opening.why.map(Coded::label),
            found: opening.found,
        }
    }
}

/// Says how a colleague is called, or that nothing says it any more.
pub(super) fn called(name: &Private<String>) -> String {
    match name.reveal().as_str() {
        "" => say("equipe-ancien"),
        name => name.to_owned(),
    }
}

/// Says who opened something, the last one first.
pub(super) fn openings(openings: &[Opening], clock: Clock) -> Vec<OpeningView> {
    openings.iter().map(|opening| OpeningView::of(opening, clock)).collect()
}

/// One thing that is known, and its name.
pub(super) struct Line {
    /// What it is.
    pub(super) term: String,
    /// What is known.
    pub(super) words: String,
    /// Where a click leads: a telephone, a mailbox.
    pub(super) link: Option<String>,
}

impl Line {
    /// Names something.
    pub(super) fn new(term: Text, words: impl Into<String>) -> Self {
        Self { term: term.to_string(), words: words.into(), link: None }
    }
}

/// What may be known before an answer, wherever it comes from.
pub(super) struct Asked<'a> {
    /// What is needed.
    pub(super) code: NeedCode,
    /// The right at stake.
    pub(super) right: Option<Right>,
    /// What stands in the way.
    pub(super) obstacles: Vec<Obstacle>,
    /// Where she lives, roughly.
    pub(super) zone: Option<&'a Zone>,
    /// Until when.
    pub(super) deadline: Option<Day>,
    /// How urgent that makes it.
    pub(super) urgency: Option<Urgency>,
    /// How she wants to be helped.
    pub(super) mode: Option<Mode>,
    /// When she can come.
    pub(super) schedule: Vec<HalfDay>,
    /// How she can come.
    pub(super) mobility: Vec<Mobility>,
    /// Her language.
    pub(super) language: Option<&'a Language>,
    /// What the place must be like.
    pub(super) accommodations: Vec<Accommodation>,
    /// How earlier attempts ended, if she wants it told.
    pub(super) tried: Vec<AttemptEnd>,
    /// Whether another structure is asked at the same time.
    pub(super) beside: bool,
}

impl<'a> From<&'a Proposal> for Asked<'a> {
    fn from(proposal: &'a Proposal) -> Self {
        Self {
            code: proposal.code,
            right: proposal.right,
            obstacles: proposal.obstacles.iter().copied().collect(),
            zone: proposal.zone.as_ref(),
            deadline: proposal.deadline,
            urgency: Some(proposal.urgency),
            mode: proposal.mode,
            schedule: proposal.schedule.iter().copied().collect(),
            mobility: proposal.mobility.iter().copied().collect(),
            language: proposal.language.as_ref(),
            accommodations: proposal.accommodations.iter().copied().collect(),
            tried: proposal.tried.iter().map(|tried| tried.end).collect(),
            beside: proposal.parallel,
        }
    }
}

impl Asked<'_> {
    /// Says what is asked, line by line. What was left out has no line.
    pub(super) fn lines(&self, clock: Clock) -> Vec<Line> {
        let mut lines = vec![Line::new(Text("ligne-besoin"), self.code.label())];
        if let Some(right) = self.right {
            lines.push(Line::new(Text("ligne-droit"), right.label()));
        }
        if let Some(deadline) = self.deadline {
            lines.push(Line::new(Text("ligne-echeance"), clock.day(deadline).words));
        }
        if let Some(urgency) = self.urgency.filter(|urgency| *urgency != Urgency::Normal) {
            lines.push(Line::new(Text("ligne-urgence"), urgency.label()));
        }
        push_list(&mut lines, Text("ligne-obstacles"), &self.obstacles);
        if let Some(mode) = self.mode {
            lines.push(Line::new(Text("ligne-modalite"), mode.label()));
        }
        push_list(&mut lines, Text("ligne-creneaux"), &self.schedule);
        push_list(&mut lines, Text("ligne-mobilite"), &self.mobility);
        push_list(&mut lines, Text("ligne-adaptations"), &self.accommodations);
        if let Some(language) = self.language {
            lines.push(Line::new(Text("ligne-langue"), language_name(language)));
        }
        if let Some(zone) = self.zone {
            lines.push(Line::new(Text("ligne-secteur"), zone.to_string()));
        }
        push_list(&mut lines, Text("ligne-essaye"), &self.tried);
        if self.beside {
            let words = Text("ligne-en-parallele-oui").to_string();
            lines.push(Line::new(Text("ligne-en-parallele"), words));
        }
        lines
    }
}

fn push_list<T: Coded>(lines: &mut Vec<Line>, term: Text, values: &[T]) {
    if !values.is_empty() {
        lines.push(Line::new(term, enumerate(values)));
    }
}

/// Says several values of a list, one after another.
pub(super) fn enumerate<T: Coded>(values: &[T]) -> String {
    values.iter().map(|value| value.label()).collect::<Vec<_>>().join(", ")
}

/// Languages that the form offers by their name. Any other is shown by its code.
pub(super) const LANGUAGES: &[(&str, Text)] = &[
    ("ar", Text("langue-ar")),
    ("bm", Text("langue-bm")),
    ("bn", Text("langue-bn")),
    ("en", Text("langue-en")),
    ("es", Text("langue-es")),
    ("fa", Text("langue-fa")),
    ("fsl", Text("langue-fsl")),
    ("kab", Text("langue-kab")),
    ("pt", Text("langue-pt")),
    ("ro", Text("langue-ro")),
    ("ru", Text("langue-ru")),
    ("ta", Text("langue-ta")),
    ("tr", Text("langue-tr")),
    ("uk", Text("langue-uk")),
    ("zh", Text("langue-zh")),
];

fn language_name(language: &Language) -> String {
    let code = language.to_string();
    let known = LANGUAGES.iter().find(|(known, _)| *known == code);
    known.map_or(code, |(_, name)| name.to_string())
}

/// Says whom to reach and how, line by line.
pub(super) fn contact_lines(contact: &Contact) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(name) = &contact.first_name {
        lines.push(Line::new(Text("ligne-prenom"), name.reveal().as_str()));
    }
    lines.extend(contact.channel.as_ref().map(channel_line));
    if let Some(safe) = &contact.safe_contact {
        let rules: Vec<_> = safe.reveal().rules.iter().copied().collect();
        push_list(&mut lines, Text("ligne-prudence"), &rules);
        if let Some(hours) = &safe.reveal().hours {
            lines.push(Line::new(Text("ligne-heures"), hours.as_str()));
        }
    }
    if let Some(brings) = &contact.brings {
        let brings: Vec<_> = brings.reveal().iter().copied().collect();
        push_list(&mut lines, Text("ligne-apporte"), &brings);
    }
    if let Some(note) = &contact.practical_note {
        lines.push(Line::new(Text("ligne-note"), note.reveal().as_str()));
    }
    lines
}

/// Says what only those who are bound by secrecy may know, line by line.
pub(super) fn context_lines(context: &Context) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut push = |term, words: Option<String>| {
        lines.extend(words.map(|words| Line::new(term, words)));
    };
    let several = |list: &Private<BTreeSet<Belonging>>| {
        enumerate(&list.reveal().iter().copied().collect::<Vec<_>>())
    };
    let somebody = |who: &Private<Professional>| name_of(who.reveal());
    push(Text("ligne-coordination"), context.coordination.as_ref().map(somebody));
    push(Text("ligne-representant"), context.representative.as_ref().map(somebody));
    push(Text("ligne-etape"), context.stage.as_ref().map(|stage| stage.reveal().label()));
    push(Text("ligne-papiers"), context.documents.as_ref().map(several));
    push(Text("ligne-equipement"), context.equipment.as_ref().map(several));
    push(Text("ligne-autonomie"), context.autonomy.as_ref().map(|it| it.reveal().label()));
    push(Text("ligne-contexte"), context.note.as_ref().map(|note| note.reveal().clone()));
    lines
}

/// Says all that those who accepted know of her, line by line.
pub(super) fn card_lines(card: &PersonCard) -> Vec<Line> {
    let mut lines = contact_lines(&card.contact);
    lines.extend(card.context.iter().flat_map(context_lines));
    lines
}

fn channel_line(channel: &Channel) -> Line {
    match channel {
        Channel::Phone { number } => {
            let Telephone { link, words } = Telephone::of(number.reveal());
            Line { link: Some(link), ..Line::new(Text("ligne-telephone"), words) }
        }
        Channel::Email { address } => {
            let address = address.reveal().as_str();
            let link = Some(format!("mailto:{address}"));
            Line { link, ..Line::new(Text("ligne-mel"), address) }
        }
        Channel::Post { address } => Line::new(Text("ligne-adresse"), address.reveal().as_str()),
        Channel::ViaSender => {
            Line::new(Text("ligne-joindre"), Text("joindre-par-nous").to_string())
        }
        Channel::ComesWithCode => {
            Line::new(Text("ligne-joindre"), Text("joindre-avec-code").to_string())
        }
    }
}

/// The names of the services that this node knows, with their organization.
pub(super) struct ServiceNames(BTreeMap<ServiceId, String>);

impl ServiceNames {
    /// Reads them off the cards of the partners.
    pub(super) fn of(partners: &[PeerView]) -> Self {
        let cards = partners.iter().filter_map(|partner| partner.card.as_ref());
        let named = cards.flat_map(|card| {
            let name = |service: &str| format!("{service} ({})", card.name);
            card.services.iter().map(move |service| (service.id, name(&service.name)))
        });
        Self(named.collect())
    }

    /// Returns the name of a service.
    pub(super) fn name(&self, service: ServiceId) -> String {
        let known = self.0.get(&service).cloned();
        known.unwrap_or_else(|| Text("service-inconnu").to_string())
    }
}

/// One referral, in words.
pub(super) struct StoryView {
    /// As in a list.
    pub(super) row: RowView,
    /// What was asked.
    pub(super) asked: Vec<Line>,
    /// Whom to reach, and how.
    pub(super) contact: Vec<Line>,
    /// What she took back of it.
    pub(super) taken_back: Option<String>,
    /// What was said, oldest first.
    pub(super) steps: Vec<StepView>,
    /// The secrecy that binds the other organization, as a sentence.
    pub(super) secrecy: Option<String>,
    /// The public telephone of the other organization.
    pub(super) telephone: Option<Telephone>,
    /// Until when she agreed.
    pub(super) agreed_until: Option<Moment>,
    /// Whether that time is over, and what she told is closed to us.
    pub(super) closed: bool,
    /// Whether the way to reach her was lost, and somebody waits for it.
    pub(super) contact_lost: bool,
    /// How far the erasure is.
    pub(super) erasure: Option<String>,
    /// Who of ours follows it.
    pub(super) follower: Option<String>,
    /// Whose word closed it, or that she says no.
    pub(super) confirmation: Option<String>,
    /// What those who took over say became of her need.
    pub(super) reported: Vec<String>,
    /// Whether the right was saved.
    pub(super) right: Option<Text>,
    /// What has become of the need, once it is closed.
    pub(super) need_end: Option<String>,
    /// The request of somebody else's that it passes on.
    pub(super) passes_on: Option<String>,
    /// The request of ours by which it is passed on.
    pub(super) passed_on: Option<String>,
    /// The references of our other requests for it, if it came back here.
    pub(super) came_back: Vec<String>,
}

impl StoryView {
    /// Says a story, for whoever reads it now.
    pub(super) fn of(story: &Story, services: &ServiceNames, clock: Clock) -> Self {
        let asked = story.proposal.as_ref().map(Asked::from);
        let card = story.card.as_ref();
        let contact = story.contact.as_ref();
        Self {
            row: RowView::of(&story.row, clock),
            asked: asked.map(|asked| asked.lines(clock)).unwrap_or_default(),
            contact: contact.map(card_lines).unwrap_or_default(),
            taken_back: taking_back::taken_back(&story.narrowable, Text("retirer-fait")),
            steps: story
                .steps
                .iter()
                .map(|s| StepView::of(s, &story.row, services, clock))
                .collect(),
            secrecy: card.map(|card| card.regime.label()),
            telephone: card.and_then(|card| card.telephone.as_deref()).map(Telephone::of),
            agreed_until: story
                .agreed_until
                .filter(|_| story.erasure.is_none())
                .map(|until| clock.day_of(until)),
            closed: story.erasure.is_none()
                && story.agreed_until.is_some_and(|until| until <= clock.now()),
            contact_lost: story.contact_lost,
            erasure: story.erasure.map(|erasure| erased(erasure, clock)),
            follower: story.follower.as_ref().map(|(_, name)| name.reveal().clone()),
            confirmation: match story.contested {
                true => Some(Confirmation::Contested.label()),
                false => story.confirmation.map(Coded::label),
            },
            reported: story.reported.map(reported).unwrap_or_default(),
            right: story.in_time.and_then(right),
            need_end: story.need.filter(|need| *need != NeedStatus::Open).map(Coded::label),
            passes_on: story.passes_on.map(|code| code.to_string()),
            passed_on: story.passed_on.map(|(code, _)| code.to_string()),
            came_back: story.came_back.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Says whether a right was saved, once it is known.
const fn right(in_time: InTime) -> Option<Text> {
    match in_time {
        InTime::Kept => Some(Text("parcours-nouvelles-a-temps")),
        InTime::Missed => Some(Text("parcours-nouvelles-trop-tard")),
        InTime::Unknown => None,
    }
}

/// Says what became of her need where it was passed on.
fn reported(report: NeedReport) -> Vec<String> {
    let NeedReport { class, hops, looped, in_time } = report;
    let class = class.map(Coded::label);
    let said = [
        class.map(|issue| say_with("parcours-nouvelles", [("issue", issue.into())])),
        (hops > 0).then(|| say_with("parcours-nouvelles-relais", [("nombre", hops.into())])),
        looped.then(|| say("parcours-nouvelles-cercle")),
        right(in_time).map(|text| text.to_string()),
    ];
    said.into_iter().flatten().collect()
}

fn erased(erasure: ErasureState, clock: Clock) -> String {
    match erasure {
        ErasureState::Local => Text("effacement-ici").to_string(),
        ErasureState::Awaited => Text("effacement-attendu").to_string(),
        ErasureState::Late(at) => {
            say_with("effacement-en-retard", [("quand", clock.moment(at).words.into())])
        }
        ErasureState::Attested { at, backups_gone } => {
            let about = [
                ("quand", clock.moment(at).words.into()),
                ("sauvegardes", clock.day_of(backups_gone).words.into()),
            ];
            say_with("effacement-atteste", about)
        }
    }
}
