//! What is canonical, and what is not.

use proptest::prelude::*;

use super::*;

#[test]
fn one_value_has_one_writing() {
    for refused in [
        "",
        " {}",
        "{} ",
        "{}\n",
        "[]",
        "null",
        "1",
        "\"\"",
        "{",
        "}",
        "{}{}",
        "\u{feff}{}",
        r#"{"a":null}"#,
        r#"{"a":1.0}"#,
        r#"{"a":1e0}"#,
        r#"{"a":-0}"#,
        r#"{"a":-1}"#,
        r#"{"a":01}"#,
        r#"{"a":+1}"#,
        r#"{"a":9007199254740992}"#,
        r#"{"a":0x1}"#,
        r#"{"a":18446744073709551616}"#,
        r#"{"a":1,"a":1}"#,
        r#"{"b":1,"a":2}"#,
        r#"{"a":1,}"#,
        r#"{,"a":1}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":[,1]}"#,
        r#"{"a" :1}"#,
        r#"{"a": 1}"#,
        r#"{"A":1}"#,
        r#"{"":1}"#,
        r#"{"1":1}"#,
        r#"{"_a":1}"#,
        r#"{"é":1}"#,
        r#"{"abcdefghijklmnopq":1}"#,
        r#"{"a":"\u0041"}"#,
        r#"{"a":"\u001F"}"#,
        r#"{"a":"\u0008"}"#,
        r#"{"a":"\/"}"#,
        r#"{"a":"\ud800"}"#,
        r#"{"a":"\u00e9"}"#,
        r#"{"a":"\u+01f"}"#,
        r#"{"a":"\x"}"#,
        r#"{"a":"\u00"}"#,
        "{\"a\":\"\t\"}",
        "{\"a\":\"\0\"}",
        r#"{"a":"}"#,
        r#"{a:1}"#,
        r#"{'a':1}"#,
        r#"{"a":True}"#,
        r#"{"a":tru}"#,
        r#"{"a":{"b":{"c":{"d":{}}}}}"#,
        r#"{"a":[[[[]]]]}"#,
    ] {
        assert_eq!(read(refused.as_bytes()), Err(NotCanonical), "{refused}");
    }
    for accepted in [
        "{}",
        r#"{"a":0}"#,
        r#"{"a":9007199254740991}"#,
        r#"{"a":true,"b":false}"#,
        r#"{"a":"é\"\\\b\t\n\f\r\u0000\u001f/ 😀"}"#,
        r#"{"a":[1,"",[],{}],"a1_":1}"#,
        r#"{"a":[[[]]]}"#,
        "{\"a\":\"\u{7f}\u{2028}\"}",
    ] {
        assert_eq!(read(accepted.as_bytes()).unwrap().to_bytes(), accepted.as_bytes());
    }
    assert_eq!(read(b"{\"a\":\"\xff\"}"), Err(NotCanonical));
    assert_eq!(read(b"{\"a\":\"\xed\xa0\x80\"}"), Err(NotCanonical));
}

#[test]
fn what_is_too_large_is_refused() {
    let items = |count| format!("{{\"a\":[{}]}}", vec!["0"; count].join(","));
    assert!(read(items(limits::ITEMS).as_bytes()).is_ok());
    assert!(read(items(limits::ITEMS + 1).as_bytes()).is_err());
    let members = |count: usize| {
        let members = (0..count).map(|at| format!("\"a{at:03}\":0")).collect::<Vec<_>>();
        format!("{{{}}}", members.join(","))
    };
    assert!(read(members(limits::MEMBERS).as_bytes()).is_ok());
    assert!(read(members(limits::MEMBERS + 1).as_bytes()).is_err());
    assert!(read("[".repeat(1_000_000).as_bytes()).is_err());
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0..=LARGEST).prop_map(Value::Integer),
        any::<bool>().prop_map(Value::Boolean),
        any::<String>().prop_map(Value::Text),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map("[a-z][a-z0-9_]{0,15}", inner, 0..6)
                .prop_map(|members| Value::Object(Object(members))),
        ]
    })
}

proptest! {
    /// Whatever we write, we read back, and RFC 8785 writes the same.
    #[test]
    fn we_write_what_rfc_8785_writes(value in value()) {
        let object = Object::new().with("a", value);
        let bytes = object.to_bytes();
        prop_assert_eq!(read(&bytes), Ok(object));
        let parsed: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let oracle = serde_json_canonicalizer::to_vec(&parsed).unwrap();
        prop_assert_eq!(oracle, bytes);
    }

    /// No bytes make the reader panic, and what it accepts has this one writing.
    #[test]
    fn foreign_bytes_are_read_or_refused(text in r#"\{("[a-c\\]{0,2}":?[\[\]{}0-9a-z,"]*){0,3}\}"#) {
        if let Ok(object) = read(text.as_bytes()) {
            prop_assert_eq!(object.to_bytes(), text.as_bytes());
        }
    }
}
