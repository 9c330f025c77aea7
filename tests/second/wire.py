"""The wire of Maillage, written from protocol/SPEC.md.

Every reader raises `Refused` with the code that the vectors use.
"""

import hashlib
import hmac
import json
import re
import struct
import uuid

from primitives import (
    CROCKFORD, Refused, aead_open, aead_seal, b32, b64, b64u, crockford, expand, extract,
    hpke_open, is_signed, public_of, registered, require, sign, unb32, unb64, unb64u,
)  # fmt: skip

PREFIX = b"maillage/v1/"
MAX_INT = 2**53 - 1
BUCKETS = (256, 1024, 4096, 16384, 61440)
DAY = 86_400_000
USES = ("sig", "auth", "wit", "kem")
CAUSES = ("withdrawal", "expiry", "objection", "error", "closure")

# --- labels and names ------------------------------------------------------------------------------


def labelled(label, message):
    assert re.fullmatch(r"[a-z-]{1,16}", label), label
    return PREFIX + label.encode() + b"\0" + message


def digest(label, message):
    return hashlib.sha256(labelled(label, message)).digest()


def kid_of(alg, public):
    return digest("kid", alg.encode() + b"\0" + public)[:8].hex()


def node_id_of(genesis):
    return "n1" + b32(digest("node-id", genesis))


def node_bytes(text, code="malformed"):
    require(isinstance(text, str) and text.startswith("n1"), code)
    data = unb32(text[2:], code)
    require(len(data) == 32, code)
    return data


def fingerprint(node):
    code = crockford(node_bytes(node)[:10])
    return "-".join(code[at : at + 4] for at in range(0, 16, 4))


def verify(public, label, message, signature):
    registered(public)
    require(is_signed(public, labelled(label, message), signature), "bad_signature")


# --- CJ1 -------------------------------------------------------------------------------------------


def read_cj1(raw, limit=None):
    """Parses strictly, writes again, compares the bytes."""
    require(limit is None or len(raw) <= limit, "too_large")

    def members(pairs):
        require(len({key for key, _ in pairs}) == len(pairs) <= 64, "not_canonical")
        require(all(re.fullmatch(r"[a-z][a-z0-9_]{0,15}", key) for key, _ in pairs), "not_canonical")
        return dict(pairs)

    def refuse(_):
        raise Refused("not_canonical")

    def walk(value, depth):
        require(value is not None, "not_canonical")
        if isinstance(value, (dict, list)):
            require(depth <= 4, "not_canonical")
            require(isinstance(value, dict) or len(value) <= 256, "not_canonical")
            for item in value.values() if isinstance(value, dict) else value:
                walk(item, depth + 1)
        elif isinstance(value, int) and not isinstance(value, bool):
            require(0 <= value <= MAX_INT, "not_canonical")

    try:
        text = raw.decode()
        value = json.loads(
            text, object_pairs_hook=members, parse_float=refuse, parse_constant=refuse
        )
        require(isinstance(value, dict), "not_canonical")
        walk(value, 1)
        again = write_cj1(value)
    except (ValueError, RecursionError):
        raise Refused("not_canonical") from None
    require(again == raw, "not_canonical")
    return value


def write_cj1(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def integer(value, name, least=0):
    require(is_integer(value.get(name)) and value[name] >= least, "malformed")
    return value[name]


def text(value, name):
    require(isinstance(value.get(name), str), "malformed")
    return value[name]


def optional(read, value, name, *more):
    return read(value, name, *more) if name in value else None


def hashed(value, name, length=32):
    return unb64u(text(value, name), length)


def kid(value, name="kid"):
    require(re.fullmatch(r"[0-9a-f]{16}", text(value, name)), "malformed")
    return value[name]


def node(value, name):
    node_bytes(text(value, name))
    return value[name]


def items(value, name):
    found = value.get(name, [])
    require(isinstance(found, list), "malformed")
    return found


def ids(value, name, most=256):
    found = items(value, name)
    require(len(found) <= most, "malformed")
    for item in found:
        require(isinstance(item, str), "malformed")
        unb64u(item, 32)
    return found


def head(value, name):
    """Reads [epoch, place, id]."""
    found = value[name]
    require(isinstance(found, list) and len(found) == 3, "malformed")
    ep, sq, event = found
    require(is_integer(ep) and ep >= 1 and is_integer(sq) and sq >= 1, "malformed")
    require(isinstance(event, str), "malformed")
    unb64u(event, 32)
    return found


# --- identity --------------------------------------------------------------------------------------


def identity_keys(value, full):
    keys = {}
    for key in items(value, "keys"):
        require(isinstance(key, dict), "malformed")
        use = text(key, "use")
        require(use in USES and use not in keys, "malformed")
        alg = "X25519" if use == "kem" else "Ed25519"
        public = hashed(key, "pub")
        require(text(key, "alg") == alg and kid(key) == kid_of(alg, public), "malformed")
        keys[use] = public
    require(not full or len(keys) == 4, "malformed")
    return keys


def identity_body(raw):
    value = read_cj1(raw, 8192)
    require(integer(value, "v") == 1, "malformed")
    integer(value, "ts")
    t = text(value, "t")
    require(t in ("genesis", "update", "rotate", "close"), "malformed")
    if t in ("genesis", "update"):
        name = optional(text, value, "name")
        require(name is None or 1 <= len(name.encode()) <= 120, "malformed")
        if "urls" in value:
            urls = items(value, "urls")
            require(1 <= len(urls) <= 3, "malformed")
            for url in urls:
                require(isinstance(url, str), "malformed")
                require(url.startswith(("https://", "http://127.0.0.1:")), "malformed")
    if t == "genesis":
        require("name" in value and "urls" in value, "malformed")
        org = value.get("org", {})
        require(isinstance(org, dict), "malformed")
        if "siret" in org:
            require(re.fullmatch(r"[0-9]{14}", text(org, "siret")), "malformed")
        if "insee" in org:
            require(re.fullmatch(r"[0-9A-Za-z]{5}", text(org, "insee")), "malformed")
    if t == "update":
        optional(integer, value, "lg")
    keys = identity_keys(value, t in ("genesis", "rotate")) if t != "close" else {}
    require(t != "update" or "sig" not in keys, "malformed")
    if t in ("genesis", "rotate"):
        require(1 <= len(items(value, "nx")) <= 3, "malformed")
        for item in value["nx"]:
            require(isinstance(item, str), "malformed")
            unb64u(item, 32)
    if t in ("rotate", "close"):
        hashed(value, "rk")
    if t == "close":
        optional(node, value, "succ")
    for item in items(value, "revoke") if t == "rotate" else []:
        require(isinstance(item, dict), "malformed")
        require(text(item, "cause") in ("routine", "lost", "compromise"), "malformed")
        kid(item)
        optional(integer, item, "since")
    optional(hashed, value, "pv")
    integer(value, "sq")
    return value, keys


class Identity:
    """The fold of an identity log."""

    def __init__(self, log):
        require(1 <= len(log) <= 512, "length")
        self.steps, self.known, self.revoked = [], {}, {}
        for event in log:
            self.append(event["bytes"].encode(), event["sigs"])

    @property
    def state(self):
        return self.steps[-1]["state"]

    def append(self, raw, signatures):
        value, keys = identity_body(raw)
        t, event_id = value["t"], b64u(digest("identity-id", raw))
        if not self.steps:
            require(t == "genesis" and value["sq"] == 0 and "pv" not in value, "out_of_place")
            self.node = node_id_of(raw)
            self.signed(raw, signatures, self.register(keys))
            state = {
                "name": value["name"], "urls": value["urls"], "keys": keys, "nx": value["nx"],
                "lg": 1, "closed": False,
            }  # fmt: skip
            self.push(event_id, 0, True, state)
            return
        require(not self.state["closed"], "closed")
        at = self.parent(value, t)
        parent = self.steps[at]
        require(value["sq"] == parent["sq"] + 1 and t != "genesis", "out_of_place")
        state = dict(parent["state"])
        if t == "update":
            signers = [state["keys"]["sig"], *self.register(keys)]
            self.signed(raw, signatures, signers)
            state["keys"] = {**state["keys"], **keys}
            state.update({name: value[name] for name in ("name", "urls", "lg") if name in value})
        else:
            revealed = hashed(value, "rk")
            require(b64u(digest("next-key", revealed)) in state["nx"], "wrong_rotation_key")
            registered(revealed)
            self.signed(raw, signatures, [revealed, *self.register(keys)])
            self.steps = self.steps[: at + 1]
            if t == "rotate":
                state["keys"], state["nx"] = keys, value["nx"]
                self.revoked.update((r["kid"], r["cause"]) for r in items(value, "revoke"))
            else:
                state["closed"], state["succ"] = True, value.get("succ")
        self.push(event_id, value["sq"], t != "update", state)

    def parent(self, value, t):
        found = [at for at, step in enumerate(self.steps) if step["id"] == value.get("pv")]
        require(found, "out_of_place")
        superseded = self.steps[found[-1] + 1 :]
        require(t != "update" or not superseded, "out_of_place")
        require(not any(step["paper"] for step in superseded), "forked")
        return found[-1]

    def register(self, keys):
        signing = [(use, public) for use, public in keys.items() if use != "kem"]
        for use, public in signing:
            registered(public)
            name = kid_of("Ed25519", public)
            require(name not in self.known, "weak_key")
            self.known[name] = (use, public)
        return [public for _, public in signing]

    @staticmethod
    def signed(raw, signatures, signers):
        require(len(signatures) == len(signers), "bad_signature")
        by_kid = {}
        for signature in signatures:
            by_kid.setdefault(signature["kid"], unb64u(signature["sig"], 64))
        for signer in signers:
            name = kid_of("Ed25519", signer)
            require(name in by_kid, "bad_signature")
            verify(signer, "identity", raw, by_kid[name])

    def push(self, event_id, sq, paper, state):
        self.steps.append({"id": event_id, "sq": sq, "paper": paper, "state": state})

    def sig_key(self, name):
        use, public = self.known.get(name, (None, None))
        return public if use == "sig" else None

    def said(self):
        state, last = self.state, self.steps[-1]
        keys = {
            use: kid_of("X25519" if use == "kem" else "Ed25519", public)
            for use, public in state["keys"].items()
        }
        said = {
            "node_id": self.node, "last": [last["sq"], last["id"]], "name": state["name"],
            "urls": state["urls"], "keys": keys, "lg": state["lg"], "closed": state["closed"],
            "revoked": self.revoked,
        }  # fmt: skip
        if state.get("succ"):
            said["succ"] = state["succ"]
        return said


# --- events ----------------------------------------------------------------------------------------

BODY_LIMITS = {"ctl": 16 * 1024, "dir": 32 * 1024, "stat": 32 * 1024}


def read_header(raw):
    header = read_cj1(raw, 4096)
    require(integer(header, "v") == 1, "unsupported_version")
    if "ack" in header:
        head(header, "ack")
    require(("bh" in header) == ("bl" in header), "malformed")
    kind = text(header, "kd")
    require(1 <= len(kind.encode()) <= 16, "malformed")
    if "bh" in header:
        hashed(header, "bh")
        require(integer(header, "bl") <= BODY_LIMITS.get(kind, 65_552), "malformed")
    features = items(header, "crit")
    require(len(features) <= 8, "malformed")
    for feature in features:
        require(isinstance(feature, str) and 1 <= len(feature.encode()) <= 32, "malformed")
    sealed = integer(header, "en")
    require(sealed in (0, 1) and ("kc" in header) == bool(sealed), "malformed")
    optional(hashed, header, "kc")
    integer(header, "ep", 1)
    node(header, "fr")
    if header.get("to") != "*":
        node(header, "to")
    kid(header)
    optional(hashed, header, "pv")
    require(integer(header, "sq", 1) == 1 or "pv" in header, "malformed")
    ts, xp = integer(header, "ts"), optional(integer, header, "xp")
    require(xp is None or xp <= ts + 400 * DAY, "malformed")
    if kind in ("referral", "consent"):
        require(sealed and xp is not None, "malformed")
    require(not sealed or (kind not in BODY_LIMITS and header["to"] != "*"), "malformed")
    require(not sealed or "bh" in header, "malformed")
    return header


def check_body(header, body):
    if body is None:
        return
    named = (header.get("bh"), header.get("bl"))
    require(named == (b64u(hashlib.sha256(body).digest()), len(body)), "wrong_body")


def read_control(raw):
    value = read_cj1(raw)
    t = text(value, "t")
    if t == "link.accept":
        said = {"t": t, "peer": node(value, "peer"), "min": integer(value, "min")}
        said.update(max=integer(value, "max"), features=items(value, "features"))
        require(all(isinstance(feature, str) for feature in said["features"]), "malformed")
        if "charter" in value:
            said["charter"] = text(value, "charter")
        return said
    if t == "key.notice":
        return {"t": t, "kid": kid(value), "sq": integer(value, "sq")}
    if t == "epoch.open":
        said = {"t": t, "why": text(value, "why")}
        require(said["why"] in ("restore", "rotate", "fork", "poison", "manual"), "malformed")
        if "last" in value:
            said["last"] = head(value, "last")
        return said
    if t in ("erase", "erased"):
        unb64u(text(value, "h"))
        hashed(value, "s", 64)
        return {"t": t, "h": value["h"], "s": value["s"]}
    if t == "refused":
        hashed(value, "id")
        return {"t": t, "id": value["id"], "code": text(value, "code")}
    if t == "key.needed":
        return {"t": t, "ids": ids(value, "ids", 64)}
    if t == "conference.stuck":
        hashed(value, "id", 16)
        group = text(value, "group")
        require(re.fullmatch("[a-z-]{0,80}", group) is not None, "malformed")
        said = {"t": t, "id": value["id"], "with": node(value, "with"), "group": group}
        said["since"] = integer(value, "since")
        return said
    if t == "conference.settled":
        hashed(value, "id", 16)
        return {"t": t, "id": value["id"]}
    return {"t": t} if t in ("pause", "resume", "bye") else {"t": "unknown"}


# --- the channel -----------------------------------------------------------------------------------


class Channel:
    """What a receiver says of each event of one channel, after SPEC.md §6."""

    def __init__(self, peer, to):
        self.peer, self.to = peer, to
        self.ep, self.last, self.kid = 1, None, None
        self.status, self.allowed = "open", None
        self.stored = {}

    def hear(self, event, body, identity):
        raw = event["bytes"].encode()
        try:
            header = read_header(raw)
            place, event_id = (header["ep"], header["sq"]), b64u(digest("event-id", raw))
            require((header["fr"], header["to"]) == (self.peer, self.to), "wrong_channel")
            if self.stored.get(place) == event_id:
                return "duplicate"
            self.check_key(header, identity)
            verify(identity.sig_key(header["kid"]), "event", raw, unb64u(event["sig"], 64))
            return self.place(header, event_id, body)
        except Refused as refused:
            return refused.code

    def check_key(self, header, identity):
        today = kid_of("Ed25519", identity.state["keys"]["sig"])
        current = self.kid or today
        begins = header["kd"] == "ctl" and header["sq"] == 1
        require(header["kid"] == current or begins and header["kid"] == today, "unknown_key")
        revoked = identity.revoked.get(header["kid"]) in ("lost", "compromise")
        require(identity.sig_key(header["kid"]) and not revoked, "unknown_key")

    @staticmethod
    def control(header, body):
        if header["kd"] != "ctl" or body is None:
            return None
        try:
            return read_control(body)
        except Refused:
            return None

    def place(self, header, event_id, body):
        ep, sq, control = header["ep"], header["sq"], self.control(header, body)
        if (ep, sq) in self.stored:
            return self.fork(ep)
        if ep < self.ep:
            return "stale_epoch"
        if ep > self.ep and sq == 1:
            return self.open(header, event_id, control, body)
        next_sq = self.last[1] + 1 if self.last and self.last[0] == self.ep else 1
        if ep > self.ep or sq > next_sq:
            return "gap"
        if self.status != "open":
            return "not_open"
        if (header["kd"] == "ctl") != (control is not None):
            return "invalid"
        if control and control["t"] == "epoch.open":
            return "invalid"
        before = self.last[2] if sq > 1 else None
        if header.get("pv") != before:
            return self.fork(ep) if before else "invalid"
        return self.append(header, event_id, control, body)

    def fork(self, ep):
        if ep == self.ep:
            self.status = "forked"
        return "fork"

    def open(self, header, event_id, control, body):
        if not control or control["t"] != "epoch.open":
            return "invalid"
        last = control.get("last")
        known = last is None or self.stored.get((last[0], last[1])) == last[2]
        free = control["why"] in ("restore", "rotate") or self.status not in ("forked", "closed")
        allowed = self.allowed is not None and self.allowed <= header["ep"]
        if not (known and free) and not allowed:
            return "needs_human"
        return self.append(header, event_id, control, body)

    def append(self, header, event_id, control, body):
        check_body(header, body)
        place = (header["ep"], header["sq"])
        if header["ep"] > self.ep:
            self.ep, self.status, self.allowed = header["ep"], "open", None
        self.stored[place] = event_id
        self.last = [*place, event_id]
        notice = control and control["t"] == "key.notice"
        self.kid = control["kid"] if notice else header["kid"]
        if control and control["t"] == "bye":
            self.status = "closed"
        return "append"


def check_fork(held, other, identity):
    """Raises `Refused` unless two headers prove that their author contradicted itself."""
    try:
        (first, first_id), (second, second_id) = (
            signed_header(it, identity) for it in (held, other)
        )
    except Refused:
        raise Refused("not_a_fork") from None
    channel = [[header[name] for name in ("fr", "to", "ep")] for header in (first, second)]
    require(channel[0] == channel[1] and first["fr"] == identity.node, "not_a_fork")
    same_place = first["sq"] == second["sq"] and first_id != second_id
    other_past = second["sq"] == first["sq"] + 1 and second.get("pv") != first_id
    require(same_place or other_past, "not_a_fork")


def signed_header(signed, identity):
    raw = signed["bytes"].encode()
    header = read_header(raw)
    public = identity.sig_key(header["kid"])
    require(public, "unknown_key")
    verify(public, "event", raw, unb64u(signed["sig"], 64))
    return header, b64u(digest("event-id", raw))


# --- sealing ---------------------------------------------------------------------------------------


def body_aad(place):
    names = place["fr"].encode() + b"\0" + place["to"].encode() + b"\0"
    return labelled("body", names + struct.pack(">QQ", place["ep"], place["sq"]))


def smallest_bucket(length):
    return next((bucket for bucket in BUCKETS if length + 4 <= bucket), None)


def seal_body(cek, place, plaintext):
    bucket = smallest_bucket(len(plaintext))
    require(bucket, "too_large")
    padded = (struct.pack(">I", len(plaintext)) + plaintext).ljust(bucket, b"\0")
    return aead_seal(cek, b"\0" * 12, padded, body_aad(place))


def open_body(cek, commitment, place, body):
    require(digest("cek-commit", cek) == commitment, "does_not_open")
    padded = aead_open(cek, b"\0" * 12, body, body_aad(place))
    require(len(padded) >= 4, "does_not_open")
    (length,) = struct.unpack(">I", padded[:4])
    require(len(padded) == smallest_bucket(length), "does_not_open")
    require(not any(padded[4 + length :]), "does_not_open")
    return padded[4 : 4 + length]


def open_keybox(private, sealed, event_id, to, commitment):
    info = labelled("keybox", event_id + to.encode())
    cek = hpke_open(private, sealed[:32], info, sealed[32:])
    require(digest("cek-commit", cek) == commitment, "does_not_open")
    return cek


# --- receipts and erasure --------------------------------------------------------------------------


def object_of(t, limit, raw):
    value = read_cj1(raw, limit)
    require(integer(value, "v") == 1 and text(value, "t") == t, "malformed")
    return value


def believed(label, raw, value, signed, public):
    require(value["kid"] == kid_of("Ed25519", public), "bad_signature")
    verify(public, label, raw, unb64u(signed["sig"], 64))


def read_receipt(signed, public):
    raw = signed["bytes"].encode()
    value = object_of("receipt", 1024, raw)
    said = {"fr": node(value, "fr"), "to": node(value, "to"), "kid": kid(value)}
    said["ts"] = integer(value, "ts")
    if "hd" in value:
        said["hd"] = head(value, "hd")
    if "nc" in value:
        said["nc"] = text(value, "nc")
    if items(value, "cp"):
        checkpoint = value["cp"]
        require(len(checkpoint) == 2 and is_integer(checkpoint[0]), "malformed")
        require(isinstance(checkpoint[1], str), "malformed")
        unb64u(checkpoint[1], 32)
        said["cp"] = checkpoint
    believed("receipt", raw, value, signed, public)
    said["receipt_id"] = b64u(digest("receipt", raw))
    return said


def read_order(signed, public):
    raw = signed["bytes"].encode()
    value = object_of("erase", 16384, raw)
    kid(value)
    believed("erasure", raw, value, signed, public)
    require(text(value, "cause") in CAUSES, "malformed")
    require(text(value, "scope") in ("events", "referral"), "malformed")
    require(ids(value, "ids"), "malformed")
    said = {name: value[name] for name in ("cause", "scope", "ids", "kid")}
    said.update(due=integer(value, "due"), ts=integer(value, "ts"))
    said.update(fr=node(value, "fr"), to=node(value, "to"))
    return {**said, "record_id": b64u(digest("erasure", raw))}


def read_attestation(signed, public):
    raw = signed["bytes"].encode()
    value = object_of("erased", 16384, raw)
    kid(value)
    believed("erasure", raw, value, signed, public)
    said = {"absent": ids(value, "absent"), "ids": ids(value, "ids"), "kid": value["kid"]}
    said.update((name, integer(value, name)) for name in ("at", "bak", "ts"))
    said.update(fr=node(value, "fr"), to=node(value, "to"))
    require(isinstance(value.get("down"), dict), "malformed")
    said["down"] = {name: integer(value["down"], name) for name in ("done", "sent")}
    said["kept"] = []
    for kept in items(value, "kept"):
        require(isinstance(kept, dict), "malformed")
        said["kept"].append({"basis": text(kept, "basis"), "n": integer(kept, "n")})
    hashed(value, "re")
    return {**said, "re": value["re"], "record_id": b64u(digest("erasure", raw))}


def read_shred(raw):
    value = object_of("shred", 16384, raw)
    require(text(value, "cause") in CAUSES, "malformed")
    hashed(value, "unit", 16)
    said = {"cause": value["cause"], "unit": value["unit"], "ts": integer(value, "ts")}
    return {**said, "ids": ids(value, "ids"), "record_id": b64u(digest("erasure", raw))}


def as_written(typed):
    """Returns what people meant when they typed characters of Crockford's alphabet."""
    kept = [c.upper() for c in typed if not c.isspace() and c != "-"]
    code = "".join({"O": "0", "I": "1", "L": "1"}.get(c, c) for c in kept)
    require(all(c in CROCKFORD for c in code), "not_exact")
    return code


def read_code(typed):
    """Reads a personal code as people type it."""
    code = as_written(typed)
    require(len(code) == 16, "not_exact")
    return code


def crockford_bytes(typed):
    bits = "".join(f"{CROCKFORD.index(c):05b}" for c in as_written(typed))
    whole, rest = divmod(len(bits), 8)
    require(rest < 5 and "1" not in bits[whole * 8 :], "not_exact")
    return bytes(int(bits[at * 8 : at * 8 + 8], 2) for at in range(whole))


def read_pathway_number(typed):
    """Reads the groups of a number as people type them, or all that a square holds."""
    if "#" in typed:
        held = typed.rsplit("#", 1)[1].split(".")
        require(len(held) > 1, "not_exact")
        typed = held[1]
    whole = crockford_bytes(typed)
    require(len(whole) == 20, "not_exact")
    require(digest("pathway", whole[:17])[:3] == whole[17:], "not_exact")
    return {"hop": whole[16], "pathway": str(uuid.UUID(bytes=whole[:16]))}


def read_consent_receipt(typed, public):
    """Reads the groups of a receipt as people type them, or all that its square holds."""
    whole = crockford_bytes(typed.rsplit(".", 1)[-1])
    require(len(whole) == 160, "not_exact")
    said, signature = whole[:96], whole[96:]
    issuer, kid, consent, at, grant = said[:32], said[32:40], said[40:56], said[56:64], said[64:]
    require(kid.hex() == kid_of("Ed25519", public), "bad_signature")
    verify(public, "consent-receipt", said, signature)
    return {
        "at": int.from_bytes(at, "big"), "consent": str(uuid.UUID(bytes=consent)),
        "grant": b64u(grant), "issuer": "n1" + b32(issuer), "kid": kid.hex(),
    }  # fmt: skip


# --- linking ---------------------------------------------------------------------------------------


def link_proofs(link):
    secret = bytes.fromhex(link["secret"])
    host, guest = link["host"].encode(), link["guest"].encode()
    nonce_host, nonce_guest = (unb64u(link[f"nonce_{side}"], 16) for side in ("host", "guest"))
    last_host, last_guest = (unb64u(link[f"last_{side}"], 32) for side in ("host", "guest"))
    prk, names = extract(b"", secret), host + b"\0" + guest + b"\0"
    key = expand(prk, labelled("link-key", names), 32)

    def mac(message):
        return b64u(hmac.new(key, labelled("link", message), hashlib.sha256).digest())

    number = expand(prk, labelled("sas", names + nonce_guest + nonce_host), 4)
    return {
        "mac_guest": mac(guest + b"\0" + host + b"\0" + last_guest + nonce_guest),
        "mac_host": mac(names + last_host + nonce_host + nonce_guest),
        "sas": f"{int.from_bytes(number, 'big') % 1_000_000:06}",
    }


def read_invitation(written):
    written = written.strip().lower()
    require(written.startswith("maillage:invite:1:"), "prefix")
    value = read_cj1(unb32(written.removeprefix("maillage:invite:1:")))
    require(integer(value, "v") == 1, "malformed")
    hashed(value, "s", 16)
    said = {"id": node(value, "id"), "s": value["s"], "u": text(value, "u")}
    return {**said, "x": integer(value, "x")}


# --- signed requests -------------------------------------------------------------------------------

COVERED = '("@method" "@path" "@query" "content-digest" "maillage-from" "maillage-to")'


def content_digest(body):
    return f"sha-256=:{b64(hashlib.sha256(body).digest())}:"


def signature_parameters(created, nonce, keyid):
    return f'{COVERED};created={created};nonce="{nonce}";keyid="{keyid}";tag="maillage-fed-1"'


def signature_base(request, headers, parameters):
    return "\n".join([
        f'"@method": {request["method"]}',
        f'"@path": {request["path"]}',
        f'"@query": ?{request["query"]}',
        f'"content-digest": {headers["content-digest"]}',
        f'"maillage-from": {headers["maillage-from"]}',
        f'"maillage-to": {headers["maillage-to"]}',
        f'"@signature-params": {parameters}',
    ]).encode()  # fmt: skip


def sign_request(request):
    seed = bytes.fromhex(request["seed"])
    keyid = kid_of("Ed25519", public_of(seed))
    parameters = signature_parameters(request["created"], request["nonce"], keyid)
    headers = {
        "maillage-from": request["from"],
        "maillage-to": request["to"],
        "content-digest": content_digest(request["body"].encode()),
        "signature-input": f"maillage={parameters}",
    }
    signature = sign(seed, signature_base(request, headers, parameters))
    return {**headers, "signature": f"maillage=:{b64(signature)}:"}


def verify_request(request, public):
    code, headers = "not_the_profile", request["headers"]
    node_bytes(headers["maillage-from"], code)
    node_bytes(headers["maillage-to"], code)
    form = (
        re.escape(f"maillage={COVERED};created=")
        + r'(0|[1-9][0-9]{0,19});nonce="([A-Za-z0-9_-]{22})";keyid="([0-9a-f]{16})"'
        + ';tag="maillage-fed-1"'
    )
    found = re.fullmatch(form, headers["signature-input"])
    require(found and int(found[1]) < 2**64, code)
    created, nonce, keyid = int(found[1]), found[2], found[3]
    unb64u(nonce, 16, code)
    hash_ = re.fullmatch(r"sha-256=:([A-Za-z0-9+/=]+):", headers["content-digest"])
    require(hash_ and len(unb64(hash_[1], code)) == 32, code)
    signature = re.fullmatch(r"maillage=:([A-Za-z0-9+/=]+):", headers["signature"])
    require(signature, code)
    signature = unb64(signature[1], code)
    require(len(signature) == 64, code)
    require(keyid == kid_of("Ed25519", public), "bad_signature")
    parameters = signature_parameters(created, nonce, keyid)
    base = signature_base(request, headers, parameters)
    require(is_signed(public, base, signature), "bad_signature")
    require(headers["content-digest"] == content_digest(request["body"].encode()), "wrong_digest")
    said = {"from": headers["maillage-from"], "to": headers["maillage-to"], "created": created}
    return {**said, "nonce": nonce, "keyid": keyid}


# --- problems --------------------------------------------------------------------------------------

PROBLEMS = {
    "malformed": (400, "never"), "not_canonical": (400, "never"), "digest_mismatch": (400, "never"),
    "bad_signature": (401, "never"), "unknown_key": (401, "fix"), "clock_skew": (401, "fix"),
    "replay": (401, "fix"), "retry_now": (401, "now"),
    "unknown_peer": (403, "fix"), "link_pending": (403, "backoff"),
    "link_suspended": (403, "backoff"), "invite_invalid": (403, "never"),
    "not_found": (404, "never"),
    "gap": (409, "fix"), "fork": (409, "never"), "channel_blocked": (409, "fix"),
    "stale_epoch": (409, "fix"),
    "invite_burned": (410, "never"), "too_large": (413, "fix"), "wrong_recipient": (421, "never"),
    "invalid_event": (422, "never"), "unsupported_version": (426, "fix"),
    "rate_limited": (429, "backoff"), "internal": (500, "backoff"),
    "recovering": (503, "backoff"), "busy": (503, "backoff"),
}  # fmt: skip


def problem(code):
    require(code in PROBLEMS, "unknown_code")
    status, retry = PROBLEMS[code]
    return {"status": status, "retry": retry, "type": f"urn:maillage:problem:{code}"}
