//! Events of linked peers, over HTTP into a real node: verified, opened, durable, receipted.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::Instant;

use maillage_protocol::event::WireEvent;
use maillage_protocol::httpsig::{CONTENT_DIGEST, FROM, SIGNATURE, SIGNATURE_INPUT, TO};
use maillage_protocol::transport::EventBatch;
use maillage_tests::{Node, PaperChannel, PaperPeer};
use reqwest::Method;

/// Peers, each with a connection of its own.
const PEERS: usize = 64;
/// Words of one referral besides her consent and the request.
const CORRECTIONS: usize = 6;
/// Events of one referral.
const REFERRAL: usize = CORRECTIONS + 2;
/// Events of one peer in one turn.
const EVENTS: usize = 512;
/// Of the clock by which Linux accounts processes, since 2003 and for every machine.
const TICKS_PER_SECOND: f64 = 100.0;

/// A node, and peers that write to it.
pub(crate) struct Ingest {
    pub(crate) node: Node,
    peers: Vec<(PaperPeer, PaperChannel)>,
}

/// What one turn has shown.
pub(crate) struct Turn {
    /// Events per second.
    pub(crate) rate: f64,
    /// Microseconds of the node's processor time for one event.
    pub(crate) cpu_micros: f64,
}

impl Ingest {
    /// Starts a node, and links its peers.
    pub(crate) fn ready(folder: &Path) -> Self {
        let node = Node::start(folder, "EPN Le Lavoir", &[]);
        let peers = (0..PEERS).map(|_| PaperPeer::linked(&node));
        let peers = peers.map(|peer| {
            let channel = peer.channel();
            (peer, channel)
        });
        let peers = peers.collect();
        Self { node, peers }
    }

    /// Sends events of every peer at once, so many in each request.
    pub(crate) fn rate(&mut self, batch: usize) -> Turn {
        let address = self.node.url.trim_start_matches("http://").to_owned();
        let prepared = self.prepare(EVENTS, batch);
        let (before, started) = (cpu_seconds(self.node.pid()), Instant::now());
        thread::scope(|scope| {
            for requests in &prepared {
                scope.spawn(|| pump(&address, requests));
            }
        });
        let (seconds, events) = (started.elapsed().as_secs_f64(), (PEERS * EVENTS) as f64);
        let cpu = cpu_seconds(self.node.pid()) - before;
        Turn { rate: events / seconds, cpu_micros: cpu * 1e6 / events }
    }

    /// Brings in at least so many events, in full batches.
    pub(crate) fn fill(&mut self, events: usize) {
        let address = self.node.url.trim_start_matches("http://").to_owned();
        let mut left = events.div_ceil(PEERS).next_multiple_of(REFERRAL);
        while left > 0 {
            let now = left.min(EVENTS);
            let prepared = self.prepare(now, maillage_protocol::limits::BATCH_EVENTS);
            thread::scope(|scope| {
                for requests in &prepared {
                    scope.spawn(|| pump(&address, requests));
                }
            });
            left -= now;
        }
    }

    /// Writes and signs requests before the clock runs: what is measured is the node.
    fn prepare(&mut self, events: usize, batch: usize) -> Vec<Vec<Vec<u8>>> {
        let share = self.peers.len().div_ceil(2);
        thread::scope(|scope| {
            let halves = self.peers.chunks_mut(share).map(|peers| {
                scope.spawn(move || {
                    peers.iter_mut().map(|peer| requests(peer, events, batch)).collect::<Vec<_>>()
                })
            });
            let halves: Vec<_> = halves.collect();
            halves.into_iter().flat_map(|half| half.join().expect("it is prepared")).collect()
        })
    }
}

fn requests(
    (peer, channel): &mut (PaperPeer, PaperChannel),
    count: usize,
    batch: usize,
) -> Vec<Vec<u8>> {
    let mut events: Vec<WireEvent> = Vec::with_capacity(count);
    while events.len() < count {
        events.extend(channel.referral(CORRECTIONS));
    }
    let batches = events.chunks(batch).map(|events| {
        let body = serde_json::to_vec(&EventBatch { events: events.to_vec() }).expect("plain data");
        let headers = peer.sign(&Method::POST, "/fed/v1/events", "", &body);
        let head = format!(
            "POST /fed/v1/events HTTP/1.1\r\nhost: node\r\ncontent-length: {}\r\n\
             {FROM}: {}\r\n{TO}: {}\r\n{CONTENT_DIGEST}: {}\r\n{SIGNATURE_INPUT}: {}\r\n\
             {SIGNATURE}: {}\r\n\r\n",
            body.len(),
            headers.from,
            headers.to,
            headers.content_digest,
            headers.signature_input,
            headers.signature,
        );
        [head.as_bytes(), &body].concat()
    });
    batches.collect()
}

/// Sends requests one after the other, each once the one before was acknowledged.
fn pump(address: &str, requests: &[Vec<u8>]) {
    let stream = TcpStream::connect(address).expect("the node listens");
    stream.set_nodelay(true).expect("it is a socket");
    let mut answers = BufReader::new(stream.try_clone().expect("it is a socket"));
    let (mut stream, mut line, mut body) = (stream, String::new(), Vec::new());
    for request in requests {
        stream.write_all(request).expect("the node reads");
        let mut length = 0;
        for at in 0.. {
            line.clear();
            answers.read_line(&mut line).expect("the node answers");
            let header = line.trim_end().to_ascii_lowercase();
            if at == 0 {
                assert!(header.starts_with("http/1.1 200"), "{header}");
            } else if header.is_empty() {
                break;
            } else if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length is a number");
            }
        }
        body.resize(length, 0);
        answers.read_exact(&mut body).expect("the node answers");
        assert!(!String::from_utf8_lossy(&body).contains("\"error\""), "an event was refused");
    }
}

/// Returns the processor time that a process has used.
fn cpu_seconds(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("the node runs");
    // Its name, in parentheses, may hold spaces.
    let (_, fields) = stat.rsplit_once(')').expect("the form of proc(5)");
    let fields: Vec<f64> =
        fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    fields.iter().sum::<f64>() / TICKS_PER_SECOND
}
