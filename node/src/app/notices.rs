//! Which mails are to go out now: what waits for somebody, less what they were sent already. Nothing
//! is queued: a request that was opened meanwhile is written to nobody, and a crash repeats one mail
//! at most.

use std::sync::Arc;
use std::time::Duration;

use maillage_protocol::calendar::Calendar;
use maillage_protocol::codes::Urgency;
use maillage_protocol::id::ProfessionalId;
use maillage_protocol::private::Private;
use maillage_protocol::referral::{Act as TurnAct, Author, Status};
use maillage_protocol::time::{DAY, HOUR, Timestamp};

use super::cases::{Case, Reminded};
use super::jobs::late;
use super::state::State;
use super::team::Tier;
use super::views::is_unopened;
use super::{Account, App, AppError, ShortCode};
use crate::facts::{Act, FactContent, MailChoice, Notice};

/// The hour of the mail of the day.
const MORNING: u8 = 8;
/// How late the mail of the day may leave, if the node was stopped.
const STILL_MORNING: Duration = HOUR.saturating_mul(4);
/// How long news is news: whoever was not told by then reads it on the screen.
const NEWS: Duration = DAY.saturating_mul(7);

/// A mail that is to go out.
#[derive(Clone, Debug)]
pub struct DueMail {
    /// For whom.
    pub to: ProfessionalId,
    /// Where it reaches them.
    pub address: Private<String>,
    /// What it says.
    pub notice: Notice,
    /// The referral that it is about, if it is about one.
    pub code: Option<ShortCode>,
    /// Whether we still have to say yes or no to it.
    pub asked: bool,
    /// Whether a right may be lost.
    pub urgent: bool,
    /// How many referrals wait for whoever reads it.
    pub waiting: usize,
    /// When it is written.
    pub at: Timestamp,
}

impl App {
    /// Returns the mails that are to go out now. By a clock that the peers contradict, none is.
    #[must_use]
    pub fn due_mails(&self) -> Vec<DueMail> {
        if self.doubts_its_clock() {
            return Vec::new();
        }
        let now = self.now();
        let mut due = Vec::new();
        for case in self.told_cases() {
            let state = self.state();
            for (notice, to) in wanted(&state, &case, now) {
                let unwritten = to.into_iter().filter(|to| case.has_mailed(*to, notice).is_none());
                due.extend(unwritten.filter_map(|to| {
                    let account = state.accounts.active(to)?;
                    let mail = mail_for(account, MailChoice::AtOnce, notice, now)?;
                    Some(DueMail { asked: is_asked(&case), urgent: is_urgent(&case), ..mail })
                }));
            }
        }
        due.extend(self.digests(now));
        due
    }

    /// Returns the referrals of which somebody may have to be told something.
    fn told_cases(&self) -> Vec<Arc<Case>> {
        let state = self.state();
        let asked = state.cases.values().filter(|case| case.proposal.is_some());
        let tells = |case: &&Arc<Case>| {
            let waits = case.referral.turn().is_some() || !case.reminders.is_empty();
            case.news.is_some() || case.handed.is_some() || waits || is_given_up(case)
        };
        asked.filter(tells).cloned().collect()
    }

    /// Returns the mails of the day, on the morning of a working day.
    fn digests(&self, now: Timestamp) -> Vec<DueMail> {
        let calendar = self.state().practice.calendar;
        let Some(since) = morning(now, calendar) else { return Vec::new() };
        let readers: Vec<_> = {
            let state = self.state();
            let present = state.accounts.present(now);
            let new = present.filter(|account| account.digested != since);
            new.filter_map(|it| mail_for(it, MailChoice::Digest, Notice::Digest { since }, now))
                .collect()
        };
        if readers.is_empty() {
            return readers;
        }
        let cases = self.told_cases();
        let counted = readers.into_iter().map(|mail| {
            let waits = |case: &&Arc<Case>| {
                let state = self.state();
                let told = wanted(&state, case, now).into_iter();
                state.is_ours(case, now) || told.flat_map(|(_, to)| to).any(|to| to == mail.to)
            };
            DueMail { waiting: cases.iter().filter(waits).count(), ..mail }
        });
        counted.filter(|mail| mail.waiting > 0).collect()
    }

    /// Writes down that the mail server took a mail, or refused it for good.
    pub fn mailed(&self, mail: &DueMail, refused: bool) -> Result<(), AppError> {
        let (to, notice) = (mail.to, mail.notice);
        let act = Act::Mailed { to, notice, refused, at: self.now() };
        self.record(None, &act, &FactContent::default())?;
        Ok(())
    }
}

/// Returns what is to be told about a referral, and to whom.
fn wanted(state: &State, case: &Case, now: Timestamp) -> Vec<(Notice, Vec<ProfessionalId>)> {
    let (referral, accounts) = (case.id, &state.accounts);
    let mut wanted = Vec::new();
    if is_unopened(case) {
        let since = case.referral.deciding_since();
        let team = accounts.told(Tier::Team, None, now);
        wanted.push((Notice::Request { referral, since }, team));
    } else if let (Some(since), Some(_)) = (case.news, case.followed_by)
        // Who never spoke of it has nothing to follow.
        && now.since(since) < NEWS
    {
        let follower = accounts.told(Tier::Follower, case.followed_by, now);
        wanted.push((Notice::News { referral, since }, follower));
    }
    if let Some(since) = case.handed.filter(|since| now.since(*since) < NEWS) {
        let follower = accounts.told(Tier::Follower, case.followed_by, now);
        wanted.push((Notice::Handed { referral, since }, follower));
    }
    if is_given_up(case) && state.is_ours(case, now) {
        let follower = accounts.told(Tier::Follower, case.followed_by, now);
        wanted.push((Notice::Next { referral, since: case.ended }, follower));
    }
    if !case.reminders.is_empty() {
        let late = late(state, case, now);
        let is_so = |told: &&Reminded| late.contains(&(told.what, told.since));
        let mut heard: Vec<ProfessionalId> = Vec::new();
        // Of what is late in one referral, each hears the last thing only.
        for told in case.reminders.iter().rev().filter(is_so) {
            let mut to = accounts.hearers(case, told, now);
            to.retain(|colleague| !heard.contains(colleague));
            heard.extend(&to);
            let notice = Notice::Late { referral, what: told.what, since: told.since };
            wanted.push((notice, to));
        }
    }
    wanted
}

/// Tells whether time alone ended a request: nobody said anything, and somebody has to choose.
fn is_given_up(case: &Case) -> bool {
    case.side == Author::Sender && case.referral.status() == Status::Expired
}

fn mail_for(
    account: &Account,
    choice: MailChoice,
    notice: Notice,
    at: Timestamp,
) -> Option<DueMail> {
    let address = account.person.reveal().address().filter(|_| account.mail == choice)?;
    Some(DueMail {
        to: account.id,
        address: address.to_owned().into(),
        notice,
        code: notice.referral().map(ShortCode::of),
        asked: false,
        urgent: false,
        waiting: 0,
        at,
    })
}

fn is_asked(case: &Case) -> bool {
    let act = case.referral.turn().map(|turn| turn.act);
    case.side == Author::Receiver && matches!(act, Some(TurnAct::Open | TurnAct::Decide))
}

fn is_urgent(case: &Case) -> bool {
    case.proposal.as_ref().is_some_and(|asked| asked.urgency == Urgency::RightAtRisk)
}

/// Returns when the morning of a working day began, while it lasts.
fn morning(now: Timestamp, calendar: Calendar) -> Option<Timestamp> {
    let today = calendar.day(now);
    let began = calendar.at(today, MORNING, 0).filter(|_| calendar.is_worked(today))?;
    (began <= now && now < began.after(STILL_MORNING)).then_some(began)
}

#[cfg(test)]
mod tests {
    use maillage_protocol::codes::FirstContact;
    use maillage_protocol::referral::Command;

    use super::*;
    use crate::app::Texts;
    use crate::app::tests::{NADIA, Pair, hire, propose, propose_once, request, wait};
    use crate::facts::Duty;

    /// Sends what is to go out, and returns it.
    fn post(app: &App) -> Vec<(ProfessionalId, Notice)> {
        let due = app.due_mails();
        due.iter().for_each(|mail| app.mailed(mail, false).unwrap());
        assert!(app.due_mails().is_empty(), "it went out");
        due.iter().map(|mail| (mail.to, mail.notice)).collect()
    }

    #[test]
    fn a_request_is_written_about_once_and_not_at_all_once_it_was_opened() {
        let mut pair = Pair::linked();
        let karim = hire(&pair.b, "karim", None);
        hire(&pair.b, "rose", Some(Duty::Referent));
        let first = propose(&pair);
        pair.exchange();
        let mails = post(&pair.b);
        assert!(matches!(mails[..], [(to, Notice::Request { referral, .. })]
            if to == karim && referral == first));
        pair.restart();
        assert!(pair.b.due_mails().is_empty());
        let second = propose_once(&pair.a, pair.b.node(), 3);
        pair.exchange();
        let open = |who| {
            pair.b.say(Some(who), Author::Receiver, second, Command::Open, Texts::default(), None)
        };
        open(karim).unwrap();
        assert!(pair.b.due_mails().is_empty(), "somebody opened it before the mail went out");
    }

    #[test]
    fn an_answer_is_written_about_to_whoever_asked_until_it_is_read() {
        let pair = Pair::linked();
        let nadia = hire(&pair.a, "nadia", None);
        hire(&pair.a, "ines", None);
        let peer = pair.b.node();
        let asked = pair.a.propose(nadia, request(peer), [4; 16]).unwrap();
        pair.exchange();
        let id = asked.referral;
        assert!(pair.a.due_mails().is_empty(), "that it arrived is no answer");
        let say = |command| {
            let texts = Texts::default();
            pair.b.say(None, Author::Receiver, id, command, texts, None).unwrap();
            pair.exchange();
        };
        say(Command::Open);
        assert!(pair.a.due_mails().is_empty(), "nor that it was opened");
        say(Command::Accept);
        let mails = post(&pair.a);
        assert!(matches!(mails[..], [(to, Notice::News { .. })] if to == nadia));
        wait(&pair, 1);
        say(Command::Start(FirstContact::Met));
        pair.a.open_story(nadia, id).unwrap().unwrap();
        assert!(pair.a.due_mails().is_empty(), "it was read before the mail went out");
    }

    #[test]
    fn what_is_late_is_written_to_those_who_are_to_hear_it() {
        let pair = Pair::linked();
        let karim = hire(&pair.b, "karim", None);
        let hugo = hire(&pair.b, "hugo", Some(Duty::StandIn));
        pair.b.choose_mail(karim, None, MailChoice::Never).unwrap();
        let id = propose(&pair);
        pair.exchange();
        assert!(post(&pair.b).is_empty(), "karim wants none");
        wait(&pair, 3);
        pair.b.tick(&[id]).unwrap();
        let mails = post(&pair.b);
        assert!(matches!(mails[..], [(to, Notice::Late { .. })] if to == hugo));
        let row = &pair.b.worklist().unwrap().to_answer[0];
        let told: Vec<_> = row.told.iter().map(|told| (told.id, told.mailed)).collect();
        assert_eq!(told, [(karim, false), (hugo, true)]);
    }

    #[test]
    fn the_mail_of_the_day_leaves_on_the_morning_of_a_working_day() {
        let mut pair = Pair::linked();
        let karim = hire(&pair.b, "karim", None);
        let address = Some("k@epn.example".to_owned());
        pair.b.choose_mail(karim, address, MailChoice::Digest).unwrap();
        let nothing = pair.b.due_mails();
        assert!(nothing.is_empty(), "nothing waits");
        propose(&pair);
        pair.exchange();
        // It is Monday, 9 h.
        let mails = pair.b.due_mails();
        assert_eq!(mails.iter().map(|mail| mail.waiting).collect::<Vec<_>>(), [1]);
        assert_eq!(mails[0].address.reveal(), "k@epn.example");
        assert!(matches!(post(&pair.b)[..], [(_, Notice::Digest { .. })]));
        pair.restart();
        assert!(pair.b.due_mails().is_empty());
        for (days, mails) in [(1, 1), (1, 1), (1, 1), (1, 1), (1, 0), (1, 0), (1, 1)] {
            wait(&pair, days);
            assert_eq!(post(&pair.b).len(), mails);
        }
        pair.epn.env.advance(DAY.saturating_sub(HOUR.saturating_mul(2)));
        assert!(pair.b.due_mails().is_empty(), "it is 7 h");
        pair.epn.env.advance(HOUR.saturating_mul(6));
        assert!(pair.b.due_mails().is_empty(), "it is 13 h: too late for a morning");
    }

    #[test]
    fn an_address_that_is_refused_is_seen_until_it_changes() {
        let pair = Pair::linked();
        let karim = hire(&pair.b, "karim", None);
        propose(&pair);
        pair.exchange();
        let due = pair.b.due_mails();
        pair.b.mailed(&due[0], true).unwrap();
        assert!(pair.b.account(karim).unwrap().unreachable);
        assert!(pair.b.due_mails().is_empty(), "it is not sent again and again");
        pair.b.choose_mail(karim, Some("k@epn.example".to_owned()), MailChoice::AtOnce).unwrap();
        let due = pair.b.due_mails();
        let addresses: Vec<_> = due.iter().map(|mail| mail.address.reveal().as_str()).collect();
        assert_eq!(addresses, ["k@epn.example"], "what still waits goes to the new address");
        let account = pair.b.account(karim).unwrap();
        assert!(!account.unreachable);
        assert_eq!(account.person.reveal().address(), Some("k@epn.example"));
        assert_eq!(account.person.reveal().name, "karim");
    }

    #[test]
    fn old_news_is_written_to_nobody() {
        let mut pair = Pair::linked();
        let nadia = hire(&pair.a, "nadia", None);
        hire(&pair.a, "ines", Some(Duty::StandIn));
        let asked = pair.a.propose(nadia, request(pair.b.node()), [4; 16]).unwrap();
        pair.exchange();
        let say = |command| {
            let texts = Texts::default();
            pair.b.say(None, Author::Receiver, asked.referral, command, texts, None).unwrap();
            pair.exchange();
        };
        say(Command::Accept);
        let mails = pair.a.due_mails();
        assert_eq!(mails.len(), 1);
        say(Command::Start(FirstContact::Met));
        let more = pair.a.due_mails();
        assert_eq!(more.len(), 1);
        assert_eq!(more[0].notice, mails[0].notice, "one mail until it is read");
        wait(&pair, 7);
        assert!(pair.a.due_mails().is_empty(), "a mail server that comes later finds nothing");
        pair.a.leave(nadia, None).unwrap();
        pair.restart();
        assert!(pair.a.due_mails().is_empty(), "nor does who stands in");
    }

    #[test]
    fn who_is_given_a_referral_is_told_until_they_read_it() {
        let mut pair = Pair::linked();
        let nadia = hire(&pair.a, "nadia", None);
        let ines = hire(&pair.a, "ines", None);
        let asked = pair.a.propose(nadia, request(pair.b.node()), [4; 16]).unwrap();
        pair.exchange();
        assert!(pair.a.hand_on(nadia, asked.referral, ines).unwrap());
        assert!(!pair.a.hand_on(nadia, asked.referral, NADIA).unwrap(), "nobody of here");
        for _restarted in 0..2 {
            let mails = pair.a.due_mails();
            let handed = |mail: &DueMail| matches!(mail.notice, Notice::Handed { .. });
            assert!(matches!(&mails[..], [mail] if mail.to == ines && handed(mail)), "{mails:?}");
            pair.restart();
        }
        pair.a.open_story(nadia, asked.referral).unwrap();
        assert_eq!(pair.a.due_mails().len(), 1, "somebody else's reading changes nothing");
        pair.a.open_story(ines, asked.referral).unwrap();
        assert!(pair.a.due_mails().is_empty());
        // What comes is for her.
        let accept = Command::Accept;
        pair.b.say(None, Author::Receiver, asked.referral, accept, Texts::default(), None).unwrap();
        pair.exchange();
        let mails = pair.a.due_mails();
        assert!(matches!(mails[..], [DueMail { to, .. }] if to == ines), "{mails:?}");
        // Whoever takes it for themselves is told nothing.
        assert!(pair.a.hand_on(nadia, asked.referral, nadia).unwrap());
        let mails = pair.a.due_mails();
        assert!(mails.iter().all(|mail| matches!(mail.notice, Notice::News { .. })), "{mails:?}");
    }

    #[test]
    fn news_for_somebody_who_left_is_for_whoever_stands_in() {
        let mut pair = Pair::linked();
        let nadia = hire(&pair.a, "nadia", None);
        let ines = hire(&pair.a, "ines", Some(Duty::StandIn));
        let asked = pair.a.propose(nadia, request(pair.b.node()), [4; 16]).unwrap();
        pair.exchange();
        pair.a.leave(nadia, None).unwrap();
        let accept = Command::Accept;
        pair.b.say(None, Author::Receiver, asked.referral, accept, Texts::default(), None).unwrap();
        pair.exchange();
        for _restarted in 0..2 {
            let mails = pair.a.due_mails();
            assert!(matches!(mails[..], [DueMail { to, .. }] if to == ines), "{mails:?}");
            pair.restart();
        }
    }

    #[test]
    fn who_reads_the_mail_of_the_day_hears_of_answers_too() {
        let pair = Pair::linked();
        let nadia = hire(&pair.a, "nadia", None);
        let ines = hire(&pair.a, "ines", None);
        for reader in [nadia, ines] {
            pair.a.choose_mail(reader, None, MailChoice::Digest).unwrap();
        }
        let asked = pair.a.propose(nadia, request(pair.b.node()), [4; 16]).unwrap();
        pair.exchange();
        let accept = Command::Accept;
        pair.b.say(None, Author::Receiver, asked.referral, accept, Texts::default(), None).unwrap();
        pair.exchange();
        pair.exchange();
        let mails = pair.a.due_mails();
        let told: Vec<_> = mails.iter().map(|mail| (mail.to, mail.waiting)).collect();
        assert_eq!(told, [(nadia, 1)], "it is nobody's turn here, and an answer for nadia");
    }

    #[test]
    fn who_asked_hears_that_nobody_answered() {
        let pair = Pair::linked();
        let nadia = hire(&pair.a, "nadia", None);
        let asked = pair.a.propose(nadia, request(pair.b.node()), [4; 16]).unwrap();
        pair.exchange();
        wait(&pair, 60);
        pair.a.tick(&[asked.referral]).unwrap();
        assert_eq!(pair.a.referral(asked.referral).unwrap().status(), Status::Expired);
        let mails = post(&pair.a);
        assert!(matches!(mails[..], [(to, Notice::Next { .. })] if to == nadia), "{mails:?}");
    }

    #[test]
    fn what_was_for_somebody_who_is_gone_is_for_somebody_else() {
        let pair = Pair::linked();
        let karim = hire(&pair.b, "karim", None);
        let hugo = hire(&pair.b, "hugo", Some(Duty::StandIn));
        let id = propose(&pair);
        pair.exchange();
        for command in [Command::Open, Command::Accept] {
            let texts = Texts::default();
            pair.b.say(Some(karim), Author::Receiver, id, command, texts, None).unwrap();
        }
        pair.exchange();
        pair.exchange();
        wait(&pair, 20);
        pair.b.tick(&[id]).unwrap();
        let to = |app: &App| app.due_mails().iter().map(|mail| mail.to).collect::<Vec<_>>();
        assert_eq!(to(&pair.b), [karim]);
        pair.b.leave(karim, None).unwrap();
        assert_eq!(to(&pair.b), [hugo]);
        let told = |app: &App| {
            let lists = app.worklist().unwrap();
            let rows = lists.to_clarify.iter().chain(&lists.to_answer);
            rows.flat_map(|row| &row.told).map(|told| told.id).collect::<Vec<_>>()
        };
        assert_eq!(told(&pair.b), [hugo]);
    }
}
