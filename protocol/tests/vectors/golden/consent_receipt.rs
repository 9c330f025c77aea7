//! The receipt that a person holds: what an organization signs of an agreement.

use std::str::FromStr;

use maillage_protocol::consent::{
    Agreement, Basis, CollectionPlace, Consent, ConsentReceipt, FeedbackLevel, Gesture, Grant,
    Notice, NoticeForm, PersonalCode, Purpose, SignedReceipt, Subject, Validity, WitnessFunction,
};
use maillage_protocol::disclosure::Category;
use maillage_protocol::encoding;
use maillage_protocol::id::{ConsentId, ProfessionalId, ReferralId, ServiceId};
use maillage_protocol::keys::PrivateKey;
use maillage_protocol::label::Label;
use serde_json::{Value, json};

use super::pathway::NUMBER;
use crate::entry::{Entries, key, text};
use crate::nodes::{NOW, Node, public_hex, secret};

const CODE: &str = "7F3K-9QH2-M4TZ-0XWB";

fn grant() -> Grant {
    let id = ConsentId::from_str("2f6c1c1e-5a0b-4c1d-9f27-0c8f6f3b7a10").unwrap();
    let french = "fr".to_owned().try_into().unwrap();
    let agreement = Agreement {
        id,
        referral: ReferralId::from_bytes([3; 16]),
        subject: Subject([4; 16]),
        notice: Notice::of(1, french, NoticeForm::Oral, "ce qui lui a été lu"),
        purposes: [Purpose::TransmitReferral, Purpose::Feedback].into(),
        categories: [Category::Need, Category::FirstName, Category::Phone].into(),
        receiver: Node::epn().id(),
        host: None,
        service: ServiceId::from_bytes([5; 16]),
        feedback: FeedbackLevel::Outcome,
        basis: Basis::PublicTask,
        validity: Validity::HalfYear,
        place: CollectionPlace::InPerson,
        agent: ProfessionalId::from_bytes([6; 16]),
        askable: None,
        discreet: false,
        code: CODE.parse::<PersonalCode>().unwrap().commitment(id),
        renews: None,
    };
    let gesture = Gesture::Oral { witness: WitnessFunction::Reception };
    Consent::given(agreement, gesture, NOW).unwrap().grant().clone()
}

/// Returns the 96 bytes that are signed, and their signature.
fn halves(signed: &SignedReceipt) -> (Vec<u8>, Vec<u8>) {
    let mut said = encoding::from_crockford(&signed.to_printed()).unwrap();
    let signature = said.split_off(96);
    (said, signature)
}

fn shown(said: &ConsentReceipt) -> Value {
    json!({
        "issuer": said.issuer.to_string(),
        "kid": said.kid.to_string(),
        "consent": said.consent.to_string(),
        "at": said.at.0,
        "grant": encoding::base64url(&said.grant),
    })
}

pub(super) fn make(entries: &mut Entries) {
    let (grant, ccas) = (grant(), Node::ccas());
    let digest = json!({ "grant": encoding::base64url(&grant.digest().unwrap()) });
    let members = serde_json::to_value(&grant).unwrap();
    let asked = json!({ "do": "digest", "grant": members });
    entries.accept("digest", "what she agreed to, in CJ1, by its hash", asked, digest);

    let signer = &ccas.keys.sig;
    let signed = ConsentReceipt::sign(&grant, ccas.id(), signer).unwrap();
    let expect = shown(&signed.claims().unwrap());
    let input = |text: String| json!({ "do": "verify", "text": text, "key": public_hex(signer) });
    let printed = signed.to_printed();
    let square = format!("https://ccas.brenne.example/p#{}", signed.in_square(CODE, NUMBER));
    let typed = printed.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
    for (name, why, text) in [
        ("printed", "the groups as they are printed", printed.clone()),
        ("typed", "in lower case, with spaces, O for 0, L for 1", typed),
        ("square", "an address, her code, the number of her pathway, the receipt", square),
    ] {
        entries.accept(name, why, input(text), expect.clone());
    }
    for (name, why, text) in [
        ("code", "her code alone is no receipt", CODE.to_owned()),
        ("short", "a group is missing", printed[5..].to_owned()),
        ("long", "a group too many", format!("{printed}-0000")),
        ("letter", "U is no character of a receipt", printed.replacen(&printed[..1], "U", 1)),
    ] {
        entries.refuse(name, why, input(text), "not_exact");
    }
    let (said, signature) = halves(&signed);
    let whole = |said: &[u8], signature: &[u8]| encoding::crockford(&[said, signature].concat());
    let flipped = |at: usize| {
        let mut said = said.clone();
        said[at] ^= 1;
        whole(&said, &signature)
    };
    let stranger = PrivateKey::from_seed(&secret("stranger", "sig"));
    let forged = ConsentReceipt::sign(&grant, ccas.id(), &stranger).unwrap();
    for (name, why, text) in [
        ("other_issuer", "a bit of who issued it", flipped(0)),
        ("other_key", "a bit of the name of the key", flipped(32)),
        ("other_consent", "a bit of the name of the consent", flipped(40)),
        ("other_date", "a bit of the date", flipped(63)),
        ("other_agreement", "a bit of the hash of what was agreed", flipped(95)),
        ("other_label", "signed as an event", whole(&said, &signer.sign(Label::Event, &said))),
        ("stranger", "somebody else's key", forged.to_printed()),
    ] {
        entries.refuse(name, why, input(text), "bad_signature");
    }
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    if text(input, "do") == "digest" {
        let grant: Grant = serde_json::from_value(input["grant"].clone()).unwrap();
        return Ok(json!({ "grant": encoding::base64url(&grant.digest().unwrap()) }));
    }
    let key = key(input, "key");
    let read: SignedReceipt = text(input, "text").parse().map_err(|_| "not_exact")?;
    let said = read.verify(|_, kid| (kid == key.kid()).then_some(key));
    said.map(|said| shown(&said)).map_err(|_| "bad_signature")
}
