//! She agrees again, to the same, for longer: a new consent that names the first. What she took back
//! stays taken back, and nothing is added (consent.md §5).

use maillage_protocol::body::{Payload, Thread};
use maillage_protocol::consent::{
    Agreement, CollectionPlace, Consent, ConsentReceipt, Gesture, Notice, PersonalCode, Purpose,
    Validity,
};
use maillage_protocol::id::{ConsentId, ProfessionalId, ReferralId};
use maillage_protocol::referral::{Author, Reminder};
use maillage_protocol::time::{DAY, Timestamp};

use super::App;
use super::cases::Case;
use super::refer::{GRACE, Proposed};
use super::saying::{SayError, assemble, thread_of, told};
use super::turns::Subject;
use crate::env::random;
use crate::facts::{Act, FactContent, Said};

/// The end of a consent is told so long before: a third of its time, and thirty days at most.
const TOLD_BEFORE: std::time::Duration = DAY.saturating_mul(30);

/// How she agrees again.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// How she said yes.
    pub gesture: Gesture,
    /// Where.
    pub place: CollectionPlace,
    /// What was read to her.
    pub notice: Notice,
    /// For how long, from now.
    pub validity: Validity,
}

/// Returns since when the end of what she agreed to is near, if it is for us to ask her again: the
/// organization that wrote the request does, as long as somebody may still help.
pub(super) fn ends_soon(case: &Case, now: Timestamp) -> Option<Timestamp> {
    let consent = renewable(case, now)?;
    let scope = &consent.grant().scope;
    let whole = scope.expires.since(scope.not_before);
    let before = whole.checked_div(3).unwrap_or_default().min(TOLD_BEFORE);
    let since = scope.not_before.after(whole.saturating_sub(before));
    (since <= now).then_some(since)
}

/// Returns what may be renewed: once the other side may have destroyed what it was told, it is too
/// late.
fn renewable(case: &Case, now: Timestamp) -> Option<&Consent> {
    let open = case.referral.turn().is_some() && !case.erased && !case.referral.person.has_left();
    let kept = |consent: &&Consent| now < consent.grant().scope.expires.after(GRACE);
    case.consent().filter(kept).filter(|_| open && case.side == Author::Sender)
}

/// Returns what our team is told about the end of a consent.
pub(super) fn reminder(case: &Case, now: Timestamp) -> Option<(Reminder, Timestamp)> {
    ends_soon(case, now).map(|since| (Reminder::ConsentEnds, since))
}

impl App {
    /// Writes down that she agrees to the same for longer, and tells the other side.
    pub(super) fn renew(
        &self,
        who: ProfessionalId,
        referral: ReferralId,
        renewal: Renewal,
        once: [u8; 16],
    ) -> Result<Proposed, SayError> {
        if self.doubts_its_clock() {
            return Err(SayError::WrongClock);
        }
        let code = PersonalCode::from_random(random(&*self.env));
        let receipt = self.turns.take(Subject::Referral(referral), || {
            if self.already(&once).is_some() {
                return Ok(None);
            }
            let case = self.case(referral).ok_or(SayError::Unknown)?;
            if case.erased {
                return Err(SayError::Erased);
            }
            let before = renewable(&case, self.now()).ok_or(SayError::NoOpenNeed)?;
            let consent = self.agreement_again(who, before, renewal, &code)?;
            let thread = Thread { consent: Some(consent.id()), ..thread_of(&case) };
            let word = told(case.peer, Payload::of_consent(&consent, thread), &consent, None, 0)?;
            let mut said = Said {
                referral,
                peer: case.peer,
                side: case.side,
                unit: case.unit,
                words: Vec::new(),
                who: Some(who),
                outgoing: Vec::new(),
                opens: None,
                lookup: Some(code.lookup().0),
                once: Some(once),
                again: false,
            };
            let mut hidden = FactContent::default();
            assemble(&mut said, &mut hidden, [word]);
            let evidence = self.safe.evidence(self.now())?;
            let record = self.fact(Some(evidence), &Act::Said(Box::new(said)), &hidden)?;
            self.append(&[record])?;
            let receipt = ConsentReceipt::sign(consent.grant(), self.node(), &self.sig());
            Ok::<_, SayError>(Some(receipt.expect("a grant holds codes, dates and identifiers")))
        })?;
        // What waited for her agreement waits no more.
        self.react(referral)?;
        // Said before, its code was given then.
        Ok(Proposed { referral, code: receipt.map(|_| code), receipt })
    }

    fn agreement_again(
        &self,
        who: ProfessionalId,
        before: &Consent,
        renewal: Renewal,
        code: &PersonalCode,
    ) -> Result<Consent, SayError> {
        let id = ConsentId::from_random(random(&*self.env));
        let grant = before.grant();
        let receiver = grant.scope.receivers.first().copied().ok_or(SayError::Unknown)?;
        let mut purposes = grant.scope.purposes.clone();
        if !before.allows_counting() {
            purposes.remove(&Purpose::AnonymousStatistics);
        }
        let agreement = Agreement {
            id,
            referral: grant.referral,
            subject: grant.subject,
            notice: renewal.notice,
            purposes,
            categories: before.categories(),
            receiver,
            host: grant.scope.receivers.get(1).copied(),
            service: grant.scope.service,
            feedback: grant.feedback,
            basis: grant.basis,
            validity: renewal.validity,
            place: renewal.place,
            agent: who,
            askable: grant.askable,
            discreet: grant.discreet,
            code: code.commitment(id),
            renews: Some(grant.renews.unwrap_or(grant.id)),
        };
        let again = Consent::given(agreement, renewal.gesture, self.now())?;
        if again.grant().scope.expires <= grant.scope.expires {
            return Err(SayError::NotLonger);
        }
        Ok(again)
    }
}

#[cfg(test)]
mod tests {
    use maillage_protocol::body::{Channel, Side};
    use maillage_protocol::consent::{FeedbackLevel, WithdrawalScope};
    use maillage_protocol::disclosure::Category;
    use maillage_protocol::referral::{Command, Status};

    use super::*;
    use crate::app::tests::{NADIA, Pair, deliver, request, wait};
    use crate::app::{Request, Texts};

    const PHONE: WithdrawalScope = WithdrawalScope::Item { item: Category::Phone };

    fn again(pair: &Pair, validity: Validity) -> Renewal {
        let request = request(pair.b.node());
        let (gesture, place) = (Gesture::Screen, request.place);
        Renewal { gesture, place, notice: request.notice, validity }
    }

    fn says(pair: &Pair, by: Author, id: ReferralId, command: Command) {
        let app = if by == Author::Receiver { &pair.b } else { &pair.a };
        app.say(None, by, id, command, Texts::default(), None).unwrap();
        pair.exchange();
    }

    fn asked(pair: &Pair) -> (ReferralId, PersonalCode) {
        let proposed = pair.a.propose(NADIA, request(pair.b.node()), [1; 16]).unwrap();
        pair.exchange();
        (proposed.referral, proposed.code.unwrap())
    }

    fn phone_at(app: &App, id: ReferralId) -> bool {
        let card = app.story(id).unwrap().unwrap().contact;
        card.is_some_and(|card| matches!(card.contact.channel, Some(Channel::Phone { .. })))
    }

    #[test]
    fn she_agrees_to_the_same_for_longer_and_help_goes_on() {
        let mut pair = Pair::linked();
        let (id, first_code) = asked(&pair);
        says(&pair, Author::Receiver, id, Command::Accept);
        // A month before the end, and no earlier, somebody is told to ask her.
        let near = |pair: &Pair| {
            pair.a.retain(false).unwrap();
            let story = pair.a.story(id).unwrap().unwrap();
            (story.renewable, story.row.reminder == Some(Reminder::ConsentEnds))
        };
        wait(&pair, 151);
        assert_eq!(near(&pair), (false, false));
        wait(&pair, 1);
        assert_eq!(near(&pair), (true, true));
        assert!(!pair.b.story(id).unwrap().unwrap().renewable, "who helps did not ask for her");
        wait(&pair, 31);
        assert!(!phone_at(&pair.b, id), "it is over");
        let renewal = again(&pair, Validity::HalfYear);
        let renewed = pair.a.renew(NADIA, id, renewal.clone(), [2; 16]).unwrap();
        let twice = pair.a.renew(NADIA, id, renewal, [2; 16]).unwrap();
        assert_eq!((twice.referral, twice.code.is_none()), (id, true));
        pair.exchange();
        let codes = [first_code, renewed.code.unwrap()];
        for _restarted in 0..2 {
            assert!(phone_at(&pair.b, id));
            assert_eq!(near(&pair), (false, false));
            for code in &codes {
                assert_eq!(pair.a.referral_of(code), Some(id));
                let (consent, said) = pair.a.proof_of_issue(&code.lookup().0).unwrap();
                assert_eq!(code.commitment(consent), said);
            }
            pair.restart();
        }
        wait(&pair, 181);
        pair.b.retain(false).unwrap();
        assert!(phone_at(&pair.b, id), "half a year from the day of the second yes");
        wait(&pair, 1);
        assert!(!phone_at(&pair.b, id));
        pair.b.retain(false).unwrap();
        wait(&pair, 30);
        pair.b.retain(false).unwrap();
        pair.exchange();
        assert!(pair.b.case(id).unwrap().erased);
        let over = pair.a.renew(NADIA, id, again(&pair, Validity::Month), [3; 16]);
        assert!(matches!(over, Err(SayError::NoOpenNeed)), "{over:?}");
    }

    #[test]
    fn nobody_agrees_in_her_place_at_the_other_end() {
        let pair = Pair::linked();
        let (id, _) = asked(&pair);
        let case = pair.a.case(id).unwrap();
        let before = case.consent().unwrap();
        let code = PersonalCode::from_random([8; 10]);
        let longer = again(&pair, Validity::Year);
        let longer = pair.b.agreement_again(NADIA, before, longer, &code).unwrap();
        let thread = Thread { consent: Some(longer.id()), ..thread_of(&case) };
        let said = Payload::of_consent(&longer, thread).skeleton;
        for (by, longer) in [(Side::Receiver, false), (Side::Sender, true)] {
            let mut heard = (*case).clone();
            heard.hear(&said, by);
            assert_eq!(heard.consent().unwrap().id() != before.id(), longer);
        }
    }

    #[test]
    fn what_waited_for_her_agreement_is_told_once_she_renewed_it() {
        let pair = Pair::linked();
        let (id, _) = asked(&pair);
        wait(&pair, 183);
        // It was accepted after the end: nothing may be told.
        pair.b.say(None, Author::Receiver, id, Command::Accept, Texts::default(), None).unwrap();
        pair.exchange();
        assert!(!phone_at(&pair.b, id));
        pair.a.renew(NADIA, id, again(&pair, Validity::Month), [2; 16]).unwrap();
        pair.exchange();
        assert!(phone_at(&pair.b, id));
        assert_eq!(pair.a.referral(id).unwrap().status(), Status::Accepted);
    }

    #[test]
    fn what_travelled_over_the_end_is_told_again_once_she_renewed_it() {
        let pair = Pair::linked();
        let (id, _) = asked(&pair);
        wait(&pair, 181);
        pair.b.say(None, Author::Receiver, id, Command::Accept, Texts::default(), None).unwrap();
        deliver(&pair.b, &pair.a);
        assert!(pair.a.referral(id).unwrap().sender.disclosed.is_some());
        wait(&pair, 3);
        pair.a.renew(NADIA, id, again(&pair, Validity::Month), [2; 16]).unwrap();
        pair.exchange();
        assert!(phone_at(&pair.b, id));
    }

    #[test]
    fn a_clock_that_is_a_little_behind_refuses_nothing() {
        let pair = Pair::linked();
        pair.ccas.env.advance(std::time::Duration::from_secs(90));
        let (id, _) = asked(&pair);
        says(&pair, Author::Receiver, id, Command::Accept);
        assert!(phone_at(&pair.b, id));
        wait(&pair, 182);
        pair.a.renew(NADIA, id, again(&pair, Validity::Month), [2; 16]).unwrap();
        pair.exchange();
        assert!(phone_at(&pair.b, id));
        pair.same_referral(id);
    }

    #[test]
    fn who_chose_yes_or_no_alone_is_asked_too_and_never_for_less() {
        let pair = Pair::linked();
        let request = Request { feedback: FeedbackLevel::DecisionOnly, ..request(pair.b.node()) };
        let id = pair.a.propose(NADIA, request, [1; 16]).unwrap().referral;
        pair.exchange();
        says(&pair, Author::Receiver, id, Command::Accept);
        wait(&pair, 152);
        pair.a.retain(false).unwrap();
        let row = pair.a.story(id).unwrap().unwrap().row;
        assert_eq!(row.reminder, Some(Reminder::ConsentEnds));
        let shorter = pair.a.renew(NADIA, id, again(&pair, Validity::Day), [2; 16]);
        assert!(matches!(shorter, Err(SayError::NotLonger)), "{shorter:?}");
    }

    #[test]
    fn what_she_took_back_stays_so_whoever_was_told_first() {
        for at_once in [false, true] {
            let pair = Pair::linked();
            let (id, _) = asked(&pair);
            says(&pair, Author::Receiver, id, Command::Accept);
            // She says it where she is helped; where she is known, she agrees again.
            let taken = Command::Withdraw(PHONE);
            pair.b.say(None, Author::Person, id, taken, Texts::default(), None).unwrap();
            if !at_once {
                pair.exchange();
            }
            pair.a.renew(NADIA, id, again(&pair, Validity::Year), [2; 16]).unwrap();
            pair.exchange();
            for app in [&pair.a, &pair.b] {
                assert!(!phone_at(app, id), "{at_once}");
                let case = app.case(id).unwrap();
                assert!(case.consent().unwrap().taken_back().contains(&Category::Phone));
            }
            let ends = |app: &App| app.case(id).unwrap().consent().unwrap().grant().scope.expires;
            assert_eq!(ends(&pair.a), ends(&pair.b));
            // And stopping stops it all.
            says(&pair, Author::Person, id, Command::Withdraw(WithdrawalScope::Referral));
            let late = pair.a.renew(NADIA, id, again(&pair, Validity::Year), [3; 16]);
            assert!(matches!(late, Err(SayError::Erased)), "{late:?}");
        }
    }
}
