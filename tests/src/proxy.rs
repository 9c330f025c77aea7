//! A bad network: it stands before a node, and does to requests what networks do.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::chance::Chance;

/// What may happen to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request is lost on its way. All of them: a partition.
    LoseRequest,
    /// The request arrives; its answer is lost.
    LoseAnswer,
    /// The request arrives twice.
    Duplicate,
    /// The request arrives after the next one.
    Reorder,
    /// A byte of the request is another one.
    CorruptRequest,
    /// A byte of the answer is another one.
    CorruptAnswer,
    /// The answer ends in the middle.
    Truncate,
    /// Every byte travels alone.
    Trickle,
    /// Something in between answers in the name of the node: a status and a problem code.
    Forge(u16, &'static str),
}

/// A bad network before one node. While nothing was said, it is a good one.
pub struct Proxy {
    /// Where others believe that the node is.
    pub url: String,
    weather: Arc<Mutex<Weather>>,
}

/// What the network does.
struct Weather {
    faults: Vec<Fault>,
    chance: Chance,
    happened: Vec<Fault>,
    /// Requests that will arrive after the next one.
    held: VecDeque<Vec<u8>>,
}

impl Proxy {
    /// Stands before whatever will listen at `node`, such as `127.0.0.1:8101`.
    #[must_use]
    pub fn before(node: &str, seed: u64) -> Self {
        let node: SocketAddr = node.parse().expect("a node listens at an address");
        let listener = TcpListener::bind("127.0.0.1:0").expect("this machine has a loopback");
        let address = listener.local_addr().expect("a bound socket has an address");
        let weather = Weather {
            faults: Vec::new(),
            chance: Chance(seed),
            happened: Vec::new(),
            held: VecDeque::new(),
        };
        let weather = Arc::new(Mutex::new(weather));
        let here = Arc::clone(&weather);
        // It lives as long as the process of the test.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let weather = Arc::clone(&here);
                thread::spawn(move || {
                    // A connection that ends is what this is about.
                    carry(client, node, &weather).ok();
                });
            }
        });
        Self { url: format!("http://{address}"), weather }
    }

    /// From now on, every other request suffers one of these; with one only, every request does.
    pub fn storm(&self, faults: &[Fault]) {
        lock(&self.weather).faults = faults.to_vec();
    }

    /// The network is good again. Returns what happened meanwhile.
    pub fn calm(&self) -> Vec<Fault> {
        let mut weather = lock(&self.weather);
        weather.faults.clear();
        std::mem::take(&mut weather.happened)
    }
}

impl Weather {
    fn next(&mut self) -> Option<Fault> {
        let fault = match self.faults.as_slice() {
            [] => None,
            [always] => Some(*always),
            some if self.chance.below(2) == 0 => Some(some[self.chance.below(some.len())]),
            _ => None,
        };
        self.happened.extend(fault);
        fault
    }
}

fn lock(weather: &Mutex<Weather>) -> std::sync::MutexGuard<'_, Weather> {
    weather.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Carries the one request of a connection.
fn carry(mut client: TcpStream, node: SocketAddr, weather: &Mutex<Weather>) -> io::Result<()> {
    let request = read_request(&mut BufReader::new(&client))?;
    let fault = lock(weather).next();
    let Some(answer) = suffer(fault, request, node, weather)? else { return Ok(()) };
    client.set_nodelay(true)?;
    let piece = if fault == Some(Fault::Trickle) { 1 } else { answer.len().max(1) };
    answer.chunks(piece).try_for_each(|piece| client.write_all(piece))
}

/// Does to a request what has to be done. `None` is no answer at all.
fn suffer(
    fault: Option<Fault>,
    mut request: Vec<u8>,
    node: SocketAddr,
    weather: &Mutex<Weather>,
) -> io::Result<Option<Vec<u8>>> {
    let held = lock(weather).held.pop_front();
    let answer = match fault {
        Some(Fault::LoseRequest) => None,
        Some(Fault::Reorder) => {
            lock(weather).held.push_back(request);
            None
        }
        Some(Fault::LoseAnswer) => {
            forward(&request, node)?;
            None
        }
        Some(Fault::Duplicate) => {
            forward(&request, node)?;
            Some(forward(&request, node)?)
        }
        Some(Fault::CorruptRequest) => {
            lock(weather).chance.flip(&mut request);
            Some(forward(&request, node)?)
        }
        Some(Fault::CorruptAnswer) => {
            let mut answer = forward(&request, node)?;
            lock(weather).chance.flip(&mut answer);
            Some(answer)
        }
        Some(Fault::Truncate) => {
            let mut answer = forward(&request, node)?;
            answer.truncate(answer.len() / 2);
            Some(answer)
        }
        Some(Fault::Forge(status, code)) => Some(forged(status, code)),
        Some(Fault::Trickle) | None => Some(forward(&request, node)?),
    };
    if let Some(late) = held {
        forward(&late, node)?;
    }
    Ok(answer)
}

fn forward(request: &[u8], node: SocketAddr) -> io::Result<Vec<u8>> {
    let mut upstream = TcpStream::connect(node)?;
    upstream.write_all(request)?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    Ok(answer)
}

fn forged(status: u16, code: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"type":"urn:maillage:problem:{code}","status":{status},"code":"{code}","detail":"no","retry":"never"}}"#
    );
    let length = body.len();
    format!(
        "HTTP/1.1 {status} No\r\ncontent-type: application/problem+json\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Reads one request, and asks the node to close the connection after it.
fn read_request(requests: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let (mut head, mut length) = (Vec::new(), 0);
    loop {
        let start = head.len();
        if requests.read_until(b'\n', &mut head)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = String::from_utf8_lossy(&head[start..]).trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(|_| io::ErrorKind::InvalidData)?;
        }
        if line.is_empty() {
            head.truncate(start);
            break;
        }
    }
    head.extend_from_slice(b"connection: close\r\n\r\n");
    let body = head.len();
    head.resize(body + length, 0);
    requests.read_exact(&mut head[body..])?;
    Ok(head)
}
