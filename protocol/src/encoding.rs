//! Bytes as text. Every reader refuses what its writer would not have written.

use data_encoding::{BASE64, BASE64URL_NOPAD, Encoding, HEXLOWER, Specification};
use std::sync::LazyLock;

/// The text is not exactly what the writer of this encoding produces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is not exactly encoded")]
pub struct NotExact;

/// Digits and letters without I, L, O and U, which are misread.
const CROCKFORD_SYMBOLS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static BASE32: LazyLock<Encoding> =
    LazyLock::new(|| encoding_of("abcdefghijklmnopqrstuvwxyz234567"));
static CROCKFORD: LazyLock<Encoding> = LazyLock::new(|| encoding_of(CROCKFORD_SYMBOLS));

fn encoding_of(symbols: &str) -> Encoding {
    let mut specification = Specification::new();
    specification.symbols.push_str(symbols);
    // Only a wrong alphabet can fail, and both are written above.
    specification.encoding().unwrap_or(data_encoding::BASE32_NOPAD)
}

/// Writes base64url without padding (RFC 4648 §5).
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// Reads base64url without padding; trailing bits that are not zero are refused.
pub fn from_base64url(text: &str) -> Result<Vec<u8>, NotExact> {
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| NotExact)
}

/// Reads base64url of exactly `N` bytes.
pub fn from_base64url_array<const N: usize>(text: &str) -> Result<[u8; N], NotExact> {
    exactly(&BASE64URL_NOPAD, text)
}

/// Writes base64 with padding (RFC 4648 §4), as HTTP fields want it.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Reads base64 with padding.
pub fn from_base64(text: &str) -> Result<Vec<u8>, NotExact> {
    BASE64.decode(text.as_bytes()).map_err(|_| NotExact)
}

/// Writes lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// Reads lower-case hexadecimal of exactly `N` bytes.
pub fn from_hex_array<const N: usize>(text: &str) -> Result<[u8; N], NotExact> {
    exactly(&HEXLOWER, text)
}

/// Writes lower-case base32 without padding.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    BASE32.encode(bytes)
}

/// Reads lower-case base32 without padding; trailing bits that are not zero are refused.
pub fn from_base32(text: &str) -> Result<Vec<u8>, NotExact> {
    BASE32.decode(text.as_bytes()).map_err(|_| NotExact)
}

/// Reads lower-case base32 of exactly `N` bytes.
pub fn from_base32_array<const N: usize>(text: &str) -> Result<[u8; N], NotExact> {
    exactly(&BASE32, text)
}

/// Writes Crockford's base32, for codes that people read aloud.
#[must_use]
pub fn crockford(bytes: &[u8]) -> String {
    CROCKFORD.encode(bytes)
}

fn exactly<const N: usize>(encoding: &Encoding, text: &str) -> Result<[u8; N], NotExact> {
    let mut bytes = [0; N];
    if encoding.decode_len(text.len()) != Ok(N) {
        return Err(NotExact);
    }
    encoding.decode_mut(text.as_bytes(), &mut bytes).map_err(|_| NotExact)?;
    Ok(bytes)
}

/// Reads Crockford's base32 as people type it: spaces and hyphens are skipped, case does not
/// matter, O reads as 0, I and L read as 1.
pub fn from_crockford(typed: &str) -> Result<Vec<u8>, NotExact> {
    CROCKFORD.decode(crockford_as_written(typed).as_bytes()).map_err(|_| NotExact)
}

/// Returns a code as [`crockford`] would have written it, out of what somebody typed.
#[must_use]
pub fn crockford_as_written(typed: &str) -> String {
    let kept = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    kept.map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    })
    .collect()
}

/// Splits a code into groups of four, for the eye.
#[must_use]
pub fn grouped(code: &str) -> String {
    let mut grouped = String::with_capacity(code.len().saturating_mul(2));
    for (at, c) in code.chars().enumerate() {
        if at > 0 && at.is_multiple_of(4) {
            grouped.push('-');
        }
        grouped.push(c);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_exact_is_refused() {
        assert_eq!(from_base64url("AA"), Ok(vec![0]));
        for wrong in ["AB", "AA=", "A", "AA\n", "+A", "/A"] {
            assert_eq!(from_base64url(wrong), Err(NotExact), "{wrong:?}");
        }
        for wrong in ["MY", "ab", "my======", "m"] {
            assert_eq!(from_base32(wrong), Err(NotExact), "{wrong:?}");
        }
        assert_eq!(from_hex_array::<1>("AB"), Err(NotExact));
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = crockford(&[0x21, 0, 0xff, 7, 9]);
        let typed = grouped(&code).to_lowercase().replace('0', "o").replace('1', "l");
        assert_eq!(from_crockford(&typed), Ok(vec![0x21, 0, 0xff, 7, 9]));
        assert_eq!(from_crockford("U000-0000"), Err(NotExact));
    }
}
