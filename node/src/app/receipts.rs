//! What a person holds on paper, checked with the public keys that this node knows: its own, and
//! those of its partners, past ones too.

use std::sync::Arc;

use maillage_protocol::consent::{ConsentReceipt, SignedReceipt};
use maillage_protocol::id::NodeId;
use maillage_protocol::identity::{Identity, RevocationCause};
use maillage_protocol::keys::KeyUse;

use super::App;

/// A receipt whose signature is right.
#[derive(Clone, Debug)]
pub struct CheckedReceipt {
    /// What it says.
    pub said: ConsentReceipt,
    /// How whoever signed it is called.
    pub name: String,
    /// Whether the key was lost or stolen since.
    pub doubtful: bool,
}

/// Why a receipt is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongReceipt {
    /// Nobody whom this node knows has such a key.
    #[error("the key is not known here")]
    UnknownIssuer,
    /// The signature is not of whoever it names.
    #[error("the signature is wrong")]
    Forged,
}

impl App {
    /// Checks a receipt.
    pub(super) fn check_receipt(
        &self,
        signed: &SignedReceipt,
    ) -> Result<CheckedReceipt, WrongReceipt> {
        let claims = signed.claims().map_err(|_| WrongReceipt::Forged)?;
        let issuer = self.known(claims.issuer).ok_or(WrongReceipt::UnknownIssuer)?;
        let key = issuer.signing_key(claims.kid, KeyUse::Sig);
        let said = signed.verify(|_, _| key).map_err(|_| WrongReceipt::Forged)?;
        Ok(CheckedReceipt {
            said,
            name: issuer.name().to_owned(),
            doubtful: is_doubtful(&issuer, &said),
        })
    }

    /// Returns who a node is, if it is us or a partner.
    fn known(&self, node: NodeId) -> Option<Arc<Identity>> {
        if node == self.node() {
            return Some(Arc::new(self.identity()));
        }
        self.state().peers.get(&node).map(|peer| Arc::clone(&peer.identity))
    }
}

fn is_doubtful(issuer: &Identity, said: &ConsentReceipt) -> bool {
    let revoked = issuer.revocation(said.kid).map(|revoked| revoked.0);
    revoked.is_some_and(|cause| cause != RevocationCause::Routine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::{NADIA, Several, request};

    #[test]
    fn a_receipt_is_checked_by_whoever_knows_the_structure() {
        let nodes = Several::of(&["CCAS de Brenne", "EPN Le Lavoir", "Parlons Net"]);
        let [ccas, epn, asso] = &nodes.apps[..] else { panic!("three nodes") };
        let proposed = ccas.propose(NADIA, request(epn.node()), [1; 16]).unwrap();
        let receipt = proposed.receipt.unwrap();
        for app in [ccas, epn, asso] {
            let checked = app.check_receipt(&receipt).unwrap();
            assert_eq!((checked.name.as_str(), checked.doubtful), ("CCAS de Brenne", false));
        }
        let printed = receipt.to_printed();
        let last = if printed.ends_with('0') { "1" } else { "0" };
        let forged = format!("{}{last}", &printed[..printed.len() - 1]).parse().unwrap();
        assert_eq!(epn.check_receipt(&forged).unwrap_err(), WrongReceipt::Forged);
        let other = if printed.starts_with('0') { "1" } else { "0" };
        let stranger = format!("{other}{}", &printed[1..]).parse().unwrap();
        assert_eq!(epn.check_receipt(&stranger).unwrap_err(), WrongReceipt::UnknownIssuer);
    }
}
