//! One vector, and the ways in which its values are written.
//!
//! Bytes that were signed are shown as the text that they are, beside their signature. What is
//! base64url on the wire stays so; keys and other raw bytes are hexadecimal.

use std::fmt::Debug;
use std::path::PathBuf;
use std::str::FromStr;

use maillage_protocol::encoding;
use maillage_protocol::event::Head;
use maillage_protocol::identity::{IdentitySignature, SignedIdentity};
use maillage_protocol::keys::PublicKey;
use maillage_protocol::signed::Signed;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What an implementation is given, and what it must answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) input: Value,
    /// The answer, or `"refused"`.
    pub(crate) expect: Value,
    /// Why it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

/// The vectors of one file.
#[derive(Default)]
pub(crate) struct Entries(pub(crate) Vec<Entry>);

impl Entries {
    pub(crate) fn accept(&mut self, name: &str, why: &str, input: Value, expect: Value) {
        self.push(name, why, input, expect, None);
    }

    pub(crate) fn refuse(&mut self, name: &str, why: &str, input: Value, error: &str) {
        self.push(name, why, input, Value::from("refused"), Some(error.to_owned()));
    }

    fn push(&mut self, name: &str, why: &str, input: Value, expect: Value, error: Option<String>) {
        let (name, description) = (name.to_owned(), why.to_owned());
        self.0.push(Entry { name, description, input, expect, error });
    }
}

/// Where the vectors are.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

#[track_caller]
pub(crate) fn text<'a>(input: &'a Value, name: &str) -> &'a str {
    input[name].as_str().unwrap_or_else(|| panic!("{name} is not a text in {input}"))
}

#[track_caller]
pub(crate) fn integer(input: &Value, name: &str) -> u64 {
    input[name].as_u64().unwrap_or_else(|| panic!("{name} is not an integer in {input}"))
}

#[track_caller]
pub(crate) fn list<'a>(input: &'a Value, name: &str) -> &'a [Value] {
    input[name].as_array().unwrap_or_else(|| panic!("{name} is not a list in {input}"))
}

#[track_caller]
pub(crate) fn parsed<T: FromStr<Err: Debug>>(input: &Value, name: &str) -> T {
    text(input, name).parse().unwrap()
}

#[track_caller]
pub(crate) fn hex(input: &Value, name: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text(input, name).as_bytes()).unwrap()
}

#[track_caller]
pub(crate) fn hex_array<const N: usize>(input: &Value, name: &str) -> [u8; N] {
    hex(input, name).try_into().unwrap()
}

#[track_caller]
pub(crate) fn base64url_array<const N: usize>(input: &Value, name: &str) -> [u8; N] {
    encoding::from_base64url_array(text(input, name)).unwrap()
}

/// Reads a key that the vector promises to be good.
#[track_caller]
pub(crate) fn key(input: &Value, name: &str) -> PublicKey {
    PublicKey::register(&hex_array(input, name)).unwrap()
}

/// Reads `{"bytes", "sig"}`.
#[track_caller]
pub(crate) fn signed(input: &Value) -> Signed {
    Signed {
        bytes: text(input, "bytes").as_bytes().to_vec(),
        signature: base64url_array(input, "sig"),
    }
}

/// Writes what [`signed`] reads.
pub(crate) fn show(signed: &Signed) -> Value {
    let text = str::from_utf8(&signed.bytes).unwrap();
    json!({ "bytes": text, "sig": encoding::base64url(&signed.signature) })
}

/// Reads a list of `{"bytes", "sigs"}`.
#[track_caller]
pub(crate) fn identity_log(input: &Value, name: &str) -> Vec<SignedIdentity> {
    list(input, name).iter().map(identity_event).collect()
}

#[track_caller]
pub(crate) fn identity_event(event: &Value) -> SignedIdentity {
    let signature = |value: &Value| IdentitySignature {
        kid: parsed(value, "kid"),
        signature: base64url_array(value, "sig"),
    };
    SignedIdentity {
        bytes: text(event, "bytes").as_bytes().to_vec(),
        signatures: list(event, "sigs").iter().map(signature).collect(),
    }
}

/// Writes what [`identity_log`] reads.
pub(crate) fn show_log(log: &[SignedIdentity]) -> Value {
    log.iter().map(show_identity).collect()
}

fn show_identity(event: &SignedIdentity) -> Value {
    let signature = |signature: &IdentitySignature| {
        let written = encoding::base64url(&signature.signature);
        json!({ "kid": signature.kid.to_string(), "sig": written })
    };
    let signatures: Vec<_> = event.signatures.iter().map(signature).collect();
    json!({ "bytes": str::from_utf8(&event.bytes).unwrap(), "sigs": signatures })
}

/// Writes a head as the wire does.
pub(crate) fn show_head(head: Head) -> Value {
    json!([head.epoch.0, head.seq.0, head.id.to_string()])
}
