//! CJ1: canonical JSON, so strict that one value has one writing.
//!
//! It is the subset of RFC 8785 (JCS) on which libraries do not differ: objects of short
//! lower-case members in ascending order, integers up to 2^53 − 1, booleans, strings, arrays. No
//! null, no float, no space.
//!
//! [`read`] parses, writes again, and compares: whatever differs is refused. Members that a
//! reader does not know stay in the [`Object`], so an old node verifies a new header.
//!
//! ```
//! use maillage_protocol::cj1::{self, Object};
//!
//! let object = Object::new().with("v", 1).with("t", "receipt");
//! assert_eq!(object.to_bytes(), br#"{"t":"receipt","v":1}"#);
//! assert!(cj1::read(br#"{"v":1,"t":"receipt"}"#).is_err());
//! ```

use std::collections::BTreeMap;
use std::str;

use crate::encoding::{self, NotExact};
use crate::limits;

/// The largest integer that every JSON library reads alike: 2^53 − 1.
const LARGEST: u64 = (1 << 53) - 1;

/// The bytes are not the one writing of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not canonical JSON")]
pub struct NotCanonical;

/// A member is missing, or is not what its name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the member {0} is missing or malformed")]
pub struct Malformed(pub &'static str);

/// A value of CJ1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// 0 to 2^53 − 1.
    Integer(u64),
    /// True or false.
    Boolean(bool),
    /// Unicode text.
    Text(String),
    /// Values in their order.
    Array(Vec<Self>),
    /// Values by name.
    Object(Object),
}

/// Values by name, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object(BTreeMap<String, Value>);

/// Reads one object that fills `bytes`.
pub fn read(bytes: &[u8]) -> Result<Object, NotCanonical> {
    let text = str::from_utf8(bytes).map_err(|_| NotCanonical)?;
    let mut reader = Reader { rest: text };
    let Value::Object(object) = reader.value(limits::SIGNED_DEPTH)? else {
        return Err(NotCanonical);
    };
    let mut again = String::with_capacity(bytes.len());
    write_object(&object, &mut again);
    if reader.rest.is_empty() && again == text { Ok(object) } else { Err(NotCanonical) }
}

impl Object {
    /// Starts an object without members.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a member if there is something to say.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Writes this object.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        write_object(self, &mut out);
        out.into_bytes()
    }

    /// Returns a member, if it is there.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Returns an integer, if it is there.
    pub fn find_integer(&self, name: &'static str) -> Result<Option<u64>, Malformed> {
        self.find(name, |value| match value {
            Value::Integer(integer) => Some(*integer),
            _ => None,
        })
    }

    /// Returns an integer.
    pub fn integer(&self, name: &'static str) -> Result<u64, Malformed> {
        self.find_integer(name)?.ok_or(Malformed(name))
    }

    /// Returns a boolean, if it is there.
    pub fn find_boolean(&self, name: &'static str) -> Result<Option<bool>, Malformed> {
        self.find(name, |value| match value {
            Value::Boolean(boolean) => Some(*boolean),
            _ => None,
        })
    }

    /// Returns a text, if it is there.
    pub fn find_text(&self, name: &'static str) -> Result<Option<&str>, Malformed> {
        self.find(name, Value::as_text)
    }

    /// Returns a text.
    pub fn text(&self, name: &'static str) -> Result<&str, Malformed> {
        self.find_text(name)?.ok_or(Malformed(name))
    }

    /// Returns what a text is the exact writing of, if it is there.
    pub fn find_parsed<T: str::FromStr>(&self, name: &'static str) -> Result<Option<T>, Malformed> {
        let text = self.find_text(name)?;
        text.map(|text| text.parse().map_err(|_| Malformed(name))).transpose()
    }

    /// Returns what a text is the exact writing of.
    pub fn parsed<T: str::FromStr>(&self, name: &'static str) -> Result<T, Malformed> {
        self.find_parsed(name)?.ok_or(Malformed(name))
    }

    /// Returns exactly `N` bytes written in base64url, if they are there.
    pub fn find_bytes<const N: usize>(
        &self,
        name: &'static str,
    ) -> Result<Option<[u8; N]>, Malformed> {
        let text = self.find_text(name)?;
        let bytes = text.map(encoding::from_base64url_array).transpose();
        bytes.map_err(|NotExact| Malformed(name))
    }

    /// Returns exactly `N` bytes written in base64url.
    pub fn bytes<const N: usize>(&self, name: &'static str) -> Result<[u8; N], Malformed> {
        self.find_bytes(name)?.ok_or(Malformed(name))
    }

    /// Returns an array, empty if it is not there.
    pub fn array(&self, name: &'static str) -> Result<&[Value], Malformed> {
        let array = self.find(name, |value| match value {
            Value::Array(values) => Some(values.as_slice()),
            _ => None,
        });
        array.map(Option::unwrap_or_default)
    }

    /// Returns an object.
    pub fn object(&self, name: &'static str) -> Result<&Self, Malformed> {
        self.find(name, Value::as_object)?.ok_or(Malformed(name))
    }

    fn find<'a, T>(
        &'a self,
        name: &'static str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Malformed> {
        self.get(name).map(|value| read(value).ok_or(Malformed(name))).transpose()
    }
}

impl Value {
    /// Returns the text that this value is.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Integer(_) | Self::Boolean(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// Writes this value.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        write(self, &mut out);
        out.into_bytes()
    }

    /// Returns the object that this value is.
    #[must_use]
    pub const fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            Self::Integer(_) | Self::Boolean(_) | Self::Array(_) | Self::Text(_) => None,
        }
    }
}

/// Reads again what another writer of JSON holds. A null or a number that is no integer of CJ1 has no
/// writing.
impl TryFrom<serde_json::Value> for Value {
    type Error = NotCanonical;

    fn try_from(json: serde_json::Value) -> Result<Self, NotCanonical> {
        Ok(match json {
            serde_json::Value::Null => return Err(NotCanonical),
            serde_json::Value::Bool(boolean) => Self::Boolean(boolean),
            serde_json::Value::Number(number) => {
                Self::Integer(number.as_u64().filter(|n| *n <= LARGEST).ok_or(NotCanonical)?)
            }
            serde_json::Value::String(text) => Self::Text(text),
            serde_json::Value::Array(values) => {
                Self::Array(values.into_iter().map(Self::try_from).collect::<Result<_, _>>()?)
            }
            serde_json::Value::Object(members) => {
                let member = |(name, value)| Ok((name, Self::try_from(value)?));
                Self::Object(Object(members.into_iter().map(member).collect::<Result<_, _>>()?))
            }
        })
    }
}

impl From<u64> for Value {
    /// Integers beyond 2^53 − 1 have no writing; none of ours comes near.
    fn from(integer: u64) -> Self {
        Self::Integer(integer.min(LARGEST))
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Self::Array(values.into_iter().map(Into::into).collect())
    }
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Integer(integer) => out.push_str(&integer.to_string()),
        Value::Boolean(boolean) => out.push_str(if *boolean { "true" } else { "false" }),
        Value::Text(text) => write_text(text, out),
        Value::Array(values) => write_list('[', ']', values, out, write),
        Value::Object(object) => write_object(object, out),
    }
}

fn write_object(object: &Object, out: &mut String) {
    write_list('{', '}', &object.0, out, |(name, value), out| {
        write_text(name, out);
        out.push(':');
        write(value, out);
    });
}

fn write_list<T>(
    open: char,
    close: char,
    items: impl IntoIterator<Item = T>,
    out: &mut String,
    write_item: impl Fn(T, &mut String),
) {
    out.push(open);
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_item(item, out);
    }
    out.push(close);
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    loop {
        let (plain, escaped) = rest.split_at(plain_len(rest));
        out.push_str(plain);
        let mut chars = escaped.chars();
        match chars.next() {
            None => break,
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\t') => out.push_str("\\t"),
            Some('\n') => out.push_str("\\n"),
            Some('\u{c}') => out.push_str("\\f"),
            Some('\r') => out.push_str("\\r"),
            Some(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
        rest = chars.as_str();
    }
    out.push('"');
}

/// Returns how many bytes of a text are written as they are. What is not is ASCII, so this is the
/// beginning of a character.
fn plain_len(text: &str) -> usize {
    let escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    text.bytes().position(escaped).unwrap_or(text.len())
}

/// What is left to read. It takes a little more than CJ1 (members out of order, useless escapes):
/// the comparison in [`read`] refuses that.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Reads a value in which containers are nested at most `depth` times.
    fn value(&mut self, depth: usize) -> Result<Value, NotCanonical> {
        match self.rest.as_bytes().first() {
            Some(b'{') => self.object(depth.checked_sub(1).ok_or(NotCanonical)?),
            Some(b'[') => self.array(depth.checked_sub(1).ok_or(NotCanonical)?),
            Some(b'"') => self.text().map(Value::Text),
            Some(b't') => self.expect("true").map(|()| Value::Boolean(true)),
            Some(b'f') => self.expect("false").map(|()| Value::Boolean(false)),
            Some(b'0'..=b'9') => self.integer(),
            _ => Err(NotCanonical),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, NotCanonical> {
        let mut members = BTreeMap::new();
        self.list("{", "}", limits::MEMBERS, |reader| {
            let name = reader.text()?;
            reader.expect(":")?;
            let value = reader.value(depth)?;
            let new = is_member_name(&name) && members.insert(name, value).is_none();
            if new { Ok(()) } else { Err(NotCanonical) }
        })?;
        Ok(Value::Object(Object(members)))
    }

    fn array(&mut self, depth: usize) -> Result<Value, NotCanonical> {
        let mut values = Vec::new();
        self.list("[", "]", limits::ITEMS, |reader| {
            values.push(reader.value(depth)?);
            Ok(())
        })?;
        Ok(Value::Array(values))
    }

    fn list(
        &mut self,
        open: &str,
        close: &str,
        limit: usize,
        mut item: impl FnMut(&mut Self) -> Result<(), NotCanonical>,
    ) -> Result<(), NotCanonical> {
        self.expect(open)?;
        if self.take(close) {
            return Ok(());
        }
        for _ in 0..limit {
            item(self)?;
            if self.take(close) {
                return Ok(());
            }
            self.expect(",")?;
        }
        Err(NotCanonical)
    }

    fn integer(&mut self) -> Result<Value, NotCanonical> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let digits = self.take_first(digits);
        let integer = digits.parse().map_err(|_| NotCanonical)?;
        if integer <= LARGEST { Ok(Value::Integer(integer)) } else { Err(NotCanonical) }
    }

    fn text(&mut self) -> Result<String, NotCanonical> {
        self.expect("\"")?;
        let mut text = String::new();
        loop {
            text.push_str(self.take_first(plain_len(self.rest)));
            if self.take("\"") {
                return Ok(text);
            }
            self.expect("\\")?;
            text.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Result<char, NotCanonical> {
        let mut rest = self.rest.chars();
        let escape = rest.next().ok_or(NotCanonical)?;
        self.rest = rest.as_str();
        match escape {
            '"' | '\\' => Ok(escape),
            'b' => Ok('\u{8}'),
            't' => Ok('\t'),
            'n' => Ok('\n'),
            'f' => Ok('\u{c}'),
            'r' => Ok('\r'),
            'u' => self.code_point(),
            _ => Err(NotCanonical),
        }
    }

    /// Reads four digits. Only control characters are ever written so: a surrogate cannot be one.
    fn code_point(&mut self) -> Result<char, NotCanonical> {
        let (digits, rest) = self.rest.split_at_checked(4).ok_or(NotCanonical)?;
        self.rest = rest;
        let number = u8::from_str_radix(digits, 16).map_err(|_| NotCanonical)?;
        Ok(char::from(number))
    }

    fn expect(&mut self, text: &str) -> Result<(), NotCanonical> {
        if self.take(text) { Ok(()) } else { Err(NotCanonical) }
    }

    fn take(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take_first(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }
}

fn is_member_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|byte| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && name.len() <= limits::MEMBER_NAME
}

#[cfg(test)]
mod tests;
