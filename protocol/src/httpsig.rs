//! Signed requests: one frozen profile of RFC 9421, named `maillage-fed-1`.
//!
//! There is no parser of structured fields to be attacked. A verifier takes four values out of
//! the one form that it accepts, *builds* the field that it expects, and compares the bytes. The
//! recipient is covered, so that a request cannot be played to another node; the host is not,
//! since proxies rewrite it.

use std::fmt;

use crate::encoding;
use crate::id::NodeId;
use crate::keys::{BadSignature, Kid, PrivateKey, PublicKey};
use crate::label::sha256;
use crate::time::Timestamp;

/// The header that names who calls.
pub const FROM: &str = "maillage-from";
/// The header that names who is called.
pub const TO: &str = "maillage-to";
/// The header with the hash of the body (RFC 9530).
pub const CONTENT_DIGEST: &str = "content-digest";
/// The header with what is signed.
pub const SIGNATURE_INPUT: &str = "signature-input";
/// The header with the signature.
pub const SIGNATURE: &str = "signature";
/// The five headers of a signed request. Each appears exactly once.
pub const HEADERS: [&str; 5] = [FROM, TO, CONTENT_DIGEST, SIGNATURE_INPUT, SIGNATURE];

const COMPONENTS: &str =
    r#"("@method" "@path" "@query" "content-digest" "maillage-from" "maillage-to")"#;

/// What makes a request different from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The path, as its signer wrote it.
    pub path: &'a str,
    /// The query without its question mark; empty if there is none.
    pub query: &'a str,
}

/// The five headers of a signed request, as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// Who calls.
    pub from: String,
    /// Who is called.
    pub to: String,
    /// The hash of the body.
    pub content_digest: String,
    /// What is signed.
    pub signature_input: String,
    /// The signature.
    pub signature: String,
}

/// Sixteen bytes that make two equal requests different.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce(pub [u8; 16]);

/// What the headers of a request claim, before its signature is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who calls.
    pub from: NodeId,
    /// Who is called.
    pub to: NodeId,
    /// When it was signed: seconds since 1970, by the caller's clock.
    pub created: u64,
    /// What makes it different from an equal one.
    pub nonce: Nonce,
    /// The key that signed.
    pub kid: Kid,
    digest: String,
    signature: [u8; 64],
}

/// The headers are not exactly what the profile writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request is not signed in the one accepted form")]
pub struct NotTheProfile;

/// The body is not the one that was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is not the one that was signed")]
pub struct WrongDigest;

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoding::base64url(&self.0))
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nonce({self})")
    }
}

impl SignatureHeaders {
    /// Signs a request and its body.
    #[must_use]
    pub fn sign(
        key: &PrivateKey,
        (from, to): (NodeId, NodeId),
        request: &Request<'_>,
        body: &[u8],
        (created, nonce): (u64, Nonce),
    ) -> Self {
        let digest = content_digest(&sha256(body));
        let parameters = parameters(created, nonce, key.kid());
        let base = base(request, &digest, (from, to), &parameters);
        let signature = key.sign_unlabelled(base.as_bytes());
        Self {
            from: from.to_string(),
            to: to.to_string(),
            content_digest: digest,
            signature_input: format!("maillage={parameters}"),
            signature: signature_of(&signature),
        }
    }

    /// Reads what the headers claim, if they are exactly what the profile writes.
    pub fn claims(&self) -> Result<Claims, NotTheProfile> {
        let from = self.from.parse().map_err(|_| NotTheProfile)?;
        let to = self.to.parse().map_err(|_| NotTheProfile)?;
        let (created, nonce, kid) = read_parameters(&self.signature_input)?;
        if self.signature_input != format!("maillage={}", parameters(created, nonce, kid)) {
            return Err(NotTheProfile);
        }
        let signature = between(&self.signature, "maillage=:", ":").ok_or(NotTheProfile)?;
        let signature = encoding::from_base64(signature).map_err(|_| NotTheProfile)?;
        let signature: [u8; 64] = signature.try_into().map_err(|_| NotTheProfile)?;
        let digest = read_digest(&self.content_digest).ok_or(NotTheProfile)?;
        let digest = content_digest(&digest);
        if self.signature != signature_of(&signature) || self.content_digest != digest {
            return Err(NotTheProfile);
        }
        Ok(Claims { from, to, created, nonce, kid, digest, signature })
    }
}

impl Claims {
    /// Returns when it was signed, by the caller's clock.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        Timestamp(self.created.saturating_mul(1_000))
    }

    /// Checks that `key` signed this request.
    pub fn verify(&self, key: &PublicKey, request: &Request<'_>) -> Result<(), BadSignature> {
        if key.kid() != self.kid {
            return Err(BadSignature);
        }
        let parameters = parameters(self.created, self.nonce, self.kid);
        let base = base(request, &self.digest, (self.from, self.to), &parameters);
        key.verify_unlabelled(base.as_bytes(), &self.signature)
    }

    /// Checks a body whose SHA-256 is `hash`.
    pub fn check_body(&self, hash: &[u8; 32]) -> Result<(), WrongDigest> {
        if content_digest(hash) == self.digest { Ok(()) } else { Err(WrongDigest) }
    }
}

fn content_digest(hash: &[u8; 32]) -> String {
    format!("sha-256=:{}:", encoding::base64(hash))
}

fn signature_of(signature: &[u8; 64]) -> String {
    format!("maillage=:{}:", encoding::base64(signature))
}

fn read_digest(written: &str) -> Option<[u8; 32]> {
    let hash = encoding::from_base64(between(written, "sha-256=:", ":")?).ok()?;
    hash.try_into().ok()
}

fn parameters(created: u64, nonce: Nonce, kid: Kid) -> String {
    format!(r#"{COMPONENTS};created={created};nonce="{nonce}";keyid="{kid}";tag="maillage-fed-1""#)
}

/// Takes the three values out of `Signature-Input`, from places where nothing else can stand.
fn read_parameters(written: &str) -> Result<(u64, Nonce, Kid), NotTheProfile> {
    let created = between(written, ";created=", ";nonce=\"").ok_or(NotTheProfile)?;
    let nonce = between(written, ";nonce=\"", "\";keyid=\"").ok_or(NotTheProfile)?;
    let kid = between(written, "\";keyid=\"", "\";tag=").ok_or(NotTheProfile)?;
    let nonce = encoding::from_base64url_array(nonce).map_err(|_| NotTheProfile)?;
    Ok((
        created.parse().map_err(|_| NotTheProfile)?,
        Nonce(nonce),
        kid.parse().map_err(|_| NotTheProfile)?,
    ))
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(found, _)| found)
}

fn base(
    request: &Request<'_>,
    digest: &str,
    (from, to): (NodeId, NodeId),
    parameters: &str,
) -> String {
    let Request { method, path, query } = request;
    format!(
        "\"@method\": {method}\n\"@path\": {path}\n\"@query\": ?{query}\n\
         \"content-digest\": {digest}\n\"maillage-from\": {from}\n\"maillage-to\": {to}\n\
         \"@signature-params\": {parameters}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: Request<'_> =
        Request { method: "POST", path: "/fed/v1/events", query: "wait=25" };

    fn key() -> PrivateKey {
        PrivateKey::from_seed(&[7; 32])
    }

    fn signed() -> SignatureHeaders {
        let nodes = (NodeId([1; 32]), NodeId([2; 32]));
        SignatureHeaders::sign(&key(), nodes, &REQUEST, b"{}", (1_772_438_500, Nonce([3; 16])))
    }

    #[test]
    fn a_signed_request_is_believed() {
        let claims = signed().claims().unwrap();
        assert_eq!(claims.verify(&key().public(), &REQUEST), Ok(()));
        assert_eq!(claims.check_body(&sha256(b"{}")), Ok(()));
        assert_eq!(claims.check_body(&sha256(b"{ }")), Err(WrongDigest));
    }

    #[test]
    fn another_request_is_not() {
        let claims = signed().claims().unwrap();
        for request in [
            Request { method: "GET", ..REQUEST },
            Request { path: "/fed/v1/erase", ..REQUEST },
            Request { query: "", ..REQUEST },
        ] {
            assert_eq!(claims.verify(&key().public(), &request), Err(BadSignature), "{request:?}");
        }
        let other = PrivateKey::from_seed(&[8; 32]);
        assert_eq!(claims.verify(&other.public(), &REQUEST), Err(BadSignature));
    }

    #[test]
    fn another_writing_is_refused() {
        type Twist = fn(&mut SignatureHeaders);
        let twists: [(&str, Twist); 13] = [
            ("a space", |headers| headers.signature_input.push(' ')),
            ("another label", |h| {
                h.signature_input = h.signature_input.replacen("maillage", "sig1", 1)
            }),
            ("a second label", |h| h.signature_input = format!("{0}, {0}", h.signature_input)),
            ("another order", |h| {
                h.signature_input =
                    h.signature_input.replace("\"@method\" \"@path\"", "\"@path\" \"@method\"");
            }),
            ("no digest", |h| {
                h.signature_input = h.signature_input.replace(" \"content-digest\"", "")
            }),
            ("another tag", |h| h.signature_input = h.signature_input.replace("fed-1", "fed-2")),
            ("a zero before", |h| h.signature_input = h.signature_input.replace("=177", "=0177")),
            ("capitals", |h| h.signature_input = h.signature_input.to_uppercase()),
            ("another parameter", |h| h.signature_input.push_str(";alg=\"ed25519\"")),
            ("another hash", |h| h.content_digest = h.content_digest.replace("256", "512")),
            ("two hashes", |h| h.content_digest = format!("{0}, {0}", h.content_digest)),
            ("a second signature", |h| h.signature = format!("b=:AAAA:, {}", h.signature)),
            ("a long signature", |h| h.signature = h.signature.replace(":", ":AAAA")),
        ];
        for (what, twist) in twists {
            let mut headers = signed();
            twist(&mut headers);
            let believed = headers
                .claims()
                .is_ok_and(|claims| claims.verify(&key().public(), &REQUEST).is_ok());
            assert!(!believed, "{what}");
        }
    }

    #[test]
    fn every_covered_value_is_bound() {
        for (name, twist) in [("from", 0), ("to", 1), ("digest", 2), ("created", 3), ("nonce", 4)] {
            let mut headers = signed();
            match twist {
                0 => headers.from = NodeId([9; 32]).to_string(),
                1 => headers.to = NodeId([9; 32]).to_string(),
                2 => headers.content_digest = content_digest(&sha256(b"other")),
                3 => headers.signature_input = headers.signature_input.replace("500;", "501;"),
                _ => {
                    let other = Nonce([4; 16]).to_string();
                    let nonce = Nonce([3; 16]).to_string();
                    headers.signature_input = headers.signature_input.replace(&nonce, &other);
                }
            }
            let claims = headers.claims().unwrap();
            assert_eq!(claims.verify(&key().public(), &REQUEST), Err(BadSignature), "{name}");
        }
    }
}
