//! What a node wrote, read beside it with public keys alone: who signed what, what follows what, and
//! what is sealed.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use maillage_node::disk::SystemDisk;
use maillage_node::env::SystemEnv;
use maillage_node::facts::{Entry, Envelope, EventEntry, Safe, unit_of};
use maillage_node::folder::DataFolder;
use maillage_node::journal::{Number, Record, Surveyed, Surveyor, survey};
use maillage_node::vault::MemoryVault;
use maillage_protocol::channel::{Channel, Verdict};
use maillage_protocol::control::Control;
use maillage_protocol::erasure::{ErasureAttestation, ErasureOrder};
use maillage_protocol::event::{EventKind, Head, RawHeader, Recipient};
use maillage_protocol::id::{Epoch, EventId, NodeId, Seq};
use maillage_protocol::identity::{Identity, SignedIdentity};
use maillage_protocol::keys::{KeyUse, Kid, PublicKey};
use maillage_protocol::leaf::Leaf;
use maillage_protocol::receipt::DeliveryReceipt;
use maillage_protocol::signed::Signed;

use crate::node::Node;

/// What one node wrote.
pub(crate) struct Written {
    node: NodeId,
    identities: BTreeMap<NodeId, Vec<SignedIdentity>>,
    /// What it signed, for whom, in its order.
    sent: BTreeMap<Recipient, Vec<Letter>>,
    /// What it took, from whom.
    received: BTreeMap<NodeId, Vec<Letter>>,
    /// By whom each is, as it says.
    receipts: Vec<(NodeId, Signed)>,
    /// Between whom: one of the two signed it.
    erasures: Vec<(NodeId, Signed)>,
    /// What dies with a unit of the vault, and in which record it is.
    sealed: Vec<(Number, Vec<u8>)>,
    safe: Safe,
}

/// An event, as it was written.
struct Letter {
    id: EventId,
    envelope: Envelope,
    body: Vec<u8>,
}

impl Letter {
    fn of<S>(leaf: Leaf, entry: EventEntry<S>) -> Self {
        Self { id: EventId(leaf.id), envelope: entry.envelope, body: entry.body }
    }
}

impl Written {
    /// Reads what a node wrote, whether it runs or not.
    pub(crate) fn by(node: &Node) -> Self {
        let (vault, env) = (MemoryVault::default(), SystemEnv::default());
        let mut written = Self {
            node: node.id,
            identities: BTreeMap::new(),
            sent: BTreeMap::new(),
            received: BTreeMap::new(),
            receipts: Vec::new(),
            erasures: Vec::new(),
            sealed: Vec::new(),
            safe: Safe::new(Arc::new(vault), Arc::new(env)),
        };
        let journal = DataFolder::at(&node.folder).journal();
        survey(&SystemDisk, &journal, &mut written).expect("the journal is whole");
        written
    }

    /// Returns what is sealed under keys that can be destroyed, from a record on.
    pub(crate) fn sealed_since(self, first: u64) -> Vec<Vec<u8>> {
        let since = self.sealed.into_iter().filter(|(number, _)| number.0 >= first);
        since.map(|(_, bytes)| bytes).collect()
    }

    fn identity(&self, of: NodeId) -> Identity {
        let log = self.identities.get(&of).expect("who speaks said who they are");
        Identity::read(log).expect("an identity that was written is a good one")
    }

    /// Checks every signature that this node gave or took, and that what each author said follows
    /// from what they said before.
    #[track_caller]
    fn verify(&self) {
        let us = self.identity(self.node);
        for (to, letters) in &self.sent {
            replay(&us, *to, letters);
        }
        for (from, letters) in &self.received {
            replay(&self.identity(*from), Recipient::Node(self.node), letters);
        }
        let key = |of: NodeId| {
            let identity = self.identity(of);
            move |kid: Kid| -> Option<PublicKey> { identity.signing_key(kid, KeyUse::Sig) }
        };
        for (holder, receipt) in &self.receipts {
            let verified = DeliveryReceipt::verify(receipt, key(*holder));
            assert!(verified.is_ok_and(|receipt| receipt.from == *holder), "a receipt");
        }
        for (peer, object) in &self.erasures {
            let verified = [self.node, *peer].into_iter().any(|author| {
                let order = ErasureOrder::verify(object, key(author));
                let done = ErasureAttestation::verify(object, key(author));
                order.is_ok_and(|order| order.from == author)
                    || done.is_ok_and(|done| done.from == author)
            });
            assert!(verified, "an order to erase, or its attestation");
        }
    }
}

impl Surveyor for Written {
    fn record(&mut self, number: Number, leaf: Leaf, payload: &[u8]) {
        let record = Record { leaf, payload: payload.to_vec() };
        let entry = self.safe.read(number, &record).expect("a record makes sense without its keys");
        let sealed = match &entry {
            Entry::Fact(fact) => Some((&fact.content.wrapped, &fact.content.sealed)),
            Entry::Sent(event) => Some((&event.wrapped, &event.body)),
            Entry::Received(event) => Some((&event.wrapped, &event.body)),
            _ => None,
        };
        if let Some((_, sealed)) = sealed.filter(|(wrapped, _)| unit_of(wrapped).is_some()) {
            self.sealed.push((number, sealed.clone()));
        }
        match entry {
            Entry::Sent(event) => {
                self.sent.entry(event.peer).or_default().push(Letter::of(leaf, event));
            }
            Entry::Received(event) => {
                let Recipient::Node(from) = event.peer else { panic!("somebody sent it") };
                self.received.entry(from).or_default().push(Letter::of(leaf, event));
            }
            Entry::Identity(event) => {
                self.identities.entry(self.node).or_default().push(event);
            }
            Entry::PeerIdentity { peer, event } => {
                self.identities.entry(peer).or_default().push(event);
            }
            Entry::Receipt(entry) => {
                let holder = if entry.issued { self.node } else { entry.peer };
                self.receipts.push((holder, entry.receipt));
            }
            Entry::Erasure(entry) => {
                // What a node destroyed by itself, nobody signed.
                self.erasures.extend(entry.peer.map(|peer| (peer, entry.object)));
            }
            Entry::Padding | Entry::Fact(_) | Entry::Evidence { .. } => {}
        }
    }

    fn segment(&mut self, _: &Surveyed) -> io::Result<()> {
        Ok(())
    }
}

/// Places again, one after the other, what somebody said to somebody.
#[track_caller]
fn replay(author: &Identity, to: Recipient, letters: &[Letter]) {
    let mut channel = Channel::new(author.node(), to);
    let mut placed = BTreeMap::new();
    for letter in letters {
        let signed = match &letter.envelope {
            Envelope::Kept(signed) => signed.clone(),
            Envelope::Gone(head) => {
                channel = channel.passed(*head);
                placed.insert((head.epoch, head.seq), (head.id, None));
                continue;
            }
        };
        let read = RawHeader(signed.clone()).parse().expect("a header that was taken can be read");
        let key = channel.key_for(&read, author).expect("it is signed with the key of its channel");
        let event = read.verify(&key).expect("its signature is good");
        assert_eq!(event.id(), letter.id, "its public name is its own");
        let body = Some(letter.body.as_slice()).filter(|body| !body.is_empty());
        assert!(event.check_body(body).is_ok(), "its body is the one that was signed");
        let about_channel = event.header().kind == EventKind::Control;
        let control =
            about_channel.then(|| Control::read(&letter.body).unwrap_or(Control::Unknown));
        let Head { epoch, seq, id } = event.head();
        let stored = |epoch: Epoch, seq: Seq| placed.get(&(epoch, seq)).cloned();
        let Verdict::Append(positioned) = channel.place(event, control, &stored) else {
            panic!("{id} does not follow what was said before it");
        };
        channel = channel.advanced(&positioned);
        placed.insert((epoch, seq), (id, Some(signed)));
    }
}

/// Checks, with public keys alone, everything that these nodes signed and took, and that what one
/// holds of another is what that one wrote, from the first event on.
#[track_caller]
pub(crate) fn agree(nodes: &[&Node]) {
    let written: Vec<_> = nodes.iter().map(|node| Written::by(node)).collect();
    for one in &written {
        one.verify();
        assert!(!one.sent.is_empty(), "who is linked has said so");
        for other in written.iter().filter(|other| other.node != one.node) {
            let said = other.sent.get(&Recipient::Node(one.node)).map_or(&[][..], Vec::as_slice);
            let held = one.received.get(&other.node).map_or(&[][..], Vec::as_slice);
            let said: Vec<_> = said.iter().map(|letter| letter.id).collect();
            let held: Vec<_> = held.iter().map(|letter| letter.id).collect();
            assert!(said.starts_with(&held), "one holds what the other does not say");
        }
    }
}
