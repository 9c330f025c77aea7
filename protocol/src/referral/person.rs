//! The person's voice: a set of words, in any order, by any road. Nothing replaces anything.

use serde::{Deserialize, Serialize};

use super::event::{Event, conference_words, receivers_words, senders_words};
use crate::codes::{HeardBy, Helped};
use crate::time::Timestamp;

/// The person's voice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Person {
    /// When she first ended it, before its end. For good: a new consent is a new referral.
    pub left: Option<Timestamp>,
    /// When she first ended it after its end: what identifies is erased, the end stays.
    pub left_after: Option<Timestamp>,
    /// Her answers to « êtes-vous aidée ? », in order of conclusion. Each stands.
    pub answers: Vec<Answer>,
}

/// One answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Answer {
    /// Which conclusion she spoke of.
    pub conclusion: u8,
    /// What she said.
    pub helped: Helped,
    /// When she first said so.
    pub at: Timestamp,
}

/// Conclusions that a referral may have: the work is resumed once.
const CONCLUSIONS: std::ops::RangeInclusive<u8> = 1..=2;

impl Person {
    /// Tells whether a word moves her part. She may speak at any time; but nobody confirms its
    /// own work, so what only the receiver heard is a note.
    pub(super) fn admits(event: &Event) -> bool {
        match event {
            Event::Withdrawn { .. } => true,
            Event::FeedbackGiven { conclusion, heard, .. } => {
                CONCLUSIONS.contains(conclusion) && *heard != HeardBy::Receiver
            }
            senders_words!()
            | receivers_words!()
            | conference_words!()
            | Event::TacitlyClosed { .. }
            | Event::Unknown => false,
        }
    }

    /// Joins a word that was admitted.
    pub(super) fn evolve(&mut self, event: &Event, at: Timestamp) {
        if let Event::Withdrawn { scope, after_end } = event
            && scope.ends_the_referral()
        {
            let left = if *after_end { &mut self.left_after } else { &mut self.left };
            *left = Some(left.map_or(at, |first| first.min(at)));
        }
        if let Event::FeedbackGiven { conclusion, helped, .. } = event {
            self.join(Answer { conclusion: *conclusion, helped: *helped, at });
        }
    }

    fn join(&mut self, answer: Answer) {
        let same = |known: &&mut Answer| {
            (known.conclusion, known.helped) == (answer.conclusion, answer.helped)
        };
        match self.answers.iter_mut().find(same) {
            Some(known) => known.at = known.at.min(answer.at),
            None => {
                let place = self.answers.partition_point(|known| {
                    (known.conclusion, known.helped) < (answer.conclusion, answer.helped)
                });
                self.answers.insert(place, answer);
            }
        }
    }

    /// Tells whether she ended it, before or after its end.
    #[must_use]
    pub const fn has_left(&self) -> bool {
        self.left.is_some() || self.left_after.is_some()
    }

    /// Returns when she first gave an answer about a conclusion, if she did.
    #[must_use]
    pub fn said(&self, conclusion: u8, helped: Helped) -> Option<Timestamp> {
        let same = |known: &&Answer| (known.conclusion, known.helped) == (conclusion, helped);
        self.answers.iter().find(same).map(|known| known.at)
    }
}
