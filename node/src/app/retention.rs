//! How long what identifies is kept, rule by rule (consent.md §10), and its destruction when the time
//! is over. Nobody is asked: the rules are printed on the notice.
//!
//! What a structure keeps of its own request waits for the end of the need: nobody whose need is
//! open is forgotten because a date passed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use maillage_protocol::codes::CancelReason;
use maillage_protocol::consent::Validity;
use maillage_protocol::erasure::ErasureCause;
use maillage_protocol::id::ReferralId;
use maillage_protocol::need::NeedStatus;
use maillage_protocol::referral::{Author, Command};
use maillage_protocol::time::{DAY, Timestamp};

use super::cases::Case;
use super::refer::GRACE;
use super::state::State;
use super::{App, AppError, DraftError};
use crate::closed::closed;
use crate::facts::{Act, FactContent};
use crate::vault::{Quarter, VaultKey};

closed! {
    /// A rule by which something is destroyed. Each has its number in consent.md §10.
    pub enum Rule {
        /// R1: a form that nobody finished, after the last edit.
        Draft = "draft",
        /// R2: a request that the receiver did not accept, after its end, at the receiver.
        NotAccepted = "not_accepted",
        /// R3: a request that it accepted, after its end, at the receiver.
        Helped = "helped",
        /// R4: a request at the structure that wrote it, after its end, once the need is closed.
        Asked = "asked",
        /// R7: what she agreed to until a date, after that date, at the receiver.
        Expired = "expired",
        /// R8: what travelled about a request, at the structure that wrote it, after the date until
        /// which she agreed.
        Exchanged = "exchanged",
        /// R8: the headers and signatures of it, on both sides, after the same date.
        Envelope = "envelope",
        /// R9: what rules still read of a request, by the quarters in which they began, after the
        /// quarter, once everything that belongs with one is erased.
        Skeleton = "skeleton",
        /// R10: what proves that she agreed, by quarters, after the last of it can have ended.
        Evidence = "evidence",
        /// R11: who opened what, by quarters, after the last of it.
        Trail = "trail",
        /// R16: an account that nobody uses, closed after the last time.
        Idle = "idle",
        /// R16: the name of somebody who left.
        Left = "left",
    }
}

impl Rule {
    /// Returns its number in consent.md §10.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Draft => 1,
            Self::NotAccepted => 2,
            Self::Helped => 3,
            Self::Asked => 4,
            Self::Expired => 7,
            Self::Exchanged | Self::Envelope => 8,
            Self::Skeleton => 9,
            Self::Evidence => 10,
            Self::Trail => 11,
            Self::Idle | Self::Left => 16,
        }
    }

    /// Tells whether it is about a professional who has an account, and nobody else.
    #[must_use]
    pub const fn is_about_accounts(self) -> bool {
        matches!(self, Self::Idle | Self::Left)
    }

    /// Returns how long this rule keeps something.
    #[must_use]
    pub const fn keeps(self) -> Duration {
        match self {
            Self::Draft | Self::NotAccepted => DAY.saturating_mul(30),
            Self::Helped => DAY.saturating_mul(90),
            Self::Asked | Self::Skeleton => DAY.saturating_mul(731),
            Self::Expired | Self::Exchanged => GRACE,
            Self::Envelope => GRACE.saturating_add(DAY.saturating_mul(90)),
            Self::Evidence => Validity::Year.duration().saturating_add(DAY.saturating_mul(5 * 366)),
            Self::Trail | Self::Left => DAY.saturating_mul(365),
            Self::Idle => DAY.saturating_mul(183),
        }
    }

    /// Says what is erased by it, to those who ask why.
    const fn cause(self) -> ErasureCause {
        match self {
            Self::Expired | Self::Exchanged | Self::Envelope => ErasureCause::Expiry,
            Self::Draft
            | Self::NotAccepted
            | Self::Helped
            | Self::Asked
            | Self::Skeleton
            | Self::Evidence
            | Self::Trail
            | Self::Idle
            | Self::Left => ErasureCause::Closure,
        }
    }
}

/// Returns the rule by which what identifies in a referral is destroyed at a time, if one says so.
fn due(state: &State, case: &Case, now: Timestamp) -> Option<Rule> {
    if case.erased {
        return None;
    }
    let over = |since: Timestamp, rule: Rule| (since.after(rule.keeps()) <= now).then_some(rule);
    let ended = case.referral.status().is_over().then_some(case.ended);
    match case.side {
        Author::Sender if state.need_status(case) == Some(NeedStatus::Open) => None,
        Author::Sender => over(ended?, Rule::Asked),
        Author::Receiver | Author::Person => {
            let agreed = case.consent().map(|consent| consent.grant().scope.expires);
            let rule = match case.referral.receiver.accepted {
                Some(_) => Rule::Helped,
                None => Rule::NotAccepted,
            };
            agreed
                .and_then(|until| over(until, Rule::Expired))
                .or_else(|| ended.and_then(|ended| over(ended, rule)))
        }
    }
}

impl State {
    /// Returns the quarters whose referrals rules still read: those of a path of which something is
    /// not erased, or not attested, or whose need is open, all of it.
    fn quarters_read(&self) -> BTreeSet<Quarter> {
        let ordered = self.erasures.awaited();
        // Without a consent, there is nothing of anybody.
        let read = self.cases.values().filter(|case| case.consent().is_some()).filter(|case| {
            let told = || case.told.iter().flat_map(|told| &told.events);
            let open = || self.need_status(case) == Some(NeedStatus::Open);
            !case.erased || open() || told().any(|event| ordered.contains(event))
        });
        let with = |case: &Arc<Case>| {
            self.along(case).map(|case| case.began).chain([case.began]).collect::<Vec<_>>()
        };
        read.flat_map(with).collect()
    }
}

impl App {
    /// Destroys what no rule keeps any more. Returns how much each rule destroyed; in a rehearsal,
    /// how much it would. Nothing is destroyed by a clock that the peers contradict: it cannot be
    /// taken back.
    pub fn retain(&self, rehearsal: bool) -> Result<BTreeMap<Rule, u64>, AppError> {
        let now = self.now();
        let exchanges = self.exchanges_over(now);
        let (cases, drafts): (Vec<_>, Vec<_>) = {
            let state = self.state();
            let due = state.cases.values().filter_map(|case| Some((due(&state, case, now)?, case)));
            let due = due.map(|(rule, case)| (rule, case.id)).collect();
            let old = state.drafts.iter().filter(|(_, draft)| draft.is_forgotten(now));
            (due, old.map(|(id, draft)| (*id, draft.by)).collect())
        };
        let keys = self.keys_over(now)?;
        let accounts = self.accounts_over(now)?;
        let mut counts = BTreeMap::new();
        let forms = drafts.iter().map(|_| Rule::Draft);
        let referrals = cases.iter().map(|(rule, _)| *rule);
        let keyed = keys.iter().map(|(rule, _)| *rule);
        let people = accounts.iter().map(|(rule, _)| *rule);
        let exchanged = exchanges.iter().map(|(rule, _)| *rule);
        for rule in referrals.chain(exchanged).chain(forms).chain(keyed).chain(people) {
            let count: &mut u64 = counts.entry(rule).or_default();
            *count = count.saturating_add(1);
        }
        if rehearsal {
            return Ok(counts);
        }
        if self.doubts_its_clock() {
            tracing::warn!("nothing is destroyed: the clock differs from those of the peers");
            return Ok(BTreeMap::new());
        }
        for (rule, referral) in cases {
            self.shred_referral(referral, rule.cause())?;
        }
        for (rule, referral) in exchanges {
            match rule {
                Rule::Envelope => self.drop_envelopes(referral)?,
                rule => self.end_exchange(referral, rule.cause())?,
            }
        }
        for (draft, by) in drafts {
            match self.drop_draft(by, draft) {
                // Whoever began it has just thrown it away.
                Ok(()) | Err(DraftError::Unknown) => {}
                Err(DraftError::App(error)) => return Err(error),
            }
        }
        for (rule, account) in accounts {
            self.retain_account(rule, account)?;
        }
        self.destroy_quarters(keys.into_iter().map(|(_, key)| key).collect())?;
        self.give_up_expired(now)?;
        self.narrow_all()?;
        self.forget_codes()?;
        self.tell_ends(now)?;
        self.call_off_expired(now)?;
        self.remind_daily(now)?;
        self.warn_idle(now)?;
        Ok(counts)
    }

    /// Returns the referrals of which something that travelled is kept too long.
    fn exchanges_over(&self, now: Timestamp) -> Vec<(Rule, ReferralId)> {
        let state = self.state();
        let over = |case: &Arc<Case>| {
            let until = case.consent()?.grant().scope.expires;
            let bodies = case.side == Author::Sender && !state.bodies_over(case).is_empty();
            let rule = if bodies { Rule::Exchanged } else { Rule::Envelope };
            let any = bodies || !state.envelopes_over(case).is_empty();
            (any && until.after(rule.keeps()) <= now).then_some((rule, case.id))
        };
        state.cases.values().filter_map(over).collect()
    }

    /// Returns the keys of quarters that no rule keeps any more.
    fn keys_over(&self, now: Timestamp) -> Result<Vec<(Rule, VaultKey)>, AppError> {
        let read = self.state().quarters_read();
        let over = |key: VaultKey| {
            let (rule, quarter) = match key {
                VaultKey::Quarter(quarter) if read.contains(&quarter) => return None,
                VaultKey::Quarter(quarter) => (Rule::Skeleton, quarter),
                VaultKey::Evidence(quarter) => (Rule::Evidence, quarter),
                VaultKey::Trail(quarter) => (Rule::Trail, quarter),
                _ => return None,
            };
            (quarter.end().after(rule.keeps()) <= now).then_some((rule, key))
        };
        Ok(self.safe.vault().names()?.into_iter().filter_map(over).collect())
    }

    /// Destroys keys of quarters. What they sealed is forgotten as a start would find it.
    fn destroy_quarters(&self, keys: Vec<VaultKey>) -> Result<(), AppError> {
        let (keys, faded): (Vec<_>, Vec<_>) = {
            let state = self.state();
            // Something may have been said since they were chosen.
            let read = state.quarters_read();
            let over = |key: &VaultKey| !matches!(key, VaultKey::Quarter(it) if read.contains(it));
            let keys: Vec<_> = keys.into_iter().filter(over).collect();
            let faded = |case: &&Arc<Case>| keys.contains(&VaultKey::Quarter(case.began));
            let faded = state.cases.values().filter(faded).map(|case| case.id).collect();
            (keys, faded)
        };
        if !faded.is_empty() {
            self.record(None, &Act::Faded { referrals: faded }, &FactContent::default())?;
        }
        Ok(self.safe.vault().destroy(&keys)?)
    }

    /// Calls off what she no longer agrees to, once nothing of it may be kept at the other side.
    fn call_off_expired(&self, now: Timestamp) -> Result<(), AppError> {
        let expired: Vec<_> = {
            let state = self.state();
            let ours = state.cases.values().filter(|case| case.side == Author::Sender);
            let open = ours.filter(|case| !case.referral.status().is_over());
            let expired = |case: &&Arc<Case>| {
                let until = case.consent().map(|consent| consent.grant().scope.expires);
                until.is_some_and(|until| until.after(GRACE) <= now)
            };
            open.filter(expired).map(|case| case.id).collect()
        };
        expired.into_iter().try_for_each(|id| {
            let command = Command::Cancel(CancelReason::ConsentExpired);
            self.say_unless_refused(Author::Sender, id, command, || true)
        })
    }
}

#[cfg(test)]
mod tests {
    use maillage_protocol::body::Content;
    use maillage_protocol::codes::{DeclineReason, FirstContact, Outcome};
    use maillage_protocol::consent::WithdrawalScope;
    use maillage_protocol::event::EventKind;
    use maillage_protocol::private::Private;
    use maillage_protocol::referral::{Event, Evidence, Fact, NextStep, Status};

    use super::*;
    use crate::app::tests::{NADIA, Pair, hire, propose, propose_once, request};
    use crate::app::{AccountPerson, Request, Texts};
    use crate::facts::{Capability, Entry};
    use crate::journal::Number;

    const MOMENT: Duration = Duration::from_millis(1);

    fn says(pair: &Pair, id: ReferralId, commands: impl IntoIterator<Item = Command>) {
        for command in commands {
            pair.b.say(None, Author::Receiver, id, command, Texts::default(), None).unwrap();
        }
        pair.exchange();
    }

    /// Lets everybody's time pass.
    fn wait(pair: &Pair, time: Duration) {
        [&pair.ccas.env, &pair.epn.env].into_iter().for_each(|env| env.advance(time));
    }

    /// What identifies her still opens.
    fn opens(app: &App, id: ReferralId) -> bool {
        let unit = app.case(id).unwrap().unit;
        app.safe.holds(VaultKey::Unit(unit)).unwrap()
    }

    /// Nothing goes a moment before; then it does, counted once, and for good.
    #[track_caller]
    fn goes(pair: &mut Pair, id: ReferralId, rule: Rule, after: Duration, here: bool) {
        wait(pair, after.saturating_sub(MOMENT));
        let app = if here { &pair.a } else { &pair.b };
        assert_eq!(app.retain(false).unwrap().get(&rule), None);
        assert!(opens(app, id));
        wait(pair, MOMENT);
        let app = if here { &pair.a } else { &pair.b };
        assert_eq!(app.retain(true).unwrap().get(&rule), Some(&1));
        assert!(opens(app, id), "a rehearsal destroys nothing");
        assert_eq!(app.retain(false).unwrap().get(&rule), Some(&1));
        for _restarted in 0..2 {
            let app = if here { &pair.a } else { &pair.b };
            assert!(!opens(app, id));
            let story = app.story(id).unwrap().unwrap();
            assert!(story.contact.is_none() && story.row.first_name.is_none());
            assert_eq!(app.retain(false).unwrap().get(&rule), None);
            pair.restart();
        }
    }

    #[test]
    fn r2_who_did_not_help_forgets_after_thirty_days() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        let (reason, next) = (DeclineReason::Hours, NextStep::NoneKnown);
        says(&pair, id, [Command::Decline { reason, next_date: None, next }]);
        goes(&mut pair, id, Rule::NotAccepted, Rule::NotAccepted.keeps(), false);
    }

    fn help(pair: &Pair, id: ReferralId) {
        let evidence = Evidence::default();
        let outcome = Some(Outcome::Accompanied);
        let end = Command::Conclude { outcome, autonomy: None, next_need: None, evidence };
        says(pair, id, [Command::Accept, Command::Start(FirstContact::Met), end]);
        pair.a.say(None, Author::Sender, id, Command::Confirm, Texts::default(), None).unwrap();
        pair.exchange();
    }

    #[test]
    fn r3_who_helped_forgets_after_ninety_days() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        help(&pair, id);
        goes(&mut pair, id, Rule::Helped, Rule::Helped.keeps(), false);
    }

    #[test]
    fn r4_who_asked_forgets_after_two_years_once_the_need_is_closed() {
        let pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        let (reason, next) = (DeclineReason::Hours, NextStep::NoneKnown);
        says(&pair, id, [Command::Decline { reason, next_date: None, next }]);
        // Nobody whose need is open is forgotten.
        wait(&pair, Rule::Asked.keeps().saturating_mul(2));
        assert_eq!(pair.a.retain(false).unwrap().get(&Rule::Asked), None);
        assert!(opens(&pair.a, id));
        pair.a.close_need(NADIA, id, Outcome::Capacity).unwrap();
        assert_eq!(pair.a.retain(false).unwrap().get(&Rule::Asked), Some(&1));
        assert!(!opens(&pair.a, id));

        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        help(&pair, id);
        goes(&mut pair, id, Rule::Asked, Rule::Asked.keeps(), true);
    }

    #[test]
    fn r7_what_she_agreed_to_until_a_date_closes_then_and_goes_a_month_later() {
        let mut pair = Pair::linked();
        let mut asked = request(pair.b.node());
        asked.contact.practical_note = Some("Le mardi".to_owned().into());
        let id = pair.a.propose(NADIA, asked, [9; 16]).unwrap().referral;
        pair.exchange();
        says(&pair, id, [Command::Accept]);
        let until = pair.b.story(id).unwrap().unwrap().agreed_until.unwrap();
        let left = until.since(pair.b.now());
        let (event, text) = (Event::Answered { n: 1, answers: Vec::new() }, "Le jeudi".to_owned());
        let fact = Fact { by: Author::Sender, at: pair.a.now(), event };
        let content = Content { text: Some(text.into()), ..Content::default() };
        pair.a.write_word(&pair.a.case(id).unwrap(), None, fact, content, None).unwrap();
        pair.exchange();
        let texts = |app: &App| {
            let steps = app.story(id).unwrap().unwrap().steps.into_iter();
            steps.filter(|step| step.text.is_some()).count()
        };
        assert_eq!((texts(&pair.a), texts(&pair.b)), (1, 1));
        let known = |pair: &Pair| pair.b.story(id).unwrap().unwrap().contact.is_some();
        let named = |pair: &Pair| pair.a.story(id).unwrap().unwrap().row.first_name.is_some();
        wait(&pair, left.saturating_sub(MOMENT));
        assert!(known(&pair) && named(&pair));
        wait(&pair, MOMENT);
        let open = known(&pair) || named(&pair);
        assert!(!open, "reading closes on both sides at the date, without a message");
        assert_eq!((texts(&pair.a), texts(&pair.b)), (0, 0));
        goes(&mut pair, id, Rule::Expired, Rule::Expired.keeps(), false);
        pair.a.retain(false).unwrap();
        pair.exchange();
        assert_eq!(pair.a.referral(id).unwrap().status(), Status::Cancelled);
        pair.same_referral(id);
    }

    #[test]
    fn a_clock_that_is_doubted_destroys_nothing() {
        let pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        let (reason, next) = (DeclineReason::Hours, NextStep::NoneKnown);
        says(&pair, id, [Command::Decline { reason, next_date: None, next }]);
        let before = pair.b.now();
        // Somebody sets the clock a year ahead, and the peer answers by its own.
        pair.epn.env.set(before.after(DAY.saturating_mul(365)));
        pair.b.heard_clock(pair.a.node(), before);
        assert_eq!(pair.b.retain(true).unwrap().len(), 1);
        assert_eq!(pair.b.retain(false).unwrap(), BTreeMap::new());
        assert!(opens(&pair.b, id));
        pair.epn.env.set(before);
        pair.b.heard_clock(pair.a.node(), before);
        wait(&pair, Rule::NotAccepted.keeps());
        assert_eq!(pair.b.retain(false).unwrap().len(), 1);
    }

    /// What arrives about it since, after a start too, is heard and not kept.
    #[test]
    fn what_comes_later_about_what_was_destroyed_is_not_kept() {
        let mut pair = Pair::linked();
        let mut asked = request(pair.b.node());
        asked.contact.practical_note = Some("Le mardi".to_owned().into());
        let id = pair.a.propose(NADIA, asked, [1; 16]).unwrap().referral;
        pair.exchange();
        help(&pair, id);
        let answer = |pair: &Pair, n| {
            let case = pair.a.case(id).unwrap();
            let event = Event::Answered { n, answers: Vec::new() };
            let fact = Fact { by: Author::Sender, at: pair.a.now(), event };
            let text = Some("Le jeudi".to_owned().into());
            let content = Content { text, ..Content::default() };
            pair.a.write_word(&case, None, fact, content, None).unwrap();
            pair.exchange();
        };
        let texts = |pair: &Pair| {
            let steps = pair.b.story(id).unwrap().unwrap().steps;
            let answers = steps.into_iter().filter(|s| matches!(s.event, Event::Answered { .. }));
            answers.map(|step| step.text.is_some()).collect::<Vec<_>>()
        };
        answer(&pair, 1);
        assert_eq!(texts(&pair), [true]);
        wait(&pair, Rule::Helped.keeps());
        pair.b.retain(false).unwrap();
        pair.restart();
        answer(&pair, 2);
        assert_eq!(texts(&pair), [false, false]);
    }

    #[test]
    fn r1_a_form_that_nobody_finished_goes_after_thirty_days() {
        let pair = Pair::linked();
        let text = Private::from(serde_json::json!({ "prenom": "Aubry" }));
        let draft = pair.a.keep_draft(NADIA, None, None, &text).unwrap();
        wait(&pair, DAY);
        pair.a.keep_draft(NADIA, Some(draft), None, &text).unwrap();
        wait(&pair, Rule::Draft.keeps().saturating_sub(MOMENT));
        assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
        wait(&pair, MOMENT);
        assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::from([(Rule::Draft, 1)]));
        assert!(pair.a.draft(NADIA, draft).is_err());
        assert!(!pair.a.safe.holds(VaultKey::Unit(draft)).unwrap());
    }

    /// What a node keeps of the events about referrals: how many have a header, and how many a body.
    fn kept(app: &App) -> (usize, usize) {
        let (mut headers, mut bodies) = (0, 0);
        for number in 0..app.journal.len().0 {
            let (event, body) = match app.read(Number(number)).unwrap() {
                Some(Entry::Sent(entry)) => (entry.recall(), entry.body),
                Some(Entry::Received(entry)) => (entry.recall(), entry.body),
                _ => continue,
            };
            let event = event.and_then(|(_, event)| event);
            if event.is_some_and(|event| event.header().kind == EventKind::Referral) {
                headers += 1;
                bodies += usize::from(!body.is_empty());
            }
        }
        (headers, bodies)
    }

    #[test]
    fn r8_what_travelled_goes_after_the_agreement_and_its_envelopes_later() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        help(&pair, id);
        let until = pair.b.story(id).unwrap().unwrap().agreed_until.unwrap();
        let (headers, bodies) = kept(&pair.a);
        assert!(headers > 3 && bodies == headers && kept(&pair.b) == (headers, bodies));
        let unit = pair.a.case(id).unwrap().heard_under().unwrap();
        assert!(pair.a.story(id).unwrap().unwrap().row.first_name.is_some());

        wait(&pair, until.after(GRACE).since(pair.a.now()).saturating_sub(MOMENT));
        assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
        pair.b.retain(false).unwrap();
        assert_eq!((kept(&pair.a), kept(&pair.b)), ((headers, bodies), (headers, 0)));
        wait(&pair, MOMENT);
        assert_eq!(pair.a.retain(true).unwrap(), BTreeMap::from([(Rule::Exchanged, 1)]));
        assert_eq!(kept(&pair.a), (headers, bodies), "a rehearsal destroys nothing");
        assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::from([(Rule::Exchanged, 1)]));
        for _restarted in 0..2 {
            assert_eq!(kept(&pair.a), (headers, 0));
            assert!(!pair.a.safe.holds(VaultKey::Unit(unit)).unwrap());
            let card = pair.a.kept_card(&pair.a.case(id).unwrap()).unwrap();
            assert!(card.is_some(), "our own words stay, though nobody reads them");
            assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
            pair.restart();
        }

        let later = Rule::Envelope.keeps().saturating_sub(GRACE);
        wait(&pair, later.saturating_sub(MOMENT));
        for app in [&pair.a, &pair.b] {
            assert_eq!(app.retain(false).unwrap(), BTreeMap::new());
        }
        wait(&pair, MOMENT);
        let status = pair.a.referral(id).unwrap().status();
        for app in [&pair.a, &pair.b] {
            assert_eq!(app.retain(true).unwrap(), BTreeMap::from([(Rule::Envelope, 1)]));
            assert_eq!(app.retain(false).unwrap(), BTreeMap::from([(Rule::Envelope, 1)]));
        }
        for _restarted in 0..2 {
            for app in [&pair.a, &pair.b] {
                // The last of each way stays: the next one follows it.
                assert_eq!(kept(app), (2, 0));
                assert_eq!(app.retain(false).unwrap(), BTreeMap::new());
                assert_eq!(app.referral(id).unwrap().status(), status);
            }
            pair.restart();
        }
        let new = propose_once(&pair.a, pair.b.node(), 1);
        pair.exchange();
        pair.same_referral(new);
        // Now another one is the last.
        for app in [&pair.a, &pair.b] {
            assert_eq!(app.retain(false).unwrap(), BTreeMap::from([(Rule::Envelope, 1)]));
        }
        pair.restart();
        says(&pair, new, [Command::Accept]);
        pair.same_referral(new);
    }

    #[test]
    fn what_is_called_off_at_the_end_arrives_whole_however_late() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        says(&pair, id, [Command::Accept]);
        let until = pair.b.story(id).unwrap().unwrap().agreed_until.unwrap();
        wait(&pair, until.after(GRACE).since(pair.a.now()));
        // Called off, given its place, and the network fails.
        pair.a.retain(false).unwrap();
        pair.a.sign_waiting(pair.b.node(), 9).unwrap();
        wait(&pair, DAY);
        for _day in 0..2 {
            pair.a.retain(false).unwrap();
            pair.b.retain(false).unwrap();
            pair.restart();
        }
        pair.exchange();
        assert_eq!(pair.b.referral(id).unwrap().status(), Status::Cancelled);
        pair.same_referral(id);
        assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::from([(Rule::Exchanged, 1)]));
        assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
    }

    #[test]
    fn the_envelope_of_what_has_not_arrived_stays() {
        let pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        help(&pair, id);
        let until = pair.b.story(id).unwrap().unwrap().agreed_until.unwrap();
        // Said, given its place, and never fetched.
        let other = propose_once(&pair.a, pair.b.node(), 1);
        pair.a
            .say(
                None,
                Author::Sender,
                other,
                Command::Cancel(CancelReason::Other),
                Texts::default(),
                None,
            )
            .unwrap();
        pair.a.sign_waiting(pair.b.node(), 9).unwrap();
        wait(&pair, until.after(Rule::Envelope.keeps()).since(pair.a.now()));
        for _day in 0..2 {
            pair.a.retain(false).unwrap();
        }
        let sent = pair.a.case(other).unwrap();
        assert!(sent.exchanged.len() > 1 && pair.a.case(id).unwrap().exchanged.len() < 2);
        pair.exchange();
        let standing = pair.a.standing(pair.b.node()).unwrap();
        assert!(standing.acked == standing.head && standing.waiting == 0, "{standing:?}");
    }

    /// Lets time pass up to a moment before `at`, then to it.
    fn until(pair: &Pair, at: Timestamp, rule: Rule) {
        wait(pair, at.since(pair.a.now()).saturating_sub(MOMENT));
        assert_eq!(pair.a.retain(false).unwrap().get(&rule), None);
        wait(pair, MOMENT);
        assert_eq!(pair.a.retain(true).unwrap().get(&rule), Some(&1));
        assert_eq!(pair.a.retain(false).unwrap().get(&rule), Some(&1));
    }

    #[test]
    fn r11_who_opened_what_goes_a_year_after_its_quarter() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.a.open_story(NADIA, id).unwrap().unwrap();
        let quarter = Quarter::of(pair.a.now());
        until(&pair, quarter.end().after(Rule::Trail.keeps()), Rule::Trail);
        for _restarted in 0..2 {
            assert!(pair.a.openings(id).is_empty() && pair.a.trail(None, 9).is_empty());
            assert!(!pair.a.safe.holds(VaultKey::Trail(quarter)).unwrap());
            assert!(pair.a.referral(id).is_some(), "what was said of her is not the trail");
            pair.restart();
        }
    }

    #[test]
    fn r9_codes_and_dates_go_with_their_quarter_once_everything_of_a_path_is_erased() {
        let mut pair = Pair::linked();
        let nadia = hire(&pair.a, "nadia", None);
        let id = propose(&pair);
        pair.exchange();
        let quarter = Quarter::of(pair.a.now());
        let (reason, next) = (DeclineReason::Hours, NextStep::NoneKnown);
        let decline = || Command::Decline { reason, next_date: None, next: next.clone() };
        says(&pair, id, [decline()]);
        // Asked again for the same need, a day after the quarter.
        wait(&pair, quarter.end().since(pair.a.now()).saturating_add(DAY));
        let again = Request { after: Some(id), ..request(pair.b.node()) };
        let again = pair.a.propose(NADIA, again, [8; 16]).unwrap().referral;
        pair.exchange();
        says(&pair, again, [decline()]);
        pair.a.close_need(NADIA, again, Outcome::Capacity).unwrap();
        let over = quarter.end().after(Rule::Skeleton.keeps());
        let fades = |app: &App| app.retain(true).unwrap().get(&Rule::Skeleton).copied();

        wait(&pair, over.since(pair.a.now()).saturating_sub(MOMENT));
        for app in [&pair.a, &pair.b] {
            app.retain(false).unwrap();
            assert_eq!(fades(app), None);
        }
        // Whoever was asked erased both long ago. Whoever asked has not erased the second one.
        wait(&pair, MOMENT);
        pair.a.retain(false).unwrap();
        assert!(!opens(&pair.a, id) && opens(&pair.a, again));
        assert_eq!((fades(&pair.a), fades(&pair.b)), (None, Some(1)));
        assert!(pair.b.referral(id).is_some(), "a rehearsal destroys nothing");
        pair.b.retain(false).unwrap();
        for _restarted in 0..2 {
            assert!(pair.b.referral(id).is_none() && pair.b.story(id).unwrap().is_none());
            assert!(!pair.b.safe.holds(VaultKey::Quarter(quarter)).unwrap());
            assert!(pair.a.referral(id).is_some());
            assert_eq!(fades(&pair.b), None);
            pair.restart();
        }
        wait(&pair, DAY);
        pair.a.retain(false).unwrap();
        assert_eq!(fades(&pair.a), Some(1));
        pair.a.retain(false).unwrap();
        let all = [pair.a.referrals(), pair.b.referrals()];
        assert_eq!(all, [vec![again], vec![again]]);

        wait(&pair, Quarter::of(quarter.end()).end().since(quarter.end()));
        [&pair.a, &pair.b].into_iter().for_each(|app| assert_eq!(fades(app), Some(1)));
        [&pair.a, &pair.b].into_iter().for_each(|app| assert!(app.retain(false).is_ok()));
        for _restarted in 0..2 {
            let state = pair.a.state();
            assert!(state.cases.is_empty() && state.needs.is_empty() && state.pathways.is_empty());
            drop(state);
            assert!(pair.a.accounts().iter().any(|account| account.id == nadia));
            // Nothing is told again, and the channel goes on.
            assert_eq!(pair.a.standing(pair.b.node()).unwrap().waiting, 0);
            pair.restart();
        }
        let new = propose(&pair);
        pair.exchange();
        pair.same_referral(new);
    }

    #[test]
    fn nobody_whose_need_is_open_is_forgotten() {
        let pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        // She wants no more help from them, and still needs it.
        pair.a.withdraw(id, WithdrawalScope::Referral).unwrap();
        pair.exchange();
        wait(&pair, Rule::Skeleton.keeps().saturating_mul(2));
        for _day in 0..2 {
            pair.a.retain(false).unwrap();
        }
        assert!(!opens(&pair.a, id) && pair.a.referral(id).is_some());
        pair.a.close_need(NADIA, id, Outcome::Capacity).unwrap();
        pair.a.retain(false).unwrap();
        assert!(pair.a.referral(id).is_none());
    }

    #[test]
    fn what_others_have_not_erased_is_not_forgotten() {
        let pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        pair.a.withdraw(id, WithdrawalScope::Pathway).unwrap();
        wait(&pair, Rule::Skeleton.keeps().saturating_mul(2));
        pair.a.retain(false).unwrap();
        assert!(pair.a.referral(id).is_some(), "somebody has to call them");
        pair.exchange();
        pair.a.retain(false).unwrap();
        assert!(pair.a.referral(id).is_none());
    }

    #[test]
    fn what_is_said_of_a_request_that_was_forgotten_begins_nothing() {
        let pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        let quarter = Quarter::of(pair.b.now());
        pair.ccas.env.advance(DAY);
        pair.epn.env.advance(quarter.end().after(Rule::Skeleton.keeps()).since(pair.b.now()));
        for _day in 0..2 {
            pair.b.retain(false).unwrap();
        }
        assert!(pair.b.referral(id).is_none());
        pair.a
            .say(
                None,
                Author::Sender,
                id,
                Command::Cancel(CancelReason::SituationChanged),
                Texts::default(),
                None,
            )
            .unwrap();
        pair.exchange();
        assert!(pair.b.worklist().unwrap().rows().next().is_none());
        // What little was noted of it fades in its turn.
        pair.epn.env.advance(Rule::Skeleton.keeps().saturating_add(DAY.saturating_mul(92)));
        for _day in 0..2 {
            pair.b.retain(false).unwrap();
        }
        assert!(pair.b.state().cases.is_empty());
    }

    #[test]
    fn r10_what_proves_an_agreement_goes_five_years_after_its_end() {
        let mut pair = Pair::linked();
        let id = propose(&pair);
        pair.exchange();
        let quarter = Quarter::of(pair.a.now());
        let status = pair.a.referral(id).unwrap().status();
        // Held by whoever was asked: its consent came sealed, and is kept as evidence.
        let at = quarter.end().after(Rule::Evidence.keeps());
        wait(&pair, at.since(pair.b.now()).saturating_sub(MOMENT));
        pair.b.retain(false).unwrap();
        assert!(pair.b.safe.holds(VaultKey::Evidence(quarter)).unwrap());
        wait(&pair, MOMENT);
        assert_eq!(pair.b.retain(false).unwrap().get(&Rule::Evidence), Some(&1));
        for _restarted in 0..2 {
            assert!(!pair.b.safe.holds(VaultKey::Evidence(quarter)).unwrap());
            assert_eq!(pair.a.referral(id).unwrap().status(), status);
            pair.restart();
        }
    }

    #[test]
    fn r16_an_account_that_nobody_uses_is_closed_and_its_name_goes_a_year_later() {
        let mut pair = Pair::linked();
        let hire = |login: &str, right| {
            let person = AccountPerson::new(login, "Mme Canari");
            let password = "le lavoir de brenne".to_owned().into();
            pair.a.add_account(&person, vec![right], &password).unwrap().unwrap()
        };
        let (nadia, ines) = (hire("nadia", Capability::Work), hire("ines", Capability::Work));
        let admins = [hire("anne", Capability::Administer), hire("paul", Capability::Administer)];
        wait(&pair, DAY.saturating_mul(100));
        pair.a.has_seen(&pair.a.account(ines).unwrap()).unwrap();
        wait(
            &pair,
            Rule::Idle.keeps().saturating_sub(DAY.saturating_mul(100)).saturating_sub(MOMENT),
        );
        assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
        wait(&pair, MOMENT);
        pair.a.retain(false).unwrap();
        assert!(pair.a.account(nadia).is_some(), "the node may have been off: a month is left");
        let warned = pair.a.account(nadia).unwrap().warned;
        assert!(warned.is_some() && pair.a.account(ines).unwrap().warned.is_none());
        wait(&pair, DAY.saturating_mul(30).saturating_sub(MOMENT.saturating_mul(2)));
        assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
        wait(&pair, MOMENT);
        assert!(pair.a.retain(true).unwrap().contains_key(&Rule::Idle));
        assert!(pair.a.account(nadia).is_some(), "a rehearsal closes nothing");
        assert!(pair.a.retain(false).unwrap().contains_key(&Rule::Idle));
        assert!(pair.a.account(nadia).is_none());
        assert!(pair.a.account(ines).is_some(), "she came");
        let left = admins.into_iter().filter(|admin| pair.a.account(*admin).is_some());
        assert_eq!(left.count(), 1, "somebody runs the node");
        assert_eq!(pair.a.retain(false).unwrap(), BTreeMap::new());
        let unit = pair.a.accounts().into_iter().find(|it| it.id == nadia).unwrap().unit;
        wait(&pair, Rule::Left.keeps().saturating_sub(MOMENT));
        pair.a.has_seen(&pair.a.account(ines).unwrap()).unwrap();
        assert_eq!(pair.a.retain(false).unwrap().get(&Rule::Left), None);
        wait(&pair, MOMENT);
        assert_eq!(pair.a.retain(false).unwrap().get(&Rule::Left), Some(&2));
        // A vault that was restored holds it again: it goes again.
        pair.a.safe.vault().put(&[(VaultKey::Unit(unit), vec![7; 32].into())]).unwrap();
        assert_eq!(pair.a.retain(false).unwrap().get(&Rule::Left), Some(&1));
        for _restarted in 0..2 {
            assert!(!pair.a.safe.holds(VaultKey::Unit(unit)).unwrap());
            let all = pair.a.accounts();
            let forgotten = all.iter().find(|it| it.id == nadia).unwrap().person.reveal();
            assert_eq!(*forgotten, AccountPerson::default());
            assert_eq!(pair.a.retain(false).unwrap().get(&Rule::Left), None);
            pair.restart();
        }
    }
}
