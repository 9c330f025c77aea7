//! A mail server that keeps what it is given, for tests: it speaks SMTP (RFC 5321) on this machine.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// A mail that arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// For which address.
    pub to: String,
    /// All of it, as it came.
    pub text: String,
}

/// A mail server.
pub struct Postbox {
    /// Its port on this machine.
    pub port: u16,
    room: Arc<Room>,
}

/// What the connections of a server share.
#[derive(Default)]
struct Room {
    mails: Mutex<Vec<Arrived>>,
    temper: Mutex<Temper>,
    asked: AtomicUsize,
}

/// How the server answers.
#[derive(Clone, Debug, Default)]
pub enum Temper {
    /// It takes everything.
    #[default]
    Kind,
    /// It asks to come back later.
    Busy,
    /// It does not know one address.
    Refuses(String),
    /// One mailbox is full for now.
    PutsOff(String),
}

impl Postbox {
    /// Opens a server that takes everything.
    #[must_use]
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("this machine has a loopback");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let room = Arc::new(Room::default());
        let here = Arc::clone(&room);
        // It lives as long as the process of the test.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let room = Arc::clone(&here);
                // A connection that ends is no news.
                thread::spawn(move || room.take(client).ok());
            }
        });
        Self { port, room }
    }

    /// Returns how often somebody asked it to take a mail.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.room.asked.load(Ordering::Relaxed)
    }

    /// Changes how it answers.
    pub fn becomes(&self, temper: Temper) {
        *lock(&self.room.temper) = temper;
    }

    /// Returns what arrived, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Arrived> {
        lock(&self.room.mails).clone()
    }

    /// Returns the settings of a node that sends its mail here.
    #[must_use]
    pub fn settings(&self) -> [(String, String); 3] {
        [
            ("MAILLAGE__SMTP__HOST".to_owned(), "127.0.0.1".to_owned()),
            ("MAILLAGE__SMTP__PORT".to_owned(), self.port.to_string()),
            ("MAILLAGE__SMTP__FROM".to_owned(), "maillage@epn.example".to_owned()),
        ]
    }
}

impl Room {
    fn take(&self, client: TcpStream) -> io::Result<()> {
        let mut lines = BufReader::new(client.try_clone()?);
        let mut answer = client;
        answer.write_all(b"220 postbox\r\n")?;
        let mut to = String::new();
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            let temper = lock(&self.temper).clone();
            if verb == "MAIL" {
                self.asked.fetch_add(1, Ordering::Relaxed);
            }
            let said = match (verb.as_str(), temper) {
                ("MAIL", Temper::Busy) => "451 come back later",
                ("RCPT", Temper::Refuses(address)) if line.contains(&address) => {
                    "550 5.1.1 nobody of this name"
                }
                ("RCPT", Temper::PutsOff(address)) if line.contains(&address) => "452 4.2.2 full",
                ("RCPT", _) => {
                    let address = line.split(['<', '>']).nth(1).unwrap_or_default();
                    address.clone_into(&mut to);
                    "250 yes"
                }
                ("DATA", _) => {
                    answer.write_all(b"354 go on\r\n")?;
                    let text = data(&mut lines)?;
                    let arrived = Arrived { to: to.clone(), text };
                    lock(&self.mails).push(arrived);
                    "250 kept"
                }
                ("QUIT", _) => "221 goodbye",
                _ => "250 yes",
            };
            answer.write_all(format!("{said}\r\n").as_bytes())?;
        }
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a mail to its end: a point alone on a line.
fn data(lines: &mut impl BufRead) -> io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 || line == ".\r\n" {
            return Ok(text);
        }
        text.push_str(&line);
    }
}
