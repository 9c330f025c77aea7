//! The clear bodies of control events.

use maillage_protocol::control::{Control, EpochReason, UnreadableControl};
use maillage_protocol::encoding;
use maillage_protocol::event::Head;
use maillage_protocol::id::{Epoch, EventId, NodeId, Seq};
use maillage_protocol::signed::Signed;
use serde_json::{Value, json};

use crate::entry::{Entries, show_head, text};

pub(super) fn make(entries: &mut Entries) {
    let (node, id) = (NodeId([1; 32]), EventId([5; 32]));
    let accept = |more: &str| {
        format!(
            "{{{more}\"features\":[\"pull\"],\"max\":1,\"min\":1,\"peer\":\"{node}\",\"t\":\"link.accept\"}}"
        )
    };
    let said = json!({ "t": "link.accept", "peer": node.to_string(), "min": 1, "max": 1, "features": ["pull"] });
    let input = json!({ "text": accept("") });
    entries.accept("link_accept", "without charter", input, said.clone());
    let mut chartered = said;
    chartered["charter"] = "2026-1".into();
    let input = json!({ "text": accept("\"charter\":\"2026-1\",") });
    entries.accept("link_accept_charter", "with a charter", input, chartered);

    let head = Head { epoch: Epoch(1), seq: Seq(4), id };
    let notice = r#"{"kid":"6bd31a1e01b9e338","sq":3,"t":"key.notice"}"#;
    let expect = json!({ "t": "key.notice", "kid": "6bd31a1e01b9e338", "sq": 3 });
    entries.accept("key_notice", "another key signs", json!({ "text": notice }), expect);
    for why in ["restore", "rotate", "fork", "poison", "manual"] {
        let written = format!(r#"{{"t":"epoch.open","why":"{why}"}}"#);
        let expect = json!({ "t": "epoch.open", "why": why });
        let name = format!("epoch_open_{why}");
        entries.accept(&name, "a new epoch", json!({ "text": written }), expect);
    }
    let written = format!(r#"{{"last":[1,4,"{id}"],"t":"epoch.open","why":"restore"}}"#);
    let expect = json!({ "t": "epoch.open", "why": "restore", "last": show_head(head) });
    entries.accept("epoch_open_last", "after an event", json!({ "text": written }), expect);
    for t in ["erase", "erased"] {
        let signed = Signed { bytes: b"{}".to_vec(), signature: [6; 64] };
        let (h, s) = (encoding::base64url(&signed.bytes), encoding::base64url(&signed.signature));
        let written = format!(r#"{{"h":"{h}","s":"{s}","t":"{t}"}}"#);
        let expect = json!({ "t": t, "h": h, "s": s });
        entries.accept(t, "bytes and signature, verbatim", json!({ "text": written }), expect);
    }
    let written = format!(r#"{{"code":"out_of_scope","id":"{id}","t":"refused"}}"#);
    let expect = json!({ "t": "refused", "id": id.to_string(), "code": "out_of_scope" });
    entries.accept(
        "refused",
        "stored, and not taken into account",
        json!({ "text": written }),
        expect,
    );
    let written = format!(r#"{{"ids":["{id}"],"t":"key.needed"}}"#);
    let expect = json!({ "t": "key.needed", "ids": [id.to_string()] });
    entries.accept("key_needed", "please seal it again", json!({ "text": written }), expect);
    let most = key_needed(id, 64);
    let expect = json!({ "t": "key.needed", "ids": vec![id.to_string(); 64] });
    entries.accept("key_needed_64", "as many as in a batch", json!({ "text": most }), expect);
    for t in ["pause", "resume", "bye"] {
        let written = format!(r#"{{"t":"{t}"}}"#);
        entries.accept(t, "nothing more to say", json!({ "text": written }), json!({ "t": t }));
    }
    for (name, why, written) in [
        ("unknown", "of a newer version", r#"{"t":"dance"}"#),
        ("unknown_members", "whatever it says", r#"{"steps":[1,2,3],"t":"dance"}"#),
    ] {
        let expect = json!({ "t": "unknown" });
        entries.accept(name, why, json!({ "text": written }), expect);
    }
    let name = encoding::base64url(&[7; 16]);
    let stuck = stuck(node, &name, "numerique");
    let expect = json!({
        "t": "conference.stuck",
        "id": name,
        "with": node.to_string(),
        "group": "numerique",
        "since": 1_772_406_000_000_u64,
    });
    let why = "two structures come to no end";
    entries.accept("conference_stuck", why, json!({ "text": stuck }), expect);
    let settled = format!(r#"{{"id":"{name}","t":"conference.settled"}}"#);
    let expect = json!({ "t": "conference.settled", "id": name });
    entries.accept("conference_settled", "they did", json!({ "text": settled }), expect);
    let later = r#"{"t":"pause","until":5}"#;
    let why = "a member that we do not know is ignored";
    entries.accept("pause_later", why, json!({ "text": later }), json!({ "t": "pause" }));
    make_refused(entries, id, &accept(""));
}

fn stuck(node: NodeId, name: &str, group: &str) -> String {
    format!(
        r#"{{"group":"{group}","id":"{name}","since":1772406000000,"t":"conference.stuck","with":"{node}"}}"#
    )
}

fn key_needed(id: EventId, count: usize) -> String {
    let ids = vec![format!("\"{id}\""); count].join(",");
    format!("{{\"ids\":[{ids}],\"t\":\"key.needed\"}}")
}

fn make_refused(entries: &mut Entries, id: EventId, accept: &str) {
    let no_peer = accept.replace("\"peer\"", "\"pair\"");
    let features = accept.replace("\"pull\"", "1");
    let many = key_needed(id, 65);
    let (node, named) = (NodeId([1; 32]), encoding::base64url(&[7; 16]));
    let told = stuck(node, &named, "Mme Canari");
    let long = stuck(node, &named, &"a".repeat(81));
    let unnamed = stuck(node, "AAAA", "numerique");
    for (name, why, written) in [
        ("conference_stuck_group", "a group is a code, and no text", told.as_str()),
        ("conference_stuck_long", "a group has at most 80 characters", &long),
        ("conference_stuck_id", "a conference is named by 16 bytes", &unnamed),
        ("no_type", "t is missing", "{}"),
        ("type_number", "t is a text", r#"{"t":1}"#),
        ("link_accept_no_peer", "whom it accepts", &no_peer),
        ("link_accept_features", "features are texts", &features),
        (
            "key_notice_kid",
            "a key is named in lower case",
            r#"{"kid":"6BD31A1E01B9E338","sq":3,"t":"key.notice"}"#,
        ),
        (
            "key_notice_place",
            "which identity event",
            r#"{"kid":"6bd31a1e01b9e338","t":"key.notice"}"#,
        ),
        ("epoch_open_why", "an unknown reason", r#"{"t":"epoch.open","why":"boredom"}"#),
        ("epoch_open_no_why", "no reason", r#"{"t":"epoch.open"}"#),
        ("epoch_open_head", "half a head", r#"{"last":[1,4],"t":"epoch.open","why":"fork"}"#),
        ("erase_signature", "a signature of three bytes", r#"{"h":"e30","s":"AAAA","t":"erase"}"#),
        (
            "refused_id",
            "an event is named by 32 bytes",
            r#"{"code":"x","id":"AAAA","t":"refused"}"#,
        ),
        ("key_needed_many", "65 of them", &many),
    ] {
        entries.refuse(name, why, json!({ "text": written }), "malformed");
    }
    for (name, why, written) in [
        ("order", "members out of order", r#"{"why":"fork","t":"epoch.open"}"#),
        ("space", "a space", r#"{"t": "bye"}"#),
    ] {
        entries.refuse(name, why, json!({ "text": written }), "not_canonical");
    }
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    let bytes = text(input, "text").as_bytes();
    let control = Control::read(bytes).map_err(|error| match error {
        UnreadableControl::NotCanonical(_) => "not_canonical",
        UnreadableControl::Malformed(_) => "malformed",
    })?;
    if control != Control::Unknown {
        assert_eq!(Control::read(&control.to_bytes()), Ok(control.clone()));
    }
    Ok(said(&control))
}

fn said(control: &Control) -> Value {
    match control {
        Control::LinkAccept(accept) => {
            let mut said = json!({
                "t": "link.accept",
                "peer": accept.peer.to_string(),
                "min": accept.min_version,
                "max": accept.max_version,
                "features": accept.features,
            });
            if let Some(charter) = &accept.charter {
                said["charter"] = charter.as_str().into();
            }
            said
        }
        Control::KeyNotice { kid, place } => {
            json!({ "t": "key.notice", "kid": kid.to_string(), "sq": place })
        }
        Control::EpochOpen { why, last } => {
            let mut said = json!({ "t": "epoch.open", "why": reason(*why) });
            if let Some(last) = last {
                said["last"] = show_head(*last);
            }
            said
        }
        Control::Erase(order) => signed("erase", order),
        Control::Erased(attestation) => signed("erased", attestation),
        Control::Refused { event, code } => {
            json!({ "t": "refused", "id": event.to_string(), "code": code })
        }
        Control::KeyNeeded(ids) => {
            let ids: Vec<_> = ids.iter().map(EventId::to_string).collect();
            json!({ "t": "key.needed", "ids": ids })
        }
        Control::ConferenceStuck(stuck) => json!({
            "t": "conference.stuck",
            "id": encoding::base64url(&stuck.conference),
            "with": stuck.with.to_string(),
            "group": stuck.group,
            "since": stuck.since.0,
        }),
        Control::ConferenceSettled { conference } => {
            json!({ "t": "conference.settled", "id": encoding::base64url(conference) })
        }
        Control::Pause => json!({ "t": "pause" }),
        Control::Resume => json!({ "t": "resume" }),
        Control::Bye => json!({ "t": "bye" }),
        Control::Unknown => json!({ "t": "unknown" }),
    }
}

fn signed(t: &str, signed: &Signed) -> Value {
    let (h, s) = (encoding::base64url(&signed.bytes), encoding::base64url(&signed.signature));
    json!({ "t": t, "h": h, "s": s })
}

const fn reason(why: EpochReason) -> &'static str {
    match why {
        EpochReason::Restore => "restore",
        EpochReason::Rotate => "rotate",
        EpochReason::Fork => "fork",
        EpochReason::Poison => "poison",
        EpochReason::Manual => "manual",
    }
}
