//! What one event cannot cost less than.

use std::hint::black_box;
use std::time::{Duration, Instant};

use maillage_node::env::{SystemEnv, random};
use maillage_protocol::id::{EventId, NodeId};
use maillage_protocol::keys::PrivateKey;
use maillage_protocol::label::Label;
use maillage_protocol::seal::{ContentKey, KemPrivateKey};

const LONG_ENOUGH: Duration = Duration::from_millis(400);

/// Returns the microseconds of one strict check of a signature.
pub(crate) fn verify_micros() -> f64 {
    let key = PrivateKey::from_seed(&random(&SystemEnv::default()));
    let message = [7; 512];
    let (public, signature) = (key.public(), key.sign(Label::Event, &message));
    micros(|| public.verify(Label::Event, black_box(&message), &signature).expect("it is good"))
}

/// Returns the microseconds of opening one key box.
pub(crate) fn open_micros() -> f64 {
    let env = SystemEnv::default();
    let private = KemPrivateKey::from_bytes(&random(&env)).expect("a good key");
    let (event, node) = (EventId(random(&env)), NodeId(random(&env)));
    let key = ContentKey::from_random(random(&env));
    let keybox = key.seal_for(&private.public(), event, node, random(&env)).expect("a good key");
    micros(|| {
        let opened = private.open(black_box(&keybox), event, node, &key.commitment());
        black_box(opened.expect("it opens"));
    })
}

fn micros(work: impl Fn()) -> f64 {
    let (started, mut times) = (Instant::now(), 0_u32);
    while started.elapsed() < LONG_ENOUGH {
        for _ in 0..100 {
            work();
        }
        times += 100;
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(times)
}
