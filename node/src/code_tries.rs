//! Wrong personal codes, and what they cost whoever tries them, on whichever door.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::caller::subscriber;

/// Wrong personal codes of one address that cost nothing.
const FREE_CODES: u32 = 5;
/// The wait after one more; each one after that doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// How long without another one makes up for a wrong code.
const QUIET: Duration = Duration::from_secs(60 * 60);
/// How long a wrong code is remembered.
const CODES_FORGOTTEN: Duration = Duration::from_secs(24 * 60 * 60);

/// How many addresses are remembered before those that calmed down are forgotten.
const REMEMBERED: usize = 10_000;

/// Another code may be tried in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSoon {
    /// At least one.
    pub seconds: u64,
}

/// The wrong personal codes that were typed lately, by address. A right one forgives nothing:
/// whoever has one could try all the others.
#[derive(Default)]
pub struct CodeTries(Mutex<HashMap<IpAddr, WrongCodes>>);

struct WrongCodes {
    count: u32,
    last: Duration,
}

impl WrongCodes {
    /// Returns how long after the last one another may be tried.
    fn wait(&self) -> Duration {
        let beyond = self.count.saturating_sub(FREE_CODES);
        let doubled = 2_u32.saturating_pow(beyond.saturating_sub(1));
        if beyond == 0 {
            Duration::ZERO
        } else {
            FIRST_WAIT.saturating_mul(doubled).min(LONGEST_WAIT)
        }
    }
}

impl CodeTries {
    /// Lets somebody try a code at `now` (of a clock that only goes forward), or says that it is
    /// too soon.
    pub fn check(&self, address: IpAddr, now: Duration) -> Result<(), TooSoon> {
        let Some(address) = subscriber(address) else { return Ok(()) };
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = tries
            .get(&address)
            .map(|wrong| wrong.wait().saturating_sub(now.saturating_sub(wrong.last)));
        match left.filter(|left| !left.is_zero()) {
            Some(left) => Err(TooSoon { seconds: left.as_secs() + 1 }),
            None => Ok(()),
        }
    }

    /// Counts a wrong code.
    pub fn count(&self, address: IpAddr, now: Duration) {
        let Some(address) = subscriber(address) else { return };
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= REMEMBERED {
            tries.retain(|_, wrong| now.saturating_sub(wrong.last) < CODES_FORGOTTEN);
        }
        let wrong = tries.entry(address).or_insert(WrongCodes { count: 0, last: now });
        let quiet = now.saturating_sub(wrong.last).as_secs() / QUIET.as_secs();
        let forgiven = u32::try_from(quiet).unwrap_or(u32::MAX);
        wrong.count = wrong.count.saturating_sub(forgiven).saturating_add(1);
        wrong.last = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_codes_cost_more_and_more_time() {
        let (tries, address) = (CodeTries::default(), "2001:db8:1:2::1".parse().unwrap());
        let (day, mut now, mut tried) = (Duration::from_secs(86_400), Duration::ZERO, 0_u32);
        while now < day {
            match tries.check(address, now) {
                Ok(()) => {
                    tries.count(address, now);
                    tried += 1;
                }
                Err(TooSoon { seconds }) => now += Duration::from_secs(seconds),
            }
        }
        // Of 2^80 codes.
        assert!((90..120).contains(&tried), "{tried} in a day");
        assert!(tries.check("2001:db8:1:3::1".parse().unwrap(), now).is_ok());
        let here = "127.0.0.1".parse().unwrap();
        tries.count(here, now);
        assert!(tries.check(here, now).is_ok());
        assert!(tries.check(address, now + day).is_ok());
    }
}
