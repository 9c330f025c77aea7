//! From the click of one professional to the screen of another, over two nodes.

use std::time::Instant;

use maillage_tests::Pair;

const REFERRALS: usize = 300;
/// The first ones warm up the connections.
const WARM: usize = 20;

/// What one referral takes, in milliseconds: smallest first.
pub(crate) struct Latencies {
    /// Until the sender's node has acknowledged it.
    pub(crate) acknowledged: Vec<f64>,
    /// Until the receiver's node shows it.
    pub(crate) shown: Vec<f64>,
}

/// Proposes referrals one after the other, and looks for each at the other node.
pub(crate) fn measure() -> Latencies {
    eprintln!("referrals over two nodes");
    let pair = Pair::linked();
    let (mut acknowledged, mut shown) = (Vec::new(), Vec::new());
    for turn in 0..WARM + REFERRALS {
        let started = Instant::now();
        let id = pair.propose().expect("the node acknowledges it");
        let after = started.elapsed();
        while pair.epn.status(&id).is_none() {
            std::thread::yield_now();
        }
        if turn >= WARM {
            acknowledged.push(after.as_secs_f64() * 1e3);
            shown.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    for times in [&mut acknowledged, &mut shown] {
        times.sort_by(f64::total_cmp);
    }
    Latencies { acknowledged, shown }
}
