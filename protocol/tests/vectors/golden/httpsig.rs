//! Signed requests: the one form that is accepted.

use maillage_protocol::httpsig::{Nonce, Request, SignatureHeaders};
use maillage_protocol::id::NodeId;
use maillage_protocol::keys::PrivateKey;
use maillage_protocol::label::sha256;
use serde_json::{Value, json};

use crate::entry::{Entries, base64url_array, hex_array, integer, key, parsed, text};
use crate::nodes::{Node, public_hex, secret};

const CREATED: u64 = 1_772_438_500;
const NONCE: Nonce = Nonce([3; 16]);

fn request<'a>(method: &'a str, path: &'a str, query: &'a str) -> Request<'a> {
    Request { method, path, query }
}

fn signed(key: &PrivateKey, request: &Request<'_>, body: &str) -> SignatureHeaders {
    let nodes = (Node::ccas().id(), Node::epn().id());
    SignatureHeaders::sign(key, nodes, request, body.as_bytes(), (CREATED, NONCE))
}

fn show_headers(headers: &SignatureHeaders) -> Value {
    json!({
        "maillage-from": headers.from,
        "maillage-to": headers.to,
        "content-digest": headers.content_digest,
        "signature-input": headers.signature_input,
        "signature": headers.signature,
    })
}

pub(super) fn make(entries: &mut Entries) {
    let key = Node::ccas().keys.auth;
    for (name, why, request, body) in [
        ("post", "a body and no query", request("POST", "/fed/v1/events", ""), "{\"events\":[]}"),
        ("get", "neither body nor query", request("GET", "/fed/v1/head", ""), ""),
        ("get_query", "a query", request("GET", "/fed/v1/events", "ep=1&after=3&wait=25"), ""),
        ("prefix", "a path behind a proxy", request("POST", "/maillage/fed/v1/erase", ""), "{}"),
    ] {
        let headers = signed(&key, &request, body);
        let input = json!({
            "do": "sign",
            "seed": data_encoding::HEXLOWER.encode(&*key.to_seed()),
            "from": Node::ccas().id().to_string(),
            "to": Node::epn().id().to_string(),
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "body": body,
            "created": CREATED,
            "nonce": NONCE.to_string(),
        });
        entries.accept(&format!("sign_{name}"), why, input, show_headers(&headers));
        let expect = json!({
            "from": headers.from, "to": headers.to, "created": CREATED,
            "nonce": NONCE.to_string(), "keyid": key.kid().to_string(),
        });
        let input = verify(&key, &request, body, &headers);
        entries.accept(&format!("verify_{name}"), why, input, expect);
    }
    make_other_forms(entries, &key);
    make_other_requests(entries, &key);
}

fn verify(
    key: &PrivateKey,
    request: &Request<'_>,
    body: &str,
    headers: &SignatureHeaders,
) -> Value {
    json!({
        "do": "verify",
        "key": public_hex(key),
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "body": body,
        "headers": show_headers(headers),
    })
}

/// What the headers are changed by: the header, what it has, what it gets.
type Twist = (&'static str, &'static str, &'static str, &'static str, &'static str);

fn make_other_forms(entries: &mut Entries, key: &PrivateKey) {
    let post = request("POST", "/fed/v1/events", "");
    let twists: [Twist; 22] = [
        ("space_after", "a space", "signature-input", "fed-1\"", "fed-1\" "),
        ("space_inside", "a space", "signature-input", ";nonce", "; nonce"),
        ("other_label", "another label", "signature-input", "maillage=(", "sig1=("),
        ("second_label", "a second label", "signature-input", "fed-1\"", "fed-1\", b=()"),
        (
            "other_order",
            "components in another order",
            "signature-input",
            "\"@method\" \"@path\"",
            "\"@path\" \"@method\"",
        ),
        ("no_digest", "the digest is not covered", "signature-input", " \"content-digest\"", ""),
        ("no_recipient", "the recipient is not covered", "signature-input", " \"maillage-to\"", ""),
        (
            "more_covered",
            "more is covered",
            "signature-input",
            "\"@path\"",
            "\"@path\" \"@authority\"",
        ),
        ("other_tag", "another tag", "signature-input", "fed-1", "fed-2"),
        ("zero_before", "a number with a zero before", "signature-input", "=177", "=0177"),
        ("plus_before", "a number with a sign", "signature-input", "=177", "=+177"),
        ("negative", "a negative number", "signature-input", "=177", "=-177"),
        ("other_case", "a name in capitals", "signature-input", "\"@method\"", "\"@METHOD\""),
        ("algorithm", "a parameter more", "signature-input", "fed-1\"", "fed-1\";alg=\"ed25519\""),
        ("short_nonce", "fifteen bytes", "signature-input", "nonce=\"Aw", "nonce=\""),
        ("other_hash", "another hash", "content-digest", "sha-256", "sha-512"),
        ("two_hashes", "two hashes", "content-digest", "sha-256=:", "sha-512=:AAAA:, sha-256=:"),
        ("no_colon", "the value is not closed", "signature", "==:", "=="),
        ("signature_label", "another label", "signature", "maillage=:", "sig1=:"),
        (
            "signature_before",
            "a second signature before",
            "signature",
            "maillage=:",
            "b=:AAAA:, maillage=:",
        ),
        ("signature_after", "a second signature after", "signature", "==:", "==:, b=:AAAA:"),
        ("sender_capitals", "a node is written in one way", "maillage-from", "n1", "N1"),
    ];
    for (name, why, header, from, to) in twists {
        let headers = twisted(signed(key, &post, "{}"), header, from, to);
        let input = verify(key, &post, "{}", &headers);
        entries.refuse(name, why, input, "not_the_profile");
    }
}

fn twisted(mut headers: SignatureHeaders, header: &str, from: &str, to: &str) -> SignatureHeaders {
    let written = match header {
        "maillage-from" => &mut headers.from,
        "maillage-to" => &mut headers.to,
        "content-digest" => &mut headers.content_digest,
        "signature-input" => &mut headers.signature_input,
        "signature" => &mut headers.signature,
        other => panic!("no such header: {other}"),
    };
    assert!(written.contains(from), "{from} is not in {written}");
    *written = written.replacen(from, to, 1);
    headers
}

fn make_other_requests(entries: &mut Entries, key: &PrivateKey) {
    let post = request("POST", "/fed/v1/events", "");
    let good = signed(key, &post, "{}");
    for (name, why, other) in [
        ("other_method", "another method", request("PUT", "/fed/v1/events", "")),
        ("other_path", "another path", request("POST", "/fed/v1/erase", "")),
        ("other_query", "a query was added", request("POST", "/fed/v1/events", "x=1")),
    ] {
        entries.refuse(name, why, verify(key, &other, "{}", &good), "bad_signature");
    }
    let stranger = PrivateKey::from_seed(&secret("stranger", "auth"));
    let why = "another key than the one that is named";
    entries.refuse("stranger", why, verify(&stranger, &post, "{}", &good), "bad_signature");
    let mut elsewhere = good.clone();
    elsewhere.to = NodeId([9; 32]).to_string();
    let mut borrowed = good.clone();
    borrowed.from = NodeId([9; 32]).to_string();
    let other_body = signed(key, &post, "{ }").content_digest;
    let mut other_digest = good.clone();
    other_digest.content_digest = other_body;
    let nonce = Nonce([4; 16]).to_string();
    for (name, why, headers) in [
        ("other_recipient", "played to another node", elsewhere),
        ("other_sender", "in the name of another", borrowed),
        ("other_digest", "the hash of another body", other_digest),
        (
            "other_time",
            "a second later",
            twisted(good.clone(), "signature-input", "8500;", "8501;"),
        ),
        (
            "other_nonce",
            "another chance",
            twisted(good.clone(), "signature-input", &NONCE.to_string(), &nonce),
        ),
    ] {
        entries.refuse(name, why, verify(key, &post, "{}", &headers), "bad_signature");
    }
    let why = "the body is not the one that was signed";
    entries.refuse("other_body", why, verify(key, &post, "{ }", &good), "wrong_digest");
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    let request = request(text(input, "method"), text(input, "path"), text(input, "query"));
    let body = text(input, "body").as_bytes();
    if text(input, "do") == "sign" {
        let key = PrivateKey::from_seed(&hex_array(input, "seed"));
        let nodes = (parsed(input, "from"), parsed(input, "to"));
        let nonce = Nonce(base64url_array(input, "nonce"));
        let created = integer(input, "created");
        let headers = SignatureHeaders::sign(&key, nodes, &request, body, (created, nonce));
        return Ok(show_headers(&headers));
    }
    let headers = &input["headers"];
    let header = |name: &str| text(headers, name).to_owned();
    let headers = SignatureHeaders {
        from: header("maillage-from"),
        to: header("maillage-to"),
        content_digest: header("content-digest"),
        signature_input: header("signature-input"),
        signature: header("signature"),
    };
    let claims = headers.claims().map_err(|_| "not_the_profile")?;
    claims.verify(&key(input, "key"), &request).map_err(|_| "bad_signature")?;
    claims.check_body(&sha256(body)).map_err(|_| "wrong_digest")?;
    Ok(json!({
        "from": claims.from.to_string(),
        "to": claims.to.to_string(),
        "created": claims.created,
        "nonce": claims.nonce.to_string(),
        "keyid": claims.kid.to_string(),
    }))
}
