//! What a backup says of itself. It is the last entry of both archives, for what it says of the
//! journal is known only when the journal has been read.

use maillage_protocol::id::NodeId;
use maillage_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::BackupError;
use crate::journal::{Head, Number};

/// What a backup holds, and of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Whose it is.
    pub node: NodeId,
    /// When it was made.
    pub made: Timestamp,
    /// Where the journal stood.
    pub head: Head,
}

/// The name of the manifest in an archive.
pub(super) const FILE: &str = "manifest.json";

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct Version {
    v: u8,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    v: u8,
    node: String,
    made: Timestamp,
    records: u64,
    leaves: String,
}

impl Manifest {
    pub(super) fn to_json(&self) -> Vec<u8> {
        let written = Written {
            v: VERSION,
            node: self.node.to_string(),
            made: self.made,
            records: self.head.records.0,
            leaves: data_encoding::HEXLOWER.encode(&self.head.leaves),
        };
        serde_json::to_vec(&written).expect("plain data is written to memory")
    }

    pub(super) fn parse(json: &[u8]) -> Result<Self, BackupError> {
        let version = serde_json::from_slice::<Version>(json).map_err(|_| BackupError::Foreign)?;
        if version.v > VERSION {
            return Err(BackupError::Newer);
        }
        let written = serde_json::from_slice::<Written>(json).map_err(|_| BackupError::Foreign)?;
        let leaves = data_encoding::HEXLOWER.decode(written.leaves.as_bytes());
        let leaves = leaves.ok().and_then(|leaves| leaves.try_into().ok());
        let (node, leaves) = (written.node.parse().ok(), leaves);
        let (Some(node), Some(leaves)) = (node, leaves) else { return Err(BackupError::Foreign) };
        let head = Head { records: Number(written.records), leaves };
        Ok(Self { node, made: written.made, head })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_back_and_a_newer_one_is_left_alone() {
        let head = Head { records: Number(3), leaves: [9; 32] };
        let manifest = Manifest { node: NodeId([7; 32]), made: Timestamp(5), head };
        assert_eq!(Manifest::parse(&manifest.to_json()).unwrap(), manifest);
        let newer = Manifest::parse(br#"{"v":2,"more":[]}"#);
        assert!(matches!(newer, Err(BackupError::Newer)), "{newer:?}");
        let foreign = Manifest::parse(br#"{"v":1}"#);
        assert!(matches!(foreign, Err(BackupError::Foreign)), "{foreign:?}");
    }
}
