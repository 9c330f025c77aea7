//! A3 `/equipe`: who is there, who acts for others, who answers for the team.

use std::future::{Ready, ready};
use std::iter::once;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use maillage_protocol::calendar::{Calendar, Day};
use maillage_protocol::id::{ProfessionalId, UnitId};
use maillage_protocol::private::Private;

use super::errors::PageError;
use super::filters;
use super::form::{Choice, LINE, Mistakes, Sent, Typed};
use super::layout::{Frame, Room, lead_to, page, page_again};
use super::refer::place::folded;
use super::refer::{Draft, DraftLine};
use super::{aside, session, square};
use crate::app::authority::{Admin, Teammate};
use crate::app::{Account, AccountError, AccountPerson};
use crate::facts::{Absence, Capability, Duty};
use crate::text::{Clock, Coded, Moment, Text, say};

#[derive(Template)]
#[template(path = "team/list.html")]
struct TeamPage {
    frame: Frame,
    team: Vec<ColleagueView>,
    /// Who is away today, in a line.
    away: String,
    /// Who is told today what was for them.
    standing_in: String,
    /// Whether nobody acts for those who are away.
    without_stand_in: bool,
    /// Whether whoever reads gives duties.
    administers: bool,
    /// Links that were not handed over yet.
    unfinished: Vec<DraftLine>,
    /// What somebody new may be given to do; nothing, for whoever may not give it.
    rights: Vec<Choice>,
    name: String,
    login: String,
    mistakes: Mistakes,
}

#[derive(Template)]
#[template(path = "team/one.html")]
struct ColleaguePage {
    frame: Frame,
    colleague: ColleagueView,
    first: String,
    last: String,
    today: String,
    /// What they may be given to do; nothing, for whoever may not give it.
    duties: Vec<Choice>,
    /// Who may take over what they follow, for whoever may close their account.
    heirs: Vec<Choice>,
    /// Whether whoever reads may give them a link to choose a password.
    administers: bool,
    mistakes: Mistakes,
}

/// A colleague, in words.
struct ColleagueView {
    id: String,
    name: String,
    duty: Option<String>,
    /// What they may do, if it is not simply to work.
    rights: Option<String>,
    /// Whether they have not chosen a password yet.
    awaited: bool,
    /// Whether the account is about to be closed, because nobody uses it.
    fading: bool,
    works: bool,
    absence: Option<AbsenceView>,
    /// Whether the mail server refuses their address.
    unreachable: bool,
    /// Whether it is whoever reads.
    own: bool,
}

/// What the last minute of a day lacks to the next one.
const MINUTE: Duration = Duration::from_secs(60);

/// A time when somebody is away, in words: its first and its last day.
struct AbsenceView {
    first: Moment,
    last: Moment,
    begun: bool,
}

impl ColleagueView {
    fn of(account: &Account, reader: ProfessionalId, clock: Clock) -> Self {
        let now = clock.now();
        let absence = account.absence.filter(|absence| now < absence.until);
        Self {
            id: account.id.to_string(),
            name: account.person.reveal().name.clone(),
            duty: account.duty.map(Coded::label),
            rights: rights(account),
            awaited: account.credential.is_none(),
            fading: account.warned.is_some(),
            works: account.works(),
            absence: absence.map(|absence| AbsenceView {
                first: clock.day_of(absence.from),
                last: clock.day_of(absence.until.before(MINUTE)),
                begun: absence.from <= now,
            }),
            unreachable: account.unreachable,
            own: account.id == reader,
        }
    }
}

/// Says what somebody may do, unless it is what everybody does.
fn rights(account: &Account) -> Option<String> {
    let [Capability::Work] = account.capabilities[..] else {
        let rights = account.capabilities.iter().map(|right| right.label());
        return Some(rights.collect::<Vec<_>>().join(", "));
    };
    None
}

/// The colleague that an address names.
pub(super) struct Named(ProfessionalId);

impl FromRequest for Named {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let named = request.match_info().get("compte").and_then(|id| id.parse().ok());
        ready(named.map(Self).ok_or(PageError::NotFound))
    }
}

/// Shows the team.
pub(super) async fn show(teammate: Teammate, frame: Frame) -> Result<HttpResponse, PageError> {
    page(&team(teammate, frame, &Typed::default(), Mistakes::default()).await?)
}

async fn team(
    teammate: Teammate,
    frame: Frame,
    typed: &Typed,
    mistakes: Mistakes,
) -> Result<TeamPage, PageError> {
    let (frame, reader) = (frame.in_room(Room::Team), teammate.member().id());
    let administers = Admin::of(teammate.member().clone()).is_some();
    let (mut team, drafts, standing_in) = aside(move || {
        let drafts = Draft::unfinished(teammate.member())?;
        Ok::<_, PageError>((teammate.team(), drafts, teammate.standing_in()))
    })
    .await?;
    team.sort_by_key(|account| folded(&account.person.reveal().name));
    let names = |is_one: &dyn Fn(&Account) -> bool| {
        let named = team.iter().filter(|account| is_one(account));
        named.map(|it| it.person.reveal().name.clone()).collect::<Vec<_>>().join(", ")
    };
    let now = frame.clock.now();
    let away = names(&|account| account.works() && account.is_away(now));
    let standing_in = names(&|account| standing_in.contains(&account.id));
    let without_stand_in = !team.iter().any(|account| account.duty == Some(Duty::StandIn));
    let ours = |draft: &DraftLine| draft.page.starts_with("/equipe/");
    let rights = if administers { Capability::all() } else { &[] };
    Ok(TeamPage {
        team: team.iter().map(|it| ColleagueView::of(it, reader, frame.clock)).collect(),
        administers,
        away,
        standing_in,
        without_stand_in,
        unfinished: drafts.into_iter().filter(ours).collect(),
        rights: typed.choices("droits", rights),
        name: typed.one("nom").to_owned(),
        login: typed.one("identifiant").to_owned(),
        mistakes,
        frame,
    })
}

/// Makes an account, and leads to the link that its owner is to be given.
pub(super) async fn add(admin: Admin, frame: Frame, sent: Sent) -> Result<HttpResponse, PageError> {
    let mut mistakes = Mistakes::default();
    let line = |field, absent, long| match sent.typed.text(field, LINE) {
        Ok(Some(text)) => Ok(text),
        Ok(None) => Err(absent),
        Err(_) => Err(long),
    };
    let name = line("nom", Text("equipe-nom-absent"), Text("equipe-nom-long"));
    let name = mistakes.take("nom", name);
    let (absent, long) = (Text("equipe-identifiant-absent"), Text("equipe-identifiant-long"));
    let login = mistakes.take("identifiant", line("identifiant", absent, long));
    let rights: Vec<_> = sent.typed.ticked::<Capability>("droits").into_iter().collect();
    match rights[..] {
        [] => mistakes.add("droits", Text("equipe-droits-absents")),
        [Capability::Audit] => {}
        _ if rights.contains(&Capability::Audit) => {
            mistakes.add("droits", Text("equipe-protection-seule"));
        }
        _ => {}
    }
    if mistakes.is_empty() {
        let (person, host) = (AccountPerson::new(&login, &name), admin.clone());
        let made = aside(move || match host.add_colleague(&person, rights) {
            Ok(link) => keep_link(&host, &person, link).map(Some),
            Err(AccountError::App(failure)) => Err(failure.into()),
            // Sent twice, or taken.
            Err(_) => Ok(kept_link(&host, &person)),
        });
        match made.await? {
            Some(page) => return Ok(lead_to(&page)),
            None => mistakes.add("identifiant", Text("equipe-identifiant-pris")),
        }
    }
    let teammate = Teammate::of(admin.member().clone()).ok_or(PageError::NotFound)?;
    page_again(&team(teammate, frame, &sent.typed, mistakes).await?)
}

/// Keeps a link until it was handed over. Returns the page that shows it.
fn keep_link(
    admin: &Admin,
    of: &AccountPerson,
    link: Private<String>,
) -> Result<String, PageError> {
    let (login, name) = (of.login.clone().into(), of.name.clone().into());
    let draft = Draft::Arrival { login, name, link }.keep(admin.member(), None)?;
    Ok(page_of_link(draft))
}

fn page_of_link(draft: UnitId) -> String {
    format!("/equipe/lien/{draft}")
}

/// Returns the page of a link that was made for the same person, and not handed over yet.
fn kept_link(admin: &Admin, of: &AccountPerson) -> Option<String> {
    let same = |draft: &UnitId| match Draft::read(admin.member(), *draft) {
        Ok(Draft::Arrival { login, name, .. }) => {
            *login.reveal() == of.login && *name.reveal() == of.name
        }
        _ => false,
    };
    admin.member().drafts().into_iter().rev().find(same).map(page_of_link)
}

/// Makes a link by which a colleague chooses another password.
pub(super) async fn renew_link(
    admin: Admin,
    Named(id): Named,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    let page = aside(move || {
        let account = admin.colleague(id).ok_or(PageError::NotFound)?;
        let link = admin.new_link(id).map_err(|refused| match refused {
            AccountError::App(failure) => failure.into(),
            _ => PageError::NotFound,
        })?;
        keep_link(&admin, account.person.reveal(), link)
    })
    .await?;
    Ok(lead_to(&page))
}

#[derive(Template)]
#[template(path = "team/link.html")]
struct LinkPage {
    frame: Frame,
    name: String,
    url: String,
    /// A drawing of the link. Escaped by nobody: it holds squares and nothing else.
    drawing: String,
    draft: String,
}

/// Shows a link until it was handed over.
pub(super) async fn show_link(
    admin: Admin,
    request: HttpRequest,
    frame: Frame,
    draft: web::Path<UnitId>,
) -> Result<HttpResponse, PageError> {
    let (frame, draft) = (frame.in_room(Room::Team), draft.into_inner());
    let kept = aside(move || Draft::read(admin.member(), draft)).await?;
    let Draft::Arrival { name, link, .. } = kept else { return Err(PageError::NotFound) };
    let public = &session::settings(&request).public_url;
    let url = format!("{}/arrivee/{}", public.trim_end_matches('/'), link.reveal());
    let (name, drawing) = (name.reveal().clone(), square::draw(&url));
    page(&LinkPage { frame, name, drawing, url, draft: draft.to_string() })
}

/// Forgets a link that was handed over.
pub(super) async fn hand_over(
    admin: Admin,
    draft: web::Path<UnitId>,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    aside(move || admin.member().drop_draft(draft.into_inner())).await?;
    Ok(lead_to("/equipe?fait=lien-remis"))
}

/// Closes an account.
pub(super) async fn close(
    admin: Admin,
    frame: Frame,
    Named(id): Named,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let heir = match sent.typed.one("relais") {
        "" => None,
        heir => Some(heir.parse().map_err(|_| PageError::NotFound)?),
    };
    let closer = admin.clone();
    let closed = aside(move || {
        let known = |heir| closer.colleague(heir).is_some_and(|heir| heir.works());
        if !heir.is_none_or(known) {
            return Err(PageError::NotFound);
        }
        Ok(closer.close(id, heir))
    });
    let refused = match closed.await? {
        Ok(()) => return Ok(lead_to("/equipe?fait=depart")),
        Err(AccountError::App(failure)) => return Err(failure.into()),
        Err(AccountError::LastAdmin) => Text("equipe-dernier"),
        Err(AccountError::Unknown | AccountError::LoginTaken) => return Err(PageError::NotFound),
    };
    let mut mistakes = Mistakes::default();
    mistakes.add("relais", refused);
    let teammate = Teammate::of(admin.member().clone()).ok_or(PageError::NotFound)?;
    page_again(&colleague(&teammate, frame, Named(id), &sent.typed, mistakes)?)
}

/// Shows one colleague.
pub(super) async fn show_one(
    teammate: Teammate,
    frame: Frame,
    named: Named,
) -> Result<HttpResponse, PageError> {
    page(&colleague(&teammate, frame, named, &Typed::default(), Mistakes::default())?)
}

fn colleague(
    teammate: &Teammate,
    frame: Frame,
    Named(id): Named,
    typed: &Typed,
    mistakes: Mistakes,
) -> Result<ColleaguePage, PageError> {
    let frame = frame.in_room(Room::Team);
    let (team, reader) = (teammate.team(), teammate.member().id());
    let account = team.iter().find(|account| account.id == id).ok_or(PageError::NotFound)?;
    let administers = Admin::of(teammate.member().clone()).is_some();
    let heirs = team.iter().filter(|heir| heir.works() && heir.id != id).map(|heir| Choice {
        value: heir.id.to_string(),
        label: heir.person.reveal().name.clone(),
        checked: typed.holds("relais", &heir.id.to_string()),
    });
    let stand_in = Choice {
        value: String::new(),
        label: say("equipe-relais-suppleance"),
        checked: typed.one("relais").is_empty(),
    };
    let closable = administers && id != reader;
    let none = Choice {
        value: String::new(),
        label: say("equipe-role-aucun"),
        checked: account.duty.is_none(),
    };
    let duties = Duty::all().iter().map(|duty| Choice {
        value: duty.code().to_owned(),
        label: duty.label(),
        checked: account.duty == Some(*duty),
    });
    let view = ColleagueView::of(account, reader, frame.clock);
    let known = view.absence.as_ref();
    Ok(ColleaguePage {
        first: day_of(typed, "du", known.map(|absence| &absence.first)),
        last: day_of(typed, "au", known.map(|absence| &absence.last)),
        today: frame.clock.today().to_string(),
        duties: once(none).chain(duties).filter(|_| administers && account.works()).collect(),
        heirs: once(stand_in).chain(heirs).filter(|_| closable).collect(),
        administers,
        mistakes,
        colleague: view,
        frame,
    })
}

/// Returns the day that was typed, or the one that is known.
fn day_of(typed: &Typed, field: &str, known: Option<&Moment>) -> String {
    match (typed.one(field), known) {
        ("", Some(known)) => known.machine.clone(),
        (typed, _) => typed.to_owned(),
    }
}

/// Writes down that a colleague will be away.
pub(super) async fn set_absence(
    teammate: Teammate,
    frame: Frame,
    named: Named,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let mut mistakes = Mistakes::default();
    let absence = absence(&sent.typed, frame.clock, &mut mistakes);
    let page = colleague(&teammate, frame, Named(named.0), &sent.typed, mistakes)?;
    let Some(absence) = absence else { return page_again(&page) };
    aside(move || teammate.set_absence(named.0, Some(absence))).await?;
    Ok(lead_to("/equipe?fait=absence-notee"))
}

fn absence(typed: &Typed, clock: Clock, mistakes: &mut Mistakes) -> Option<Absence> {
    let day = |field, missing| match typed.one(field) {
        "" => Err(missing),
        day => day.parse::<Day>().map(Some).map_err(|_| Text("jour-illisible")),
    };
    let first = mistakes.take("du", day("du", Text("equipe-premier-absent")));
    let last = mistakes.take("au", day("au", Text("equipe-dernier-absent")));
    let (first, last) = (first?, last?);
    if last < first {
        mistakes.add("au", Text("equipe-a-l-envers"));
    } else if last < clock.today() {
        mistakes.add("au", Text("equipe-jour-passe"));
    }
    let from = Calendar::Metropolitan.at(first, 0, 0)?;
    let until = Calendar::Metropolitan.end_of(last).after(MINUTE);
    mistakes.is_empty().then_some(Absence { from, until })
}

/// Writes down that a colleague is there after all.
pub(super) async fn end_absence(
    teammate: Teammate,
    frame: Frame,
    Named(id): Named,
    _: Sent,
) -> Result<HttpResponse, PageError> {
    colleague(&teammate, frame, Named(id), &Typed::default(), Mistakes::default())?;
    aside(move || teammate.set_absence(id, None)).await?;
    Ok(lead_to("/equipe?fait=retour"))
}

/// Gives a colleague a duty, or none.
pub(super) async fn give_duty(
    admin: Admin,
    Named(id): Named,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let duty = match sent.typed.one("role") {
        "" => None,
        code => Some(Duty::from_code(code).ok_or(PageError::NotFound)?),
    };
    aside(move || match admin.colleague(id) {
        Some(colleague) if colleague.works() => Ok(admin.give_duty(id, duty)?),
        _ => Err(PageError::NotFound),
    })
    .await?;
    Ok(lead_to("/equipe?fait=role"))
}
