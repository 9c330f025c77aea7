//! What one event cannot cost less than.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use maillage_node::env::{SystemEnv, random};
use maillage_protocol::id::{EventId, NodeId};
use maillage_protocol::keys::{PrivateKey, PublicKey};
use maillage_protocol::label::Label;
use maillage_protocol::seal::{ContentKey, KemPrivateKey, Keybox};

const LONG_ENOUGH: Duration = Duration::from_millis(400);
const MESSAGE: [u8; 512] = [7; 512];

/// The cryptography of an event at the node that takes it.
pub(crate) struct Primitives {
    signing: PrivateKey,
    public: PublicKey,
    signature: [u8; 64],
    opening: KemPrivateKey,
    event: EventId,
    node: NodeId,
    commitment: [u8; 32],
    keybox: Keybox,
}

impl Primitives {
    pub(crate) fn draw() -> Self {
        let env = SystemEnv::default();
        let signing = PrivateKey::from_seed(&random(&env));
        let opening = KemPrivateKey::from_bytes(&random(&env)).expect("a good key");
        let (event, node) = (EventId(random(&env)), NodeId(random(&env)));
        let key = ContentKey::from_random(random(&env));
        let keybox = key.seal_for(&opening.public(), event, node, random(&env));
        Self {
            public: signing.public(),
            signature: signing.sign(Label::Event, &MESSAGE),
            signing,
            opening,
            event,
            node,
            commitment: key.commitment(),
            keybox: keybox.expect("a good key"),
        }
    }

    /// Returns the microseconds of one strict check of a signature.
    pub(crate) fn verify_micros(&self) -> f64 {
        1e6 / rate(&|| self.verify())
    }

    /// Returns the microseconds of opening one key box.
    pub(crate) fn open_micros(&self) -> f64 {
        1e6 / rate(&|| self.open())
    }

    /// Returns how many events per second all processors could take, had they nothing to do but
    /// what an event in its own request costs in cryptography: two signatures to check, a key box
    /// to open, a receipt to sign.
    pub(crate) fn limit_of_requests(&self) -> f64 {
        rate_of_all(&|| {
            self.verify();
            self.verify();
            self.open();
            black_box(self.signing.sign(Label::Receipt, black_box(&MESSAGE)));
        })
    }

    /// Returns the same of events in batches: a signature to check, a key box to open.
    pub(crate) fn limit_of_batches(&self) -> f64 {
        rate_of_all(&|| {
            self.verify();
            self.open();
        })
    }

    fn verify(&self) {
        let checked = self.public.verify(Label::Event, black_box(&MESSAGE), &self.signature);
        checked.expect("it is good");
    }

    fn open(&self) {
        let keybox = black_box(&self.keybox);
        let opened = self.opening.open(keybox, self.event, self.node, &self.commitment);
        black_box(opened.expect("it opens"));
    }
}

/// Returns how often per second every processor together does some work.
fn rate_of_all(work: &(impl Fn() + Sync)) -> f64 {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let all: Vec<_> = (0..processors).map(|_| scope.spawn(|| rate(work))).collect();
        all.into_iter().map(|one| one.join().expect("it works")).sum()
    })
}

fn rate(work: &impl Fn()) -> f64 {
    let (started, mut times) = (Instant::now(), 0_u32);
    while started.elapsed() < LONG_ENOUGH {
        for _ in 0..100 {
            work();
        }
        times += 100;
    }
    f64::from(times) / started.elapsed().as_secs_f64()
}
