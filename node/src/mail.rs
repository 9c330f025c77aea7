//! Mail: that something waits, told to whoever it waits for, and never about whom
//! (ecosystem.md §8.1).
//!
//! ```text
//!   App::due_mails ──▶ letter ──▶ SMTP server of the structure ──▶ App::mailed
//! ```

mod letter;

use std::net::IpAddr;
use std::time::Duration;

use lettre::address::AddressError;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, SmtpTransport, Transport};
use maillage_protocol::private::Private;
use maillage_protocol::time::Timestamp;

use crate::app::{App, AppError};
use crate::config::Smtp;

/// How long a mail server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The port where TLS begins at once (RFC 8314).
const TLS_AT_ONCE: u16 = 465;
/// Mails that are sent one after the other before others may be asked for.
const BATCH: usize = 50;
/// Answers of a server that speaks of us, and not of who is written to (RFC 4954, RFC 5321).
const ABOUT_US: [u16; 6] = [421, 454, 530, 534, 535, 538];

/// Writes to the professionals of a node.
pub struct Postman {
    transport: SmtpTransport,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    public_url: String,
}

/// Why mail cannot be sent with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum UnusableSmtp {
    /// An address is not one: the key that holds it.
    #[error("`{0}` is not an address")]
    NotAnAddress(&'static str, #[source] AddressError),
    /// TLS cannot be set up for this name.
    #[error("TLS cannot be set up")]
    Tls(#[source] lettre::transport::smtp::Error),
}

/// Why mail was not sent. What the server says is not repeated: it may name somebody.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The server does not answer, or not as it should: its code, if it gave one.
    #[error("the mail server does not take mail ({0:?})")]
    Server(Option<u16>),
    /// The address is refused.
    #[error("the mail server refuses the address")]
    Refused,
    /// The node could not record that it was sent.
    #[error(transparent)]
    App(#[from] AppError),
}

/// Tells whether a text is the address of a mailbox.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.is_ascii() && text.parse::<Address>().is_ok()
}

impl Postman {
    /// Sets mail up, as the configuration says. `public_url` is where its links lead.
    pub fn new(smtp: &Smtp, public_url: &str) -> Result<Self, UnusableSmtp> {
        let mailbox = |key, text: &str| {
            let address = text.parse::<Address>();
            address.map(Mailbox::from).map_err(|error| UnusableSmtp::NotAnAddress(key, error))
        };
        let builder = SmtpTransport::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .tls(tls(smtp)?)
            .timeout(Some(PATIENCE));
        let transport = match &smtp.password {
            None => builder.build(),
            Some(password) => {
                let (name, secret) = (smtp.from.clone(), password.reveal().clone());
                builder.credentials(Credentials::new(name, secret)).build()
            }
        };
        Ok(Self {
            transport,
            from: mailbox("smtp.from", &smtp.from)?,
            reply_to: match &smtp.reply_to {
                Some(address) => Some(mailbox("smtp.reply_to", address)?),
                None => None,
            },
            public_url: public_url.trim_end_matches('/').to_owned(),
        })
    }

    /// Asks the server whether it would take mail from us.
    pub fn greet(&self) -> Result<(), PostError> {
        match self.transport.test_connection() {
            Ok(true) => Ok(()),
            Ok(false) => Err(PostError::Server(None)),
            Err(error) => Err(PostError::Server(error.status().map(u16::from))),
        }
    }

    /// Sends a mail that says that mail works.
    pub fn try_out(
        &self,
        to: &Private<String>,
        organization: &str,
        now: Timestamp,
    ) -> Result<(), PostError> {
        self.send(to, &self.trial(organization, now))
    }

    /// Sends what is to go out now, at most some of it. Returns how many mails the server took.
    pub fn post(&self, app: &App) -> Result<usize, PostError> {
        let mut sent = 0;
        let organization = app.organization();
        for mail in app.due_mails().iter().take(BATCH) {
            match self.send(&mail.address, &self.letter(mail, &organization)) {
                Ok(()) => {
                    app.mailed(mail, false)?;
                    sent += 1;
                }
                Err(PostError::Refused) => app.mailed(mail, true)?,
                Err(error) => return Err(error),
            }
        }
        Ok(sent)
    }

    fn send(&self, to: &Private<String>, letter: &letter::Letter) -> Result<(), PostError> {
        let Ok(address) = to.reveal().parse::<Address>() else { return Err(PostError::Refused) };
        let message = self.message(address, letter).map_err(|_| PostError::Refused)?;
        let Err(error) = self.transport.send(&message) else { return Ok(()) };
        let code = error.status().map(u16::from);
        let about_them = error.is_permanent() && !code.is_some_and(|code| ABOUT_US.contains(&code));
        Err(if about_them { PostError::Refused } else { PostError::Server(code) })
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
