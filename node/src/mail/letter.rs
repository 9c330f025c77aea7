//! What a mail says: the reference of a file, one link, and why one is written to. No name, no need,
//! no text that somebody typed.

use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use askama::Template;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use maillage_protocol::encoding;
use maillage_protocol::label::sha256;
use maillage_protocol::time::Timestamp;

use super::Postman;
use crate::app::DueMail;
use crate::facts::Notice;
use crate::text::{Text, say, say_with};

/// What a mail says.
#[derive(Debug)]
pub(super) struct Letter {
    subject: String,
    /// What has happened, in a sentence.
    body: Text,
    /// Where to see more, once signed in.
    link: String,
    /// Why one is written to.
    why: String,
    /// Where to choose not to be.
    choice: String,
    /// The name of the mail: the same if it is sent twice.
    id: Option<String>,
    /// Whether it can be left off: one of many.
    digest: bool,
    /// When it is written.
    at: Timestamp,
}

/// The same words, for a reader of HTML.
#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    letter: &'a Letter,
    hello: String,
    harmless: String,
}

/// What tells programs not to answer (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

/// Where a digest is left off (RFC 2369).
#[derive(Clone)]
struct ListUnsubscribe(String);

macro_rules! header {
    ($header:ident = $name:literal, |$it:ident| $value:expr) => {
        impl Header for $header {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($name)
            }

            fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Err("this header is only written".into())
            }

            fn display(&self) -> HeaderValue {
                let $it = self;
                HeaderValue::new(Self::name(), $value)
            }
        }
    };
}

header!(AutoSubmitted = "Auto-Submitted", |_it| "auto-generated".to_owned());
header!(ListUnsubscribe = "List-Unsubscribe", |it| format!("<{}>", it.0));

impl Letter {
    fn text(&self) -> String {
        let mut text = String::new();
        let lines = [
            say("courriel-bonjour"),
            self.body.to_string(),
            self.link.clone(),
            say("courriel-lien"),
            format!("-- \n{}\n{}", self.why, self.choice),
        ];
        for line in lines {
            // Writing in a string cannot fail.
            let _ = write!(text, "{line}\n\n");
        }
        text
    }
}

impl Postman {
    /// Writes a mail.
    pub(super) fn letter(&self, mail: &DueMail, organization: &str) -> Letter {
        let code = mail.code.map(|code| code.to_string()).unwrap_or_default();
        let about = || [("dossier", code.as_str().into())];
        let (subject, body) = match mail.notice {
            Notice::Request { .. } | Notice::Late { .. } if mail.urgent => {
                (say_with("courriel-urgent", about()), Text("courriel-urgent-corps"))
            }
            Notice::Request { .. } => {
                (say_with("courriel-demande", about()), Text("courriel-demande-corps"))
            }
            Notice::News { .. } => {
                (say_with("courriel-nouvelles", about()), Text("courriel-nouvelles-corps"))
            }
            Notice::Handed { .. } => {
                (say_with("courriel-confie", about()), Text("courriel-confie-corps"))
            }
            Notice::Next { .. } => {
                (say_with("courriel-suite", about()), Text("courriel-suite-corps"))
            }
            Notice::Late { .. } => {
                (say_with("courriel-relance", about()), Text("courriel-relance-corps"))
            }
            Notice::Digest { .. } => (
                say_with("courriel-resume", [("nombre", mail.waiting.into())]),
                Text("courriel-resume-corps"),
            ),
        };
        let page = match mail.code {
            None => "/".to_owned(),
            Some(code) if mail.asked => format!("/demandes/{code}"),
            Some(code) => format!("/parcours/{code}"),
        };
        let why = say_with("courriel-pourquoi", [("structure", organization.into())]);
        let name = serde_json::to_vec(&(mail.to, mail.notice)).expect("codes are plain data");
        let [first @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = sha256(&name);
        Letter {
            id: Some(format!("<{}@{}>", encoding::base64url(&first), self.from.email.domain())),
            digest: matches!(mail.notice, Notice::Digest { .. }),
            ..self.write(subject, body, &page, why, mail.at)
        }
    }

    /// Writes that mail works.
    pub(super) fn trial(&self, at: Timestamp) -> Letter {
        let why = say("courriel-essai-pourquoi");
        self.write(say("courriel-essai"), Text("courriel-essai-corps"), "/", why, at)
    }

    fn write(&self, subject: String, body: Text, page: &str, why: String, at: Timestamp) -> Letter {
        Letter {
            subject,
            body,
            link: format!("{}{page}", self.public_url),
            why,
            choice: format!("{}/moi", self.public_url),
            id: None,
            digest: false,
            at,
        }
    }

    /// Puts a mail in its envelope.
    pub(super) fn message(
        &self,
        to: Address,
        letter: &Letter,
    ) -> Result<Message, lettre::error::Error> {
        let (hello, harmless) = (say("courriel-bonjour"), say("courriel-lien"));
        let html = Html { letter, hello, harmless }
            .render()
            .expect("a template without a condition renders");
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::from(to))
            .subject(&letter.subject)
            .date(UNIX_EPOCH + Duration::from_millis(letter.at.0))
            .message_id(letter.id.clone())
            .header(AutoSubmitted);
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        if letter.digest {
            message = message.header(ListUnsubscribe(letter.choice.clone()));
        }
        message.multipart(MultiPart::alternative_plain_html(letter.text(), html))
    }
}

#[cfg(test)]
mod tests {
    use maillage_protocol::id::{ProfessionalId, ReferralId};
    use maillage_protocol::referral::Reminder;

    use super::*;
    use crate::app::ShortCode;
    use crate::config::Smtp;

    fn postman() -> Postman {
        let smtp = Smtp {
            host: "127.0.0.1".to_owned(),
            port: 25,
            from: "maillage@ccas.example".to_owned(),
            reply_to: Some("accueil@ccas.example".to_owned()),
            password: None,
            password_file: None,
        };
        Postman::new(&smtp, "https://ccas.example/").unwrap()
    }

    fn mail(notice: Notice, asked: bool) -> DueMail {
        DueMail {
            to: ProfessionalId::from_bytes([3; 16]),
            address: "karim@epn.example".to_owned().into(),
            notice,
            code: notice.referral().map(ShortCode::of),
            asked,
            urgent: false,
            waiting: 3,
            at: Timestamp(1_772_438_400_000),
        }
    }

    fn sent(mail: &DueMail) -> String {
        let postman = postman();
        let letter = postman.letter(mail, "CCAS de Brenne");
        let to = mail.address.reveal().parse().unwrap();
        let message = postman.message(to, &letter).unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    /// Puts together again what mail cuts and writes in ASCII.
    fn plain(text: &str) -> String {
        text.replace("=\r\n", "").replace("=C3=A9", "é").replace("=E2=80=99", "’")
    }

    #[test]
    fn a_mail_says_a_reference_and_one_link() {
        let (referral, since) = (ReferralId::from_bytes([7; 16]), Timestamp(1));
        let code = ShortCode::of(referral).to_string();
        let late = Notice::Late { referral, what: Reminder::Late, since };
        for (notice, asked, subject, page) in [
            (Notice::Request { referral, since }, true, "Une demande vous attend", "demandes"),
            (Notice::News { referral, since }, false, "Du nouveau", "parcours"),
            (Notice::Next { referral, since }, false, "Une suite à choisir", "parcours"),
            (late, false, "Rappel", "parcours"),
        ] {
            let mail = mail(notice, asked);
            let letter = postman().letter(&mail, "CCAS de Brenne");
            assert_eq!(
                letter.subject.replace('\u{a0}', " "),
                format!("{subject} – dossier {code}")
            );
            assert_eq!(letter.link, format!("https://ccas.example/{page}/{code}"));
            let text = letter.text();
            assert_eq!(text.matches("https://").count(), 2, "its link, and where to leave it off");
            let message = plain(&sent(&mail));
            assert!(message.contains("Auto-Submitted: auto-generated\r\n"), "{message}");
            assert!(message.contains("Reply-To: accueil@ccas.example\r\n"), "{message}");
            assert!(!message.contains("List-Unsubscribe"), "{message}");
            assert!(!message.contains("<img") && !message.contains("utm_"), "{message}");
            let (html, plain) = (message.find("text/html"), message.find("text/plain"));
            assert!(plain.unwrap() < html.unwrap(), "the plain text comes first");
        }
    }

    #[test]
    fn a_mail_that_is_sent_twice_has_one_name() {
        let name = |to: &DueMail| {
            let message = sent(to);
            let line = message.lines().find(|line| line.starts_with("Message-ID: ")).unwrap();
            line.to_owned()
        };
        let digest = mail(Notice::Digest { since: Timestamp(1) }, false);
        assert_eq!(name(&digest), name(&digest));
        let tomorrow = mail(Notice::Digest { since: Timestamp(2) }, false);
        assert_ne!(name(&digest), name(&tomorrow));
        let message = sent(&digest);
        assert!(message.contains("List-Unsubscribe: <https://ccas.example/moi>"), "{message}");
        assert!(message.contains("Subject: 3 "), "{message}");
        assert!(message.contains("Date: Mon, 02 Mar 2026 08:00:00 +0000"), "{message}");
    }

    #[test]
    fn nobody_adds_a_line_to_the_head_of_a_mail() {
        for text in
            ["a@b.example\r\nBcc: c@d.example", "a@b.example\nX: y", "a b", "", "é@a.example"]
        {
            assert!(!super::super::is_address(text), "{text}");
        }
        assert!(super::super::is_address("prenom.nom@ccas.example"));
        let digest = mail(Notice::Digest { since: Timestamp(1) }, false);
        let letter = postman().letter(&digest, "CCAS\r\nBcc: c@d.example");
        let message = postman().message("a@b.example".parse().unwrap(), &letter).unwrap();
        let message = String::from_utf8(message.formatted()).unwrap();
        let (head, _) = message.split_once("\r\n\r\n").unwrap();
        assert!(!head.contains("Bcc"), "{head}");
    }
}
