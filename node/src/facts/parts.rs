//! How the payload of a record lies: parts, each after its length, so that a part can be emptied
//! when what it held is erased, and the others stay where they are.
//!
//! ```text
//! payload = (length, u32 big-endian ‖ bytes)*
//! ```

/// The payload is not made of the parts that its kind promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the payload of a record makes no sense")]
pub struct BrokenPayload;

/// Writes parts, in the order in which they will be read.
#[derive(Default)]
pub(super) struct PartsWriter(Vec<u8>);

impl PartsWriter {
    pub(super) fn with(mut self, part: &[u8]) -> Self {
        let len = u32::try_from(part.len()).expect("no part comes near four gigabytes");
        self.0.extend(len.to_be_bytes());
        self.0.extend(part);
        self
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads parts, in the order in which they were written.
pub(super) struct PartsReader<'a>(&'a [u8]);

impl<'a> PartsReader<'a> {
    pub(super) const fn new(payload: &'a [u8]) -> Self {
        Self(payload)
    }

    pub(super) fn part(&mut self) -> Result<&'a [u8], BrokenPayload> {
        let (len, rest) = self.0.split_first_chunk().ok_or(BrokenPayload)?;
        let len = u32::from_be_bytes(*len) as usize;
        let (part, rest) = rest.split_at_checked(len).ok_or(BrokenPayload)?;
        self.0 = rest;
        Ok(part)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], BrokenPayload> {
        self.part()?.try_into().map_err(|_| BrokenPayload)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_and_read_back() {
        let payload = PartsWriter::default().with(b"one").with(b"").with(&[3; 32]).finish();
        let mut parts = PartsReader::new(&payload);
        assert_eq!(parts.part(), Ok(&b"one"[..]));
        assert_eq!(parts.part(), Ok(&b""[..]));
        assert_eq!(parts.array(), Ok([3; 32]));
        assert!(parts.is_empty());
        for cut in 0..payload.len() {
            let mut parts = PartsReader::new(&payload[..cut]);
            let all = [parts.part(), parts.part(), parts.part()];
            assert!(all.contains(&Err(BrokenPayload)), "{cut}");
        }
    }
}
