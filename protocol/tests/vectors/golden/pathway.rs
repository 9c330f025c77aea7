//! The number on a receipt by which a chain of attempts goes on elsewhere.

use maillage_protocol::encoding;
use maillage_protocol::id::PathwayId;
use maillage_protocol::pathway::PathwayNumber;
use serde_json::{Value, json};

use crate::entry::{Entries, text};

pub(super) const NUMBER: PathwayNumber = PathwayNumber {
    pathway: PathwayId::from_bytes(
        *b"\x9b\x1f\x02\x3c\x44\x5d\x4e\x6f\x80\x91\xa2\xb3\xc4\xd5\xe6\xf7",
    ),
    hop: 1,
};

pub(super) fn make(entries: &mut Entries) {
    let printed = NUMBER.to_printed();
    let bare = printed.replace('-', "");
    let typed = printed.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
    let address = "https://ccas.brenne.example/p";
    let input = |text: String| json!({ "text": text });
    let expect = json!({ "pathway": NUMBER.pathway.to_string(), "hop": NUMBER.hop });
    for (name, why, text) in [
        ("printed", "the groups as they are printed", printed.clone()),
        ("typed", "in lower case, with spaces, O for 0, L for 1", typed),
        ("square", "an address, her code, the number, more", format!("{address}#7F3K.{bare}.0")),
    ] {
        entries.accept(name, why, input(text), expect.clone());
    }
    let mut wrong = encoding::from_crockford(&bare).unwrap();
    wrong[16] += 1;
    for (name, why, text) in [
        ("short", "a group is missing", printed[5..].to_owned()),
        ("long", "a group too many", format!("{printed}-0000")),
        ("letter", "U is no character of a number", printed.replacen(&printed[..1], "U", 1)),
        ("check", "another hop under the same check", encoding::crockford(&wrong)),
        ("square_without", "a square that holds no number", format!("{address}#7F3K")),
    ] {
        entries.refuse(name, why, input(text), "not_exact");
    }
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    let read: PathwayNumber = text(input, "text").parse().map_err(|_| "not_exact")?;
    Ok(json!({ "pathway": read.pathway.to_string(), "hop": read.hop }))
}
