//! JSON objects of peers: no member twice, not too deep.
//!
//! A repeated member would be read differently by different programs, and checked differently
//! from how it is read.

use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::Unreadable;

/// Reads one object, nothing before and nothing after.
pub(super) fn read_object(bytes: &[u8], depth: usize) -> Result<Map<String, Value>, Unreadable> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth }.deserialize(&mut reader).map_err(|_| Unreadable::NotJson)?;
    reader.end().map_err(|_| Unreadable::NotJson)?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(Unreadable::NotJson),
    }
}

/// Reads a value of at most so many containers inside one another.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn inside<E: de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1);
        depth.map(|depth| Self { depth }).ok_or_else(|| E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inside)?;
            if object.insert(name, value).is_some() {
                return Err(de::Error::custom("a member is repeated"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_object_is_read() {
        assert!(read_object(br#" {"a":[1,{"b":null}],"c":-1.5} "#, 3).is_ok());
        for wrong in [
            &br#"{"a":1,"a":1}"#[..],
            br#"{"a":{"b":1,"\u0062":2}}"#,
            br#"{"a":[{"b":[]}]}"#,
            br#"{} {}"#,
            br#"[]"#,
            br#"{"a":NaN}"#,
            b"{\"a\":\"\xff\"}",
            b"\xef\xbb\xbf{}",
            b"",
        ] {
            let shown = String::from_utf8_lossy(wrong);
            assert_eq!(read_object(wrong, 3), Err(Unreadable::NotJson), "{shown}");
        }
        let deep = "[".repeat(30_000);
        assert_eq!(read_object(deep.as_bytes(), 16), Err(Unreadable::NotJson));
    }
}
