//! CJ1: what is the one writing of a value, and what is not.

use maillage_protocol::cj1::{self, Object};
use maillage_protocol::encoding;
use serde_json::{Value, json};

use crate::entry::{Entries, hex, text};

pub(super) fn accepted(entries: &mut Entries) {
    for (name, why, written) in [
        ("empty", "an object without members", "{}"),
        ("zero", "the smallest integer", r#"{"a":0}"#),
        ("largest_integer", "2^53 - 1", r#"{"a":9007199254740991}"#),
        ("booleans", "both of them", r#"{"a":true,"b":false}"#),
        ("empty_text", "a text of no bytes", r#"{"a":""}"#),
        ("empty_array", "an array of no items", r#"{"a":[]}"#),
        ("empty_object", "an object in an object", r#"{"a":{}}"#),
        ("mixed_array", "items of every sort", r#"{"a":[1,"",[],{},true]}"#),
        ("order_of_digits", "a digit comes before a letter", r#"{"a":1,"a1":2,"a_":3,"aa":4}"#),
        ("longest_name", "a name of 16 bytes", r#"{"abcdefghijklmnop":1}"#),
        ("accents", "letters are not escaped", r#"{"a":"Écluse, Brenne, œuvre"}"#),
        ("not_normalized", "NFD stays NFD: nothing is normalized", "{\"a\":\"e\u{301}\"}"),
        ("beyond_the_plane", "a character of four bytes", r#"{"a":"😀"}"#),
        ("short_escapes", "the five that have a letter", r#"{"a":"\b\t\n\f\r"}"#),
        ("long_escapes", "the other control characters", r#"{"a":"\u0000\u0001\u000b\u001f"}"#),
        ("quote_and_backslash", "both are escaped", r#"{"a":"\"\\"}"#),
        ("slash", "is not escaped", r#"{"a":"/"}"#),
        ("delete", "U+007F is not escaped", "{\"a\":\"\u{7f}\"}"),
        ("line_separators", "U+2028 and U+2029 are not escaped", "{\"a\":\"\u{2028}\u{2029}\"}"),
        ("mark", "U+FEFF inside a text is a character", "{\"a\":\"\u{feff}\"}"),
        ("right_to_left", "so is U+202E", "{\"a\":\"\u{202e}\"}"),
        ("deepest_arrays", "four containers", r#"{"a":[[[]]]}"#),
        ("deepest_objects", "four containers", r#"{"a":{"b":{"c":{}}}}"#),
    ] {
        let value: Value = serde_json::from_str(written).unwrap();
        entries.accept(name, why, json!({ "text": written }), json!({ "value": value }));
    }
    let (items, members) = (items(256), members(64));
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let expect = json!({ "value": value(&items) });
    entries.accept("most_items", "an array of 256 items", json!({ "text": items }), expect);
    let expect = json!({ "value": value(&members) });
    entries.accept("most_members", "64 members", json!({ "text": members }), expect);
}

pub(super) fn rejected(entries: &mut Entries) {
    for (name, why, written) in [
        ("nothing", "no bytes at all", ""),
        ("space_before", "a space before", " {}"),
        ("space_after", "a space after", "{} "),
        ("newline_after", "a newline at the end, as editors add", "{}\n"),
        ("byte_order_mark", "U+FEFF before", "\u{feff}{}"),
        ("array", "an array is not an object", "[]"),
        ("null", "nor is null", "null"),
        ("number", "nor is a number", "1"),
        ("text", "nor is a text", "\"\""),
        ("open_brace", "not closed", "{"),
        ("close_brace", "not opened", "}"),
        ("two_objects", "two values", "{}{}"),
        ("null_member", "absent is not null", r#"{"a":null}"#),
        ("float", "1.0", r#"{"a":1.0}"#),
        ("float_half", "0.5", r#"{"a":0.5}"#),
        ("exponent", "1e0", r#"{"a":1e0}"#),
        ("exponent_capital", "1E0", r#"{"a":1E0}"#),
        ("minus_zero", "-0", r#"{"a":-0}"#),
        ("negative", "-1", r#"{"a":-1}"#),
        ("leading_zero", "01", r#"{"a":01}"#),
        ("plus", "+1", r#"{"a":+1}"#),
        ("hexadecimal", "0x1", r#"{"a":0x1}"#),
        (
            "two_to_53",
            "2^53: the first integer that libraries confuse",
            r#"{"a":9007199254740992}"#,
        ),
        ("two_to_53_plus_1", "2^53 + 1, which some round", r#"{"a":9007199254740993}"#),
        ("largest_u64", "2^64 - 1", r#"{"a":18446744073709551615}"#),
        ("two_to_64", "2^64", r#"{"a":18446744073709551616}"#),
        ("infinity", "not a number of JSON", r#"{"a":Infinity}"#),
        ("not_a_number", "nor is this", r#"{"a":NaN}"#),
        ("duplicate_member", "two values for one name", r#"{"a":1,"a":2}"#),
        ("duplicate_equal", "even if they are equal", r#"{"a":1,"a":1}"#),
        ("duplicate_by_escape", "the second name is the first, escaped", r#"{"a":1,"\u0061":1}"#),
        ("order", "names out of order", r#"{"b":1,"a":2}"#),
        ("order_inside", "names out of order in a member", r#"{"a":{"c":1,"b":2}}"#),
        ("comma_after_member", "nothing after the comma", r#"{"a":1,}"#),
        ("comma_before_member", "nothing before the comma", r#"{,"a":1}"#),
        ("comma_after_item", "nothing after the comma", r#"{"a":[1,]}"#),
        ("comma_before_item", "nothing before the comma", r#"{"a":[,1]}"#),
        ("no_comma", "two members and no comma", r#"{"a":1"b":2}"#),
        ("no_colon", "a name without value", r#"{"a"}"#),
        ("space_before_colon", "a space", r#"{"a" :1}"#),
        ("space_after_colon", "a space", r#"{"a": 1}"#),
        ("space_after_comma", "a space", r#"{"a":1, "b":2}"#),
        ("tab_between", "a tab between two tokens", "{\"a\":\t1}"),
        ("newline_between", "a newline between two tokens", "{\n\"a\":1}"),
        ("comment", "JSON has none", r#"{"a":1/**/}"#),
        ("capital_name", "names are lower case", r#"{"A":1}"#),
        ("empty_name", "a name has a letter", r#"{"":1}"#),
        ("digit_first", "a name begins with a letter", r#"{"1":1}"#),
        ("underscore_first", "a name begins with a letter", r#"{"_a":1}"#),
        ("hyphen_in_name", "a hyphen is not allowed", r#"{"a-b":1}"#),
        ("accent_in_name", "nor is an accent", r#"{"é":1}"#),
        ("name_too_long", "17 bytes", r#"{"abcdefghijklmnopq":1}"#),
        ("useless_escape", "A needs no escape", r#"{"a":"\u0041"}"#),
        ("capital_escape", "escapes are lower case", r#"{"a":"\u001F"}"#),
        ("long_for_short", "U+0008 is written \\b", r#"{"a":"\u0008"}"#),
        ("escaped_slash", "needs no escape", r#"{"a":"\/"}"#),
        ("escaped_accent", "needs no escape", r#"{"a":"\u00e9"}"#),
        ("escaped_delete", "needs no escape", r#"{"a":"\u007f"}"#),
        ("high_surrogate", "half a character", r#"{"a":"\ud83d"}"#),
        ("low_surrogate", "the other half", r#"{"a":"\ude00"}"#),
        ("surrogate_pair", "both halves, where four bytes are meant", r#"{"a":"\ud83d\ude00"}"#),
        ("plus_in_escape", "not four digits", r#"{"a":"\u+01f"}"#),
        ("short_escape", "two digits", r#"{"a":"\u00"}"#),
        ("unknown_escape", "no such escape", r#"{"a":"\x41"}"#),
        ("raw_tab", "a control character that is not escaped", "{\"a\":\"\t\"}"),
        ("raw_newline", "another", "{\"a\":\"\n\"}"),
        ("raw_nul", "another", "{\"a\":\"\0\"}"),
        ("text_not_closed", "the text does not end", r#"{"a":"}"#),
        ("bare_name", "a name without quotes", "{a:1}"),
        ("single_quotes", "not the quotes of JSON", "{'a':1}"),
        ("capital_true", "true is lower case", r#"{"a":True}"#),
        ("half_true", "and complete", r#"{"a":tru}"#),
        ("five_objects", "five containers", r#"{"a":{"b":{"c":{"d":{}}}}}"#),
        ("five_arrays", "five containers", r#"{"a":[[[[]]]]}"#),
        ("crossed", "brackets that cross", r#"{"a":[}]"#),
    ] {
        entries.refuse(name, why, json!({ "text": written }), "not_canonical");
    }
    for (name, why, written) in [
        ("too_many_items", "an array of 257 items", items(257)),
        ("too_many_members", "65 members", members(65)),
    ] {
        entries.refuse(name, why, json!({ "text": written }), "not_canonical");
    }
    for (name, why, bytes) in [
        ("not_utf8", "a byte that UTF-8 never has", b"{\"a\":\"\xff\"}".as_slice()),
        ("overlong", "a slash written in two bytes", b"{\"a\":\"\xc0\xaf\"}"),
        ("encoded_surrogate", "half a character, as bytes", b"{\"a\":\"\xed\xa0\x80\"}"),
        ("utf16", "another encoding", b"{\0}\0"),
    ] {
        let input = json!({ "hex": data_encoding::HEXLOWER.encode(bytes) });
        entries.refuse(name, why, input, "not_canonical");
    }
}

fn items(count: usize) -> String {
    format!("{{\"a\":[{}]}}", vec!["0"; count].join(","))
}

fn members(count: usize) -> String {
    let members: Vec<_> = (0..count).map(|at| format!("\"a{at:03}\":{at}")).collect();
    format!("{{{}}}", members.join(","))
}

pub(super) fn judge(input: &Value) -> Result<Value, &'static str> {
    let bytes = match input.get("hex") {
        Some(_) => hex(input, "hex"),
        None => text(input, "text").as_bytes().to_vec(),
    };
    let object = cj1::read(&bytes).map_err(|_| "not_canonical")?;
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(object, rebuilt(&value), "{}", encoding::hex(&bytes));
    assert_eq!(rebuilt(&value).to_bytes(), bytes);
    Ok(json!({ "value": value }))
}

/// Builds with our writer what another library read.
fn rebuilt(value: &Value) -> Object {
    let members = value.as_object().unwrap().iter();
    members.fold(Object::new(), |object, (name, value)| object.with(name, converted(value)))
}

fn converted(value: &Value) -> cj1::Value {
    match value {
        Value::Bool(boolean) => cj1::Value::Boolean(*boolean),
        Value::Number(number) => cj1::Value::Integer(number.as_u64().unwrap()),
        Value::String(text) => cj1::Value::Text(text.clone()),
        Value::Array(values) => cj1::Value::Array(values.iter().map(converted).collect()),
        Value::Object(_) => cj1::Value::Object(rebuilt(value)),
        Value::Null => panic!("null was read"),
    }
}
