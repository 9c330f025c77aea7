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
        // What others read is said by a clock that one of them has confirmed.
        if self.knows_the_time() {
            self.tell_ends(now)?;
            self.call_off_expired(now)?;
        }
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
mod tests;
