//! What a header says is what was signed, and not a bit of it can change.

use proptest::prelude::*;

use super::*;

const LARGEST: u64 = (1 << 53) - 1;

fn key() -> PrivateKey {
    PrivateKey::from_seed(&[7; 32])
}

fn header() -> Header {
    Header {
        ack: Some(Head { epoch: Epoch(1), seq: Seq(2), id: EventId([1; 32]) }),
        body: Some(BodyDigest { hash: [2; 32], len: 272 }),
        critical: vec!["pull".to_owned()],
        commitment: Some([3; 32]),
        epoch: Epoch(1),
        seq: Seq(4),
        previous: Some(EventId([5; 32])),
        from: NodeId([6; 32]),
        to: Recipient::Node(NodeId([8; 32])),
        kind: EventKind::Referral,
        kid: key().kid(),
        at: Timestamp(1_772_438_400_000),
        expires: Some(Timestamp(1_772_438_400_001)),
    }
}

fn is_believed(signed: &Signed) -> bool {
    let canonical = RawHeader(signed.clone()).parse();
    canonical.is_ok_and(|canonical| canonical.verify(&key().public()).is_ok())
}

#[test]
fn no_bit_of_a_header_or_of_its_signature_can_change() {
    let signed = Verified::sign(&key(), header()).unwrap().signed().clone();
    assert!(is_believed(&signed));
    for bit in 0..signed.bytes.len() * 8 {
        let mut signed = signed.clone();
        signed.bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(!is_believed(&signed), "bit {bit} of the header");
    }
    for bit in 0..512 {
        let mut signed = signed.clone();
        signed.signature[bit / 8] ^= 1 << (bit % 8);
        assert!(!is_believed(&signed), "bit {bit} of the signature");
    }
}

#[test]
fn a_header_is_verified_with_the_key_that_it_names() {
    let signed = Verified::sign(&key(), header()).unwrap().signed().clone();
    let other = PrivateKey::from_seed(&[8; 32]);
    let stolen = Signed::sign(&other, Label::Event, signed.bytes);
    let canonical = RawHeader(stolen).parse().unwrap();
    assert_eq!(canonical.verify(&other.public()), Err(BadSignature));
}

#[test]
fn a_header_that_breaks_a_rule_is_not_signed() {
    let broken = [
        Header { epoch: Epoch(0), ..header() },
        Header { seq: Seq(0), ..header() },
        Header { previous: None, ..header() },
        Header { expires: None, ..header() },
        Header { commitment: None, ..header() },
        Header { body: None, ..header() },
        Header { to: Recipient::Public, ..header() },
        Header { kind: EventKind::Control, ..header() },
    ];
    for header in broken {
        let refused = Verified::sign(&key(), header.clone());
        assert!(matches!(refused, Err(UnreadableHeader::Malformed(_))), "{header:?}");
    }
}

#[test]
fn a_body_that_is_missing_may_have_been_erased() {
    let body = Some(BodyDigest::of(b"{}"));
    let event = Verified::sign(&key(), Header { body, ..header() }).unwrap();
    assert_eq!(event.check_body(None), Ok(()));
    assert_eq!(event.check_body(Some(b"{}")), Ok(()));
    assert_eq!(event.check_body(Some(b"{ }")), Err(WrongBody));
}

fn kind() -> impl Strategy<Value = EventKind> {
    prop_oneof![
        Just(EventKind::Referral),
        Just(EventKind::Consent),
        Just(EventKind::Control),
        Just(EventKind::Directory),
        Just(EventKind::Statistics),
        "x[a-z.]{0,15}".prop_map(EventKind::Unknown),
    ]
}

fn head() -> impl Strategy<Value = Head> {
    (1..=LARGEST, 1..=LARGEST, any::<[u8; 32]>()).prop_map(|(epoch, seq, id)| Head {
        epoch: Epoch(epoch),
        seq: Seq(seq),
        id: EventId(id),
    })
}

prop_compose! {
    /// Any header that breaks no rule.
    fn any_header()(
        kind in kind(),
        sealed in any::<bool>(),
        (public, from, to) in any::<(bool, [u8; 32], [u8; 32])>(),
        body in prop::option::of((any::<[u8; 32]>(), 0..=limits::PUBLIC_BODY as u64 / 2)),
        place in head(),
        named in any::<bool>(),
        ack in prop::option::of(head()),
        critical in prop::collection::vec("[ -~é]{1,16}", 0..=8),
        (at, life) in (0..=LARGEST / 2, prop::option::of(0..=400_u64 * 24 * 60 * 60 * 1_000)),
    ) -> Header {
        let sealed = kind.expires() || sealed && !kind.is_clear();
        let body = body.or(sealed.then_some(([0; 32], 272)));
        let life = life.or(kind.expires().then_some(0));
        let first = place.seq == Seq(1);
        Header {
            ack,
            body: body.map(|(hash, len)| BodyDigest { hash, len }),
            critical,
            commitment: sealed.then_some([3; 32]),
            epoch: place.epoch,
            seq: place.seq,
            previous: (named || !first).then_some(place.id),
            from: NodeId(from),
            to: if public && !sealed { Recipient::Public } else { Recipient::Node(NodeId(to)) },
            kind,
            kid: key().kid(),
            at: Timestamp(at),
            expires: life.map(|life| Timestamp(at + life)),
        }
    }
}

proptest! {
    #[test]
    fn a_header_is_written_and_read_back(header in any_header()) {
        let event = Verified::sign(&key(), header.clone()).unwrap();
        prop_assert_eq!(event.header(), &header);
        let again = RawHeader(event.signed().clone()).parse().unwrap();
        prop_assert_eq!(again.id(), event.id());
        prop_assert_eq!(again.verify(&key().public()), Ok(event));
    }

    #[test]
    fn no_bit_of_any_header_can_change(header in any_header(), bit in any::<prop::sample::Index>()) {
        let mut signed = Verified::sign(&key(), header).unwrap().signed().clone();
        let bit = bit.index(signed.bytes.len() * 8);
        signed.bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!is_believed(&signed));
    }
}
