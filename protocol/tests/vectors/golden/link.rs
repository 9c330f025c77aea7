//! How two nodes come to trust each other.

use maillage_protocol::encoding;
use maillage_protocol::id::{IdentityId, NodeId};
use maillage_protocol::link::{
    Invitation, InvitationSecret, LinkProof, Linking, UnreadableInvitation,
};
use serde_json::{Value, json};

use crate::entry::{Entries, base64url_array, hex_array, parsed, text};
use crate::nodes::{NOW, Node, secret};

fn linking() -> Linking {
    let (host, guest) = (Node::ccas(), Node::epn());
    Linking {
        host: host.id(),
        guest: guest.id(),
        host_identity: host.genesis.id(),
        guest_identity: guest.genesis.id(),
        host_nonce: [5; 16],
        guest_nonce: [6; 16],
    }
}

fn input(secret: &InvitationSecret, linking: &Linking) -> Value {
    json!({
        "do": "prove",
        "secret": encoding::hex(secret.reveal()),
        "host": linking.host.to_string(),
        "guest": linking.guest.to_string(),
        "last_host": linking.host_identity.to_string(),
        "last_guest": linking.guest_identity.to_string(),
        "nonce_host": encoding::base64url(&linking.host_nonce),
        "nonce_guest": encoding::base64url(&linking.guest_nonce),
    })
}

fn proved(secret: &InvitationSecret, linking: &Linking) -> Value {
    json!({
        "mac_guest": encoding::base64url(&secret.guest_proof(linking).0),
        "mac_host": encoding::base64url(&secret.host_proof(linking).0),
        "sas": secret.comparison_code(linking).to_string(),
    })
}

pub(super) fn make(entries: &mut Entries) {
    let (secret, here) = (InvitationSecret::from_random([7; 16]), linking());
    let swapped = Linking {
        host: here.guest,
        guest: here.host,
        host_identity: here.guest_identity,
        guest_identity: here.host_identity,
        ..here
    };
    let other_secret = InvitationSecret::from_random([8; 16]);
    for (name, why, secret, linking) in [
        ("linking", "two proofs and six digits", &secret, here),
        ("other_secret", "another invitation", &other_secret, here),
        ("swapped", "the other invites", &secret, swapped),
        ("other_nonces", "other chance", &secret, Linking { host_nonce: [9; 16], ..here }),
    ] {
        entries.accept(name, why, input(secret, &linking), proved(secret, &linking));
    }
    // Six digits keep their zeros: the first chance that gives one.
    let zero = (0..=u8::MAX).map(|byte| Linking { guest_nonce: [byte; 16], ..here });
    let zero = { zero }.find(|it| secret.comparison_code(it).to_string().starts_with('0')).unwrap();
    let why = "the digits keep their zeros";
    entries.accept("leading_zero", why, input(&secret, &zero), proved(&secret, &zero));
    make_checks(entries, &secret, &here);
}

fn make_checks(entries: &mut Entries, secret: &InvitationSecret, here: &Linking) {
    let (guest, host) = (secret.guest_proof(here), secret.host_proof(here));
    let check = |side: &str, linking: &Linking, proof: LinkProof| {
        let mut input = input(secret, linking);
        input["do"] = "check".into();
        input["side"] = side.into();
        input["mac"] = encoding::base64url(&proof.0).into();
        input
    };
    let expect = json!({ "known": true });
    entries.accept(
        "guest_knows",
        "the proof of the guest",
        check("guest", here, guest),
        expect.clone(),
    );
    entries.accept("host_knows", "the proof of the host", check("host", here, host), expect);
    let mut flipped = guest;
    flipped.0[31] ^= 1;
    let other = IdentityId([9; 32]);
    for (name, why, input) in [
        ("proof_of_guest_as_host", "one proof is not the other", check("host", here, guest)),
        ("proof_of_host_as_guest", "one proof is not the other", check("guest", here, host)),
        ("proof_flipped", "a bit of the proof", check("guest", here, flipped)),
        (
            "proof_other_host",
            "somebody stands between them",
            check("guest", &Linking { host: NodeId([9; 32]), ..*here }, guest),
        ),
        (
            "proof_other_guest_identity",
            "another identity log",
            check("guest", &Linking { guest_identity: other, ..*here }, guest),
        ),
        (
            "proof_other_host_identity",
            "another identity log",
            check("host", &Linking { host_identity: other, ..*here }, host),
        ),
        (
            "proof_other_nonce",
            "an answer to another request",
            check("host", &Linking { guest_nonce: [9; 16], ..*here }, host),
        ),
    ] {
        entries.refuse(name, why, input, "wrong_proof");
    }
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    let secret = InvitationSecret::from_random(hex_array(input, "secret"));
    let linking = Linking {
        host: parsed(input, "host"),
        guest: parsed(input, "guest"),
        host_identity: parsed(input, "last_host"),
        guest_identity: parsed(input, "last_guest"),
        host_nonce: base64url_array(input, "nonce_host"),
        guest_nonce: base64url_array(input, "nonce_guest"),
    };
    if text(input, "do") == "prove" {
        return Ok(proved(&secret, &linking));
    }
    let proof = LinkProof(base64url_array(input, "mac"));
    let known = match text(input, "side") {
        "guest" => secret.guest_knows(&linking, &proof),
        "host" => secret.host_knows(&linking, &proof),
        other => panic!("no such side: {other}"),
    };
    if known { Ok(json!({ "known": true })) } else { Err("wrong_proof") }
}

pub(super) fn make_invitations(entries: &mut Entries) {
    let invitation = Invitation {
        node: Node::ccas().id(),
        secret: InvitationSecret::from_random(
            secret("ccas", "invitation")[..16].try_into().unwrap(),
        ),
        url: "https://ccas.brenne.example/".to_owned(),
        expires: NOW,
    };
    let written = invitation.to_text();
    let expect = shown(&invitation);
    for (name, why, text) in [
        ("written", "as it is written", written.clone()),
        ("capitals", "in capitals, as a QR code has it", written.to_uppercase()),
        ("spaces", "between spaces, as an e-mail has it", format!(" {written}\n")),
    ] {
        entries.accept(name, why, json!({ "text": text }), expect.clone());
    }
    let packed = |json: &str| format!("maillage:invite:1:{}", encoding::base32(json.as_bytes()));
    let json = |v: u64, s: &str| {
        let id = invitation.node;
        format!(r#"{{"id":"{id}","s":"{s}","u":"https://ccas.brenne.example/","v":{v},"x":9}}"#)
    };
    let (good, short) = (encoding::base64url(&[7; 16]), encoding::base64url(&[7; 15]));
    for (name, why, text, error) in [
        ("greeting", "not an invitation", "bonjour".to_owned(), "prefix"),
        ("newer", "of a newer version", written.replacen(":1:", ":2:", 1), "prefix"),
        ("cut", "the end is missing", written[..written.len() - 3].to_owned(), "not_exact"),
        ("cut_inside", "the end is missing inside", packed(&json(1, &good)[..90]), "not_canonical"),
        (
            "wrong_letter",
            "a character that base32 does not have",
            format!("{written}1"),
            "not_exact",
        ),
        ("padded", "padding", format!("{written}="), "not_exact"),
        ("space_inside", "a space inside", written.replacen("1:", "1: ", 1), "not_exact"),
        ("version", "another version inside", packed(&json(2, &good)), "malformed"),
        ("short_secret", "fifteen bytes", packed(&json(1, &short)), "malformed"),
        (
            "order",
            "not canonical",
            packed(&json(1, &good).replace("\"v\":1,\"x\":9", "\"x\":9,\"v\":1")),
            "not_canonical",
        ),
        (
            "no_address",
            "no address",
            packed(&json(1, &good).replace("\"u\":", "\"t\":")),
            "malformed",
        ),
    ] {
        entries.refuse(name, why, json!({ "text": text }), error);
    }
}

fn shown(invitation: &Invitation) -> Value {
    json!({
        "id": invitation.node.to_string(),
        "s": encoding::base64url(invitation.secret.reveal()),
        "u": invitation.url,
        "x": invitation.expires.0,
    })
}

pub(super) fn judge_invitation(input: &Value) -> Result<Value, &'static str> {
    let invitation = text(input, "text").parse::<Invitation>().map_err(|error| match error {
        UnreadableInvitation::Prefix => "prefix",
        UnreadableInvitation::NotExact(_) => "not_exact",
        UnreadableInvitation::NotCanonical(_) => "not_canonical",
        UnreadableInvitation::Malformed(_) => "malformed",
    })?;
    Ok(shown(&invitation))
}
