//! Finding a referral by the name that she gave. Names are opened, compared and forgotten: nothing of
//! them is kept to search faster.

use std::cmp::Reverse;
use std::sync::Arc;

use maillage_protocol::guard::compared;
use maillage_protocol::private::Private;

use super::cases::Case;
use super::views::WorklistRow;
use super::{App, AppError};

impl App {
    /// Returns the referrals of people whose name begins, word by word, with what was typed, at most
    /// `limit`: those that are open first, then the latest. Tells whether there are more.
    pub(super) fn named(
        &self,
        typed: &Private<String>,
        limit: usize,
    ) -> Result<(Vec<WorklistRow>, bool), AppError> {
        let typed = compared(typed.reveal());
        if typed.is_empty() {
            return Ok((Vec::new(), false));
        }
        let mut cases: Vec<Arc<Case>> = {
            let state = self.state();
            let held = |case: &&Arc<Case>| !case.erased && case.proposal.is_some();
            state.cases.values().filter(held).cloned().collect()
        };
        cases.sort_by_key(|case| {
            (case.referral.status().is_over(), Reverse(case.records.last().copied()))
        });
        let mut found = Vec::new();
        for case in cases {
            let card = self.readable_card(&case)?;
            let name = card.and_then(|card| card.contact.first_name);
            if name.is_none_or(|name| !begins(&compared(name.reveal()), &typed)) {
                continue;
            }
            if found.len() == limit {
                return Ok((found, true));
            }
            found.push(self.row(&case)?);
        }
        Ok((found, false))
    }
}

/// Tells whether each word that was typed begins a word of a name, in the same order.
fn begins(name: &[String], typed: &[String]) -> bool {
    let mut words = name.iter();
    typed.iter().all(|typed| words.any(|word| word.starts_with(typed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Texts;
    use crate::app::tests::{NADIA, Pair, request};
    use maillage_protocol::consent::WithdrawalScope;
    use maillage_protocol::id::ReferralId;
    use maillage_protocol::referral::{Author, Command};

    fn found(app: &App, typed: &str) -> Vec<ReferralId> {
        let (rows, _) = app.named(&typed.to_owned().into(), 9).unwrap();
        rows.into_iter().map(|row| row.id).collect()
    }

    #[test]
    fn a_name_is_found_as_people_type_it_and_by_those_who_may_read_it() {
        let pair = Pair::linked();
        let mut asked = request(pair.b.node());
        asked.contact.first_name = Some("Zéphirine-Anne d’Œil".to_owned().into());
        let id = pair.a.propose(NADIA, asked, [1; 16]).unwrap().referral;
        pair.exchange();
        for typed in ["zephirine", "ZÉPH", "zéphirine anne", "anne oeil", "d'œil", "zeph d oe"] {
            assert_eq!(found(&pair.a, typed), [id], "{typed}");
        }
        for typed in ["", " ", "-", "phirine", "anne zeph", "zéphirine b", "k7qd"] {
            assert_eq!(found(&pair.a, typed), [], "{typed}");
        }
        assert_eq!(found(&pair.b, "zeph"), [], "told after acceptance only");
        let accept = Command::Accept;
        pair.b.say(None, Author::Receiver, id, accept, Texts::default(), None).unwrap();
        pair.exchange();
        assert_eq!(found(&pair.b, "zeph"), [id]);
        pair.a.withdraw(id, WithdrawalScope::Referral).unwrap();
        pair.exchange();
        assert_eq!((found(&pair.a, "zeph"), found(&pair.b, "zeph")), (vec![], vec![]));
    }

    #[test]
    fn what_is_open_comes_first_then_the_latest() {
        let pair = Pair::linked();
        let ids = [1, 2, 3].map(|once| {
            let proposed = pair.a.propose(NADIA, request(pair.b.node()), [once; 16]);
            pair.exchange();
            proposed.unwrap().referral
        });
        let command = Command::Cancel(maillage_protocol::codes::CancelReason::SituationChanged);
        pair.a.say(None, Author::Sender, ids[2], command, Texts::default(), None).unwrap();
        pair.exchange();
        assert_eq!(found(&pair.a, "zéphirine"), [ids[1], ids[0], ids[2]]);
        let (rows, more) = pair.a.named(&"z".to_owned().into(), 2).unwrap();
        assert_eq!((rows.len(), more), (2, true));
    }
}
