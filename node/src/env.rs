//! Where a node gets the time and chance from.
//!
//! Nothing else reads a clock or draws a number, so that a whole life of a node can be played
//! again: give it the same [`FixedEnv`], and it does the same things.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use maillage_protocol::label;
use maillage_protocol::time::Timestamp;

/// The time, and chance.
pub trait Env: Send + Sync + 'static {
    /// Returns the time by our clock, which somebody may set forward or back.
    fn now(&self) -> Timestamp;

    /// Returns how long this node has been running, by a clock that nobody can set. When it
    /// disagrees with [`now`](Self::now), the clock has jumped.
    fn monotonic(&self) -> Duration;

    /// Fills `bytes` with what nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

/// Returns `N` bytes that nobody can guess.
#[must_use]
pub fn random<const N: usize>(env: &(impl Env + ?Sized)) -> [u8; N] {
    let mut bytes = [0; N];
    env.fill(&mut bytes);
    bytes
}

/// The machine that we run on.
#[derive(Clone, Copy, Debug)]
pub struct SystemEnv {
    started: Instant,
}

impl Default for SystemEnv {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl Env for SystemEnv {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    fn now(&self) -> Timestamp {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::default().after(elapsed)
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is where chance comes from")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("a node cannot run without a source of chance");
    }
}

/// Whether tests may move the clock of this build. A release is never built so.
pub const DRIVEN: bool = cfg!(all(feature = "test-clock", debug_assertions));

/// What names the file of a [`DrivenEnv`].
pub const TEST_CLOCK: &str = "MAILLAGE_TEST_CLOCK";

/// Returns the machine that we run on; in a build for tests, with the clock that a test gives it.
#[must_use]
pub fn machine() -> Arc<dyn Env> {
    // Nothing of this is left in a release, not even the name.
    if DRIVEN && let Some(file) = std::env::var_os(TEST_CLOCK) {
        return Arc::new(DrivenEnv::at(Path::new(&file)));
    }
    Arc::new(SystemEnv::default())
}

/// The machine that we run on, at another time: a file says how many milliseconds later.
///
/// Processes that share the file share the time, which goes on as on the machine and moves when
/// the file does.
#[derive(Clone, Debug)]
pub struct DrivenEnv {
    machine: SystemEnv,
    file: PathBuf,
    first: i64,
}

impl DrivenEnv {
    /// Reads the time as a file tells. Without it, it is that of the machine.
    #[must_use]
    pub fn at(file: &Path) -> Self {
        let (machine, file) = (SystemEnv::default(), file.to_owned());
        Self { first: later(&file), machine, file }
    }

    /// Moves the time of everybody who reads the same file.
    pub fn set(&self, now: Timestamp) -> std::io::Result<()> {
        let machine = i128::from(self.machine.now().0);
        let beside = self.file.with_extension("new");
        std::fs::write(&beside, (i128::from(now.0) - machine).to_string())?;
        std::fs::rename(beside, &self.file)
    }
}

fn later(file: &Path) -> i64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

impl Env for DrivenEnv {
    fn now(&self) -> Timestamp {
        Timestamp(self.machine.now().0.saturating_add_signed(later(&self.file)))
    }

    fn monotonic(&self) -> Duration {
        let passed = u64::try_from(later(&self.file) - self.first).unwrap_or(0);
        self.machine.monotonic().saturating_add(Duration::from_millis(passed))
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.machine.fill(bytes);
    }
}

/// A clock that one sets and chance that repeats itself, for tests and rehearsals only: whoever
/// knows the seed knows every key.
#[derive(Debug)]
pub struct FixedEnv {
    seed: u64,
    /// The clocks and the count of blocks drawn. Held only to read or change them.
    state: Mutex<Fixed>,
}

#[derive(Clone, Copy, Debug)]
struct Fixed {
    now: Timestamp,
    monotonic: Duration,
    drawn: u64,
}

/// Monday 2 March 2026, 9 h in Paris: when every test begins.
const FIRST_MORNING: Timestamp = Timestamp(1_772_438_400_000);

impl Default for FixedEnv {
    fn default() -> Self {
        Self::seeded(0)
    }
}

impl FixedEnv {
    /// Makes an environment whose chance is not that of another seed.
    #[must_use]
    pub const fn seeded(seed: u64) -> Self {
        let state = Fixed { now: FIRST_MORNING, monotonic: Duration::ZERO, drawn: 0 };
        Self { seed, state: Mutex::new(state) }
    }

    /// Sets the clock, as somebody would by hand: no time passes.
    pub fn set(&self, now: Timestamp) {
        self.lock().now = now;
    }

    /// Lets time pass.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.lock();
        state.now = state.now.after(duration);
        state.monotonic = state.monotonic.saturating_add(duration);
    }

    fn lock(&self) -> MutexGuard<'_, Fixed> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Env for FixedEnv {
    fn now(&self) -> Timestamp {
        self.lock().now
    }

    fn monotonic(&self) -> Duration {
        self.lock().monotonic
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.lock();
        for block in bytes.chunks_mut(32) {
            let drawn = [self.seed.to_be_bytes(), state.drawn.to_be_bytes()].concat();
            block.copy_from_slice(&label::sha256(&drawn)[..block.len()]);
            state.drawn += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_chance_repeats_itself_and_nothing_else() {
        let draw = |seed| {
            let env = FixedEnv::seeded(seed);
            [random::<48>(&env), random::<48>(&env)]
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_ne!(draw(1)[0], draw(1)[1]);
        assert_ne!(draw(1)[0][..16], draw(1)[0][32..]);
    }

    #[test]
    fn a_clock_that_is_set_shows_against_the_other_one() {
        let env = FixedEnv::default();
        env.advance(Duration::from_secs(5));
        assert_eq!(env.now(), FIRST_MORNING.after(env.monotonic()));
        env.set(Timestamp(7));
        assert_eq!((env.now(), env.monotonic()), (Timestamp(7), Duration::from_secs(5)));
    }

    #[test]
    fn the_system_draws_and_counts() {
        let env = SystemEnv::default();
        assert_ne!(random::<32>(&env), random::<32>(&env));
        assert!(env.now() > FIRST_MORNING && env.monotonic() <= env.monotonic());
    }
}
