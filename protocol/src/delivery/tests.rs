//! Whatever the weather, every entry arrives once, in order.

use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp(1_772_438_400_000);

fn answered(outcome: Outcome) -> Input {
    Input::Answered { at: NOW, outcome }
}

#[test]
fn nothing_is_signed_before_the_peer_said_what_it_holds() {
    let mut delivery = Delivery::resume(Seq(3), Seq(3));
    assert_eq!(delivery.poll(NOW), Output::Rest);
    delivery.handle(Input::Waiting(2));
    assert_eq!(delivery.poll(NOW), Output::ConfirmHead);
    assert_eq!(delivery.poll(NOW), Output::Rest);
    delivery.handle(answered(Outcome::Holds(Seq(3))));
    assert_eq!(delivery.poll(NOW), Output::Sign { at_most: 2 });
    delivery.handle(Input::Signed(Seq(5)));
    delivery.handle(Input::Waiting(0));
    assert_eq!(delivery.poll(NOW), Output::Send { after: Seq(3), through: Seq(5) });
    delivery.handle(answered(Outcome::Holds(Seq(5))));
    assert_eq!(delivery.poll(NOW), Output::Rest);
}

#[test]
fn what_the_peer_said_counts_for_a_minute() {
    let confirmed = || {
        let mut delivery = Delivery::resume(Seq(3), Seq(3));
        delivery.handle(Input::PeerCame { at: NOW, holds: Some(Seq(3)) });
        delivery.handle(Input::Waiting(1));
        delivery
    };
    let minute = limits::HEAD_CONFIRMATION;
    assert_eq!(confirmed().poll(NOW.after(minute)), Output::Sign { at_most: 1 });
    let late = NOW.after(minute + Duration::from_millis(1));
    assert_eq!(confirmed().poll(late), Output::ConfirmHead);
    // A clock that goes backwards confirms nothing.
    assert_eq!(confirmed().poll(NOW.before(Duration::from_millis(1))), Output::ConfirmHead);
    let mut doubtful = confirmed();
    doubtful.handle(Input::Doubt);
    assert_eq!(doubtful.poll(NOW), Output::ConfirmHead);
}

#[test]
fn a_peer_that_holds_more_than_we_wrote_stops_the_signing() {
    let mut delivery = Delivery::resume(Seq(3), Seq(3));
    delivery.handle(Input::Waiting(1));
    assert_eq!(delivery.poll(NOW), Output::ConfirmHead);
    delivery.handle(answered(Outcome::Holds(Seq(4))));
    assert!(!matches!(delivery.poll(NOW), Output::Sign { .. }));
}

#[test]
fn a_peer_that_calls_us_is_tried_at_once() {
    let mut delivery = Delivery::resume(Seq(1), Seq(0));
    assert_eq!(delivery.poll(NOW), Output::ConfirmHead);
    delivery.handle(answered(Outcome::Unreachable));
    assert!(matches!(delivery.poll(NOW), Output::WaitUntil(_)));
    delivery.handle(Input::PeerCame { at: NOW, holds: None });
    assert_eq!(delivery.poll(NOW), Output::ConfirmHead);
}

/// A connection that broke does not make anybody wait; a peer that is gone is left alone.
#[test]
fn what_failed_once_is_tried_again_after_a_moment() {
    let mut delivery = Delivery::resume(Seq(1), Seq(0));
    let mut now = NOW;
    for pause in [MOMENT, SHORTEST_PAUSE, SHORTEST_PAUSE * 2] {
        assert_eq!(delivery.poll(now), Output::ConfirmHead);
        delivery.handle(Input::Answered { at: now, outcome: Outcome::Unreachable });
        assert_eq!(delivery.poll(now), Output::WaitUntil(now.after(pause)));
        now = now.after(pause);
    }
    assert_eq!(delivery.poll(now), Output::ConfirmHead);
    delivery.handle(Input::Answered { at: now, outcome: Outcome::Holds(Seq(1)) });
    assert_eq!(delivery.health(), Health::Well);
    delivery.handle(Input::Signed(Seq(2)));
    assert_eq!(delivery.poll(now), Output::Send { after: Seq(1), through: Seq(2) });
    delivery.handle(Input::Answered { at: now, outcome: Outcome::Unreachable });
    assert_eq!(delivery.poll(now), Output::WaitUntil(now.after(MOMENT)));
}

/// What it said counts no more, so it is asked again: that it says the same is no trouble.
#[test]
fn a_peer_that_is_asked_again_says_the_same() {
    let mut delivery = Delivery::resume(Seq(1), Seq(0));
    delivery.handle(Input::PeerCame { at: NOW, holds: Some(Seq(0)) });
    let later = NOW.after(limits::HEAD_CONFIRMATION + Duration::from_millis(1));
    assert_eq!(delivery.poll(later), Output::ConfirmHead);
    delivery.handle(Input::Answered { at: later, outcome: Outcome::Holds(Seq(0)) });
    assert_eq!(delivery.poll(later), Output::Send { after: Seq(0), through: Seq(1) });
}

/// It says what it holds, and takes nothing: a proxy in front of it that refuses what is large, say.
#[test]
fn a_peer_that_answers_and_takes_nothing_is_tried_less_and_less() {
    let nothing = Outcome::Holds(Seq(0));
    for outcome in [Outcome::Unreachable, Outcome::Stuck, Outcome::Refused, nothing] {
        let mut delivery = Delivery::resume(Seq(1), Seq(0));
        let (mut now, mut sent) = (NOW, 0);
        while now.since(NOW) < HOUR {
            match delivery.poll(now) {
                Output::WaitUntil(time) => now = time,
                Output::Send { .. } => {
                    sent += 1;
                    delivery.handle(Input::Answered { at: now, outcome });
                }
                _ => delivery.handle(Input::Answered { at: now, outcome: nothing }),
            }
        }
        assert!((6..=9).contains(&sent), "{outcome:?}: {sent}");
        assert_ne!(delivery.health(), Health::Well, "{outcome:?}");
    }
}

#[test]
fn a_peer_that_calls_us_while_we_call_it_is_tried_again_at_once() {
    let mut delivery = Delivery::resume(Seq(1), Seq(0));
    assert_eq!(delivery.poll(NOW), Output::ConfirmHead);
    delivery.handle(Input::PeerCame { at: NOW, holds: None });
    delivery.handle(answered(Outcome::Unreachable));
    assert_eq!(delivery.poll(NOW), Output::ConfirmHead);
    delivery.handle(answered(Outcome::Unreachable));
    assert!(matches!(delivery.poll(NOW), Output::WaitUntil(_)));
}

/// It writes to us all day, and nobody answers at its address.
#[test]
fn a_peer_that_calls_us_all_the_time_is_not_called_all_the_time() {
    let mut delivery = Delivery::resume(Seq(1), Seq(0));
    let (mut calls, until) = (0_u32, NOW.after(Duration::from_secs(60)));
    let mut now = NOW;
    while now < until {
        delivery.handle(Input::PeerCame { at: now, holds: None });
        if delivery.poll(now) == Output::ConfirmHead {
            calls += 1;
            let outcome = Outcome::Unreachable;
            delivery.handle(Input::Answered { at: now, outcome });
        }
        now = now.after(Duration::from_millis(100));
    }
    assert_eq!(calls, 13, "the first, then one for each five seconds");
}

#[test]
fn an_unreachable_peer_is_tried_for_ever_less_and_less() {
    let mut delivery = Delivery::resume(Seq(1), Seq(0));
    let (mut now, mut first_day, mut second_day) = (NOW, 0, 0);
    while now.since(NOW) < 2 * DAY {
        match delivery.poll(now) {
            Output::WaitUntil(time) => now = time,
            _ => {
                let day = if now.since(NOW) < DAY { &mut first_day } else { &mut second_day };
                *day += 1;
                delivery.handle(Input::Answered { at: now, outcome: Outcome::Unreachable });
            }
        }
    }
    assert_eq!((first_day, second_day), (31, 4));
    assert_eq!(delivery.health(), Health::Unreachable(NOW));
}

#[test]
fn a_peer_that_refuses_suspends_the_link_and_loses_nothing() {
    let mut delivery = Delivery::resume(Seq(1), Seq(0));
    let mut now = NOW;
    let mut refusals = 0;
    while delivery.health() != Health::Suspended {
        if let Output::WaitUntil(time) = delivery.poll(now) {
            now = time;
            delivery.poll(now);
        }
        delivery.handle(Input::Answered { at: now, outcome: Outcome::Refused });
        refusals += 1;
    }
    assert!(refusals >= REFUSALS && now.since(NOW) >= HOUR, "{refusals}");
    assert_eq!(delivery.health(), Health::Suspended);
    let Output::WaitUntil(probe) = delivery.poll(now) else { panic!("it should wait") };
    assert_eq!(probe.since(now), DAY);
    delivery.handle(Input::Resume(now));
    assert_eq!(delivery.poll(now), Output::ConfirmHead);
    delivery.handle(Input::Answered { at: now, outcome: Outcome::Holds(Seq(0)) });
    assert_eq!(delivery.poll(now), Output::Send { after: Seq(0), through: Seq(1) });
    assert_eq!(delivery.health(), Health::Well);
}

#[test]
fn a_batch_that_is_too_large_is_halved() {
    let mut delivery = Delivery::resume(Seq(64), Seq(0));
    delivery.handle(Input::PeerCame { at: NOW, holds: Some(Seq(0)) });
    for through in [64, 32, 16, 8, 4, 2, 1] {
        assert_eq!(delivery.poll(NOW), Output::Send { after: Seq(0), through: Seq(through) });
        delivery.handle(answered(Outcome::TooLarge));
    }
    assert_eq!(delivery.health(), Health::Blocked);
}

/// Its keys change while nothing is to be said: the peer hears of it all the same.
#[test]
fn a_peer_is_told_who_we_are_before_it_needs_it() {
    let mut delivery = Delivery::resume(Seq(1), Seq(1));
    assert_eq!(delivery.poll(NOW), Output::Rest);
    delivery.handle(Input::Introduced(false));
    assert_eq!(delivery.poll(NOW), Output::Introduce);
    delivery.handle(answered(Outcome::Unreachable));
    let Output::WaitUntil(later) = delivery.poll(NOW) else { panic!("it should wait") };
    assert_eq!(delivery.poll(later), Output::Introduce);
    delivery.handle(Input::Answered { at: later, outcome: Outcome::Introduced });
    assert_eq!(delivery.poll(later), Output::Rest);
    assert_eq!(delivery.health(), Health::Well);
}

/// Nothing proves that the peer said so: a false refusal holds nothing up once it ends.
#[test]
fn a_refusal_that_nobody_signed_is_tried_again() {
    let mut delivery = Delivery::resume(Seq(1), Seq(0));
    delivery.handle(Input::PeerCame { at: NOW, holds: Some(Seq(0)) });
    assert_eq!(delivery.poll(NOW), Output::Send { after: Seq(0), through: Seq(1) });
    delivery.handle(answered(Outcome::Stuck));
    assert_eq!(delivery.health(), Health::Blocked);
    let Output::WaitUntil(later) = delivery.poll(NOW) else { panic!("it should wait") };
    assert_eq!(delivery.poll(later), Output::ConfirmHead);
    delivery.handle(Input::Answered { at: later, outcome: Outcome::Holds(Seq(0)) });
    assert_eq!(delivery.poll(later), Output::Send { after: Seq(0), through: Seq(1) });
    delivery.handle(Input::Answered { at: later, outcome: Outcome::Holds(Seq(1)) });
    assert_eq!(delivery.health(), Health::Well);
}

/// What may happen to one request.
#[derive(Clone, Copy, Debug)]
enum Weather {
    Fine,
    RequestLost,
    AnswerLost,
    PeerLies,
    PeerForgets,
    PeerIsBusy,
    PeerRefuses,
    TooLarge,
    WeDoubt,
}

fn weather() -> impl Strategy<Value = Weather> {
    use Weather::*;
    prop::sample::select(vec![
        Fine,
        RequestLost,
        AnswerLost,
        PeerLies,
        PeerForgets,
        PeerIsBusy,
        PeerRefuses,
        TooLarge,
        WeDoubt,
    ])
}

/// A peer that takes what follows what it holds, and nothing that leaves a hole.
struct Peer(Vec<Seq>);

impl Peer {
    fn holds(&self) -> Seq {
        self.0.last().copied().unwrap_or_default()
    }

    fn take(&mut self, after: Seq, through: Seq) {
        if after <= self.holds() {
            let next = self.holds().0 + 1;
            self.0.extend((next..=through.0).map(Seq));
        }
    }
}

fn outcome(weather: Weather, holds: Seq) -> Outcome {
    match weather {
        Weather::Fine | Weather::PeerForgets | Weather::WeDoubt => Outcome::Holds(holds),
        Weather::RequestLost | Weather::AnswerLost => Outcome::Unreachable,
        Weather::PeerLies => Outcome::Holds(Seq(u64::MAX)),
        Weather::PeerIsBusy => Outcome::Busy(HOUR),
        Weather::PeerRefuses => Outcome::Refused,
        Weather::TooLarge => Outcome::TooLarge,
    }
}

proptest! {
    /// Whatever goes wrong, the peer ends up with every entry, once, in order; and nothing is
    /// signed but after the peer said what it holds.
    #[test]
    fn every_entry_arrives_once_and_in_order(
        waiting in 0..300_u64,
        signed in 0..300_u64,
        already in 0..300_u64,
        forecast in prop::collection::vec(weather(), 0..40),
    ) {
        let mut delivery = Delivery::resume(Seq(signed), Seq::ZERO);
        delivery.handle(Input::Waiting(waiting));
        let mut forecast = forecast.into_iter().chain(std::iter::repeat(Weather::Fine));
        let mut peer = Peer((1..=already.min(signed)).map(Seq).collect());
        let (mut now, mut head, mut left) = (NOW, signed, waiting);
        let mut confirmed = false;

        for _ in 0..5_000 {
            let send = match delivery.poll(now) {
                Output::WaitUntil(time) => {
                    now = time;
                    continue;
                }
                Output::Rest if delivery.health() == Health::Blocked => {
                    // A human reads the alert, and asks to try again.
                    delivery.phase = Phase::Ready;
                    delivery.batch = 64;
                    continue;
                }
                Output::Rest => break,
                Output::Introduce => panic!("nobody says that it knows us no more"),
                Output::Sign { at_most } => {
                    prop_assert!(confirmed && at_most > 0 && at_most <= left);
                    left -= at_most;
                    head += at_most;
                    delivery.handle(Input::Signed(Seq(head)));
                    delivery.handle(Input::Waiting(left));
                    continue;
                }
                Output::ConfirmHead => None,
                Output::Send { after, through } => Some((after, through)),
            };
            let weather = forecast.next().unwrap();
            if matches!(weather, Weather::PeerForgets) {
                let half = peer.0.len() / 2;
                peer.0.truncate(half);
            }
            let taken = matches!(
                weather,
                Weather::Fine | Weather::AnswerLost | Weather::PeerLies | Weather::PeerForgets
            );
            if let Some((after, through)) = send.filter(|_| taken) {
                peer.take(after, through);
            }
            let outcome = outcome(weather, peer.holds());
            confirmed = matches!(outcome, Outcome::Holds(seq) if seq <= Seq(head));
            delivery.handle(Input::Answered { at: now, outcome });
            if matches!(weather, Weather::WeDoubt) {
                delivery.handle(Input::Doubt);
                confirmed = false;
            }
        }

        prop_assert_eq!(delivery.acked(), Seq(signed + waiting));
        prop_assert_eq!(peer.0, (1..=signed + waiting).map(Seq).collect::<Vec<_>>());
    }
}
