//! Mail: that something waits, told to whoever it waits for, and never about whom
//! (ecosystem.md §8.1).
//!
//! ```text
//!   App::due_mails ──▶ letter ──▶ SMTP server of the structure ──▶ App::mailed
//! ```

mod letter;

use std::collections::BTreeMap;
use std::error::Error as _;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::address::AddressError;
use lettre::message::Mailbox;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, SmtpTransport, Transport};
use maillage_protocol::id::ProfessionalId;
use maillage_protocol::private::Private;
use maillage_protocol::time::{HOUR, Timestamp};

use crate::app::{App, AppError};
use crate::config::Smtp;

/// How long a mail server may take to answer: it may look into a mail first (RFC 5321 §4.5.3.2).
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// How long somebody who tries the settings waits.
const TRIAL: Duration = Duration::from_secs(10);
/// The port where TLS begins at once (RFC 8314).
const TLS_AT_ONCE: u16 = 465;
/// Mails that are sent one after the other before others may be asked for.
const BATCH: usize = 50;
/// Mails put off in a row after which it is the server that is busy.
const PUT_OFF: usize = 3;
/// How long an address is left alone after the server put its mail off; doubled each time.
const FIRST_REST: Duration = Duration::from_secs(60);
/// Answers that speak of us, and not of who is written to (RFC 4954, RFC 5321).
const ABOUT_US: [u16; 6] = [421, 454, 530, 534, 535, 538];
/// Answers that speak of who is written to, if the server does not say more (RFC 5321).
const ABOUT_THEM: [u16; 3] = [550, 551, 552];

/// Writes to the professionals of a node.
pub struct Postman {
    transport: SmtpTransport,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    public_url: String,
    /// Whose mail was put off, how often, and until when they are left alone.
    resting: Mutex<BTreeMap<ProfessionalId, (u32, Timestamp)>>,
}

/// Why mail cannot be sent with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum UnusableSmtp {
    /// An address is not one: the key that holds it.
    #[error("`{0}` is not an address")]
    NotAnAddress(&'static str, #[source] AddressError),
    /// TLS cannot be set up for this name.
    #[error("TLS cannot be set up")]
    Tls(#[source] smtp::Error),
}

/// Why mail was not sent. What the server says is not repeated: it may name somebody.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The server does not answer.
    #[error("the mail server does not answer")]
    Silent,
    /// It does not prove who it is, or does not offer what we ask for.
    #[error("the mail server does not speak as it should")]
    Unfit,
    /// It takes no mail from us: its code.
    #[error("the mail server takes no mail from us ({0})")]
    Server(u16),
    /// It does not take this mail now: its code.
    #[error("the mail server puts a mail off ({0})")]
    Later(u16),
    /// The address is refused.
    #[error("the mail server refuses an address")]
    Refused,
    /// The node could not record that it was sent.
    #[error(transparent)]
    App(#[from] AppError),
}

/// What became of the mails that were to go out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Posted {
    /// How many the server took.
    pub taken: usize,
    /// How many it refused for good.
    pub refused: usize,
    /// How many it put off.
    pub put_off: usize,
}

/// Tells whether a text is the address of a mailbox.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.is_ascii() && text.parse::<Address>().is_ok()
}

impl Postman {
    /// Sets mail up, as the configuration says. `public_url` is where its links lead.
    pub fn new(smtp: &Smtp, public_url: &str) -> Result<Self, UnusableSmtp> {
        Self::with_patience(smtp, public_url, PATIENCE)
    }

    /// The same, for somebody who waits for the answer.
    pub fn on_trial(smtp: &Smtp, public_url: &str) -> Result<Self, UnusableSmtp> {
        Self::with_patience(smtp, public_url, TRIAL)
    }

    fn with_patience(
        smtp: &Smtp,
        public_url: &str,
        patience: Duration,
    ) -> Result<Self, UnusableSmtp> {
        let mailbox = |key, text: &str| {
            text.parse::<Mailbox>().map_err(|error| UnusableSmtp::NotAnAddress(key, error))
        };
        let from = mailbox("smtp.from", &smtp.from)?;
        let builder = SmtpTransport::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .tls(tls(smtp)?)
            .timeout(Some(patience));
        let transport = match &smtp.password {
            None => builder.build(),
            Some(password) => {
                let (name, secret) = (from.email.to_string(), password.reveal().clone());
                builder.credentials(Credentials::new(name, secret)).build()
            }
        };
        Ok(Self {
            transport,
            from,
            reply_to: match &smtp.reply_to {
                Some(address) => Some(mailbox("smtp.reply_to", address)?),
                None => None,
            },
            public_url: public_url.trim_end_matches('/').to_owned(),
            resting: Mutex::default(),
        })
    }

    /// Asks the server whether it would take mail from us.
    pub fn greet(&self) -> Result<(), PostError> {
        match self.transport.test_connection() {
            Ok(true) => Ok(()),
            Ok(false) => Err(PostError::Silent),
            Err(error) => Err(judge(&error)),
        }
    }

    /// Sends a mail that says that mail works.
    pub fn try_out(&self, to: &Private<String>, now: Timestamp) -> Result<(), PostError> {
        self.send(to, &self.trial(now))
    }

    /// Sends what is to go out now, at most some of it. One address whose mail is put off holds up
    /// nobody else's.
    pub fn post(&self, app: &App) -> Result<Posted, PostError> {
        let mut posted = Posted::default();
        let (organization, mut in_a_row) = (app.organization(), 0);
        let rested = |to| self.rest(to).is_none_or(|(_, until)| until <= app.env().now());
        let due = app.due_mails();
        for mail in due.iter().filter(|mail| rested(mail.to)).take(BATCH) {
            match self.send(&mail.address, &self.letter(mail, &organization)) {
                Ok(()) => {
                    app.mailed(mail, false)?;
                    self.resting().remove(&mail.to);
                    (posted.taken, in_a_row) = (posted.taken + 1, 0);
                }
                Err(PostError::Refused) => {
                    app.mailed(mail, true)?;
                    posted.refused += 1;
                }
                Err(PostError::Later(code)) => {
                    let tries = self.rest(mail.to).map_or(0, |(tries, _)| tries);
                    let rest = FIRST_REST.saturating_mul(1 << tries.min(6)).min(HOUR);
                    let until = app.env().now().after(rest);
                    self.resting().insert(mail.to, (tries.saturating_add(1), until));
                    (posted.put_off, in_a_row) = (posted.put_off + 1, in_a_row + 1);
                    if in_a_row == PUT_OFF {
                        return Err(PostError::Later(code));
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(posted)
    }

    fn rest(&self, of: ProfessionalId) -> Option<(u32, Timestamp)> {
        self.resting().get(&of).copied()
    }

    fn resting(&self) -> std::sync::MutexGuard<'_, BTreeMap<ProfessionalId, (u32, Timestamp)>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, to: &Private<String>, letter: &letter::Letter) -> Result<(), PostError> {
        if !is_address(to.reveal()) {
            return Err(PostError::Refused);
        }
        let Ok(address) = to.reveal().parse() else { return Err(PostError::Refused) };
        let message = self.message(address, letter).map_err(|_| PostError::Refused)?;
        self.transport.send(&message).map(|_| ()).map_err(|error| judge(&error))
    }
}

/// Tells whom an answer of the server speaks of. It does not say what it was asked.
fn judge(error: &smtp::Error) -> PostError {
    let Some(code) = error.status().map(u16::from) else {
        let unfit = error.is_tls() || error.is_client() || error.is_response();
        return if unfit { PostError::Unfit } else { PostError::Silent };
    };
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    match enhanced(&said) {
        _ if ABOUT_US.contains(&code) => PostError::Server(code),
        _ if !error.is_permanent() => PostError::Later(code),
        // 5.1.7 and 5.1.8 are about who writes (RFC 3463).
        Some([1, subject]) if !matches!(subject, 7 | 8) => PostError::Refused,
        Some([2, _]) => PostError::Refused,
        None if ABOUT_THEM.contains(&code) => PostError::Refused,
        _ => PostError::Server(code),
    }
}

/// Returns what follows the class in an enhanced status code, such as 1.1 in `5.1.1 unknown`
/// (RFC 3463).
fn enhanced(said: &str) -> Option<[u16; 2]> {
    let first = said.split_whitespace().next()?;
    let mut numbers = first.split('.').map(|number| number.parse::<u16>().ok());
    match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
        (Some(Some(5)), Some(Some(subject)), Some(Some(detail)), None) => Some([subject, detail]),
        _ => None,
    }
}

/// Returns how the way to the server is protected. In clear only on this very machine.
fn tls(smtp: &Smtp) -> Result<Tls, UnusableSmtp> {
    let here = smtp.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if here || smtp.host == "localhost" {
        return Ok(Tls::None);
    }
    let parameters = TlsParameters::new_rustls(smtp.host.clone()).map_err(UnusableSmtp::Tls)?;
    Ok(match smtp.port {
        TLS_AT_ONCE => Tls::Wrapper(parameters),
        _ => Tls::Required(parameters),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_an_answer_is_read_if_there_is_one() {
        assert_eq!(enhanced("5.1.1 nobody of this name"), Some([1, 1]));
        assert_eq!(enhanced("5.7.1 relaying denied"), Some([7, 1]));
        for other in ["", "no such user", "5.1 x", "5.1.1.1 x", "4.2.2 full", "5.a.1"] {
            assert_eq!(enhanced(other), None, "{other}");
        }
    }
}
