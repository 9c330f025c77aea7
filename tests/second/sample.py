"""The sample of the format: two nodes, a referral, and everything that they leave behind."""

import functools
import hashlib
import json
import re
import struct

from primitives import (
    b64, b64u, clamped, kem_from_seed, public_of, is_signed, registered, tree_root, unb64, unb64u,
    x25519_public,
)  # fmt: skip
import wire

OTHER = {"A": "B", "B": "A"}


class Mismatch(Exception):
    """A value of the file is not the one that the format requires."""


def require(condition, message):
    if not condition:
        raise Mismatch(message)


def equal(what, got, expected):
    require(got == expected, f"{what}: found {got!r:.100}, computed {expected!r:.100}")


class Sample:
    """Holds what the first sections establish for the later ones."""

    def __init__(self, data):
        self.data = data
        self.identities, self.secrets = {}, {}
        self.events = {}  # (from, to, ep, sq) -> id
        self.channels, self.roots = {}, {}
        self.known = {}  # leaf -> where it comes from

    def checks(self):
        yield "format", lambda: equal("format", self.data["format"], "maillage-sample-1")
        for name in OTHER:
            yield f"node_{name.lower()}", lambda name=name: self.node(name)
        yield from self.each("events", self.event)
        yield from self.each("facts", self.fact)
        yield from self.each("erasure", self.erasure)
        yield "withdraw_code", self.withdraw_code
        for name in OTHER:
            yield f"journal_{name.lower()}", lambda name=name: self.journal(name)
        yield from self.each("receipts", self.receipt)
        yield "leaves", self.leaves
        yield "checkpoint", self.checkpoint
        yield "rotate_a", self.rotate
        yield "fork_proof", self.fork
        yield from self.each("http", self.http)
        yield "link", self.link

    def each(self, section, check):
        for index, entry in enumerate(self.data[section]):
            yield f"{section}[{index}]", functools.partial(check, entry)

    def sig(self, name):
        return self.identities[name].state["keys"]["sig"]

    def node(self, name):
        entry = self.data[f"node_{name.lower()}"]
        raw = entry["genesis"].encode()
        equal("genesis_len", entry["genesis_len"], len(raw))
        identity = wire.Identity([{"bytes": entry["genesis"], "sigs": entry["sigs"]}])
        equal("node_id", entry["node_id"], identity.node)
        identity_id = wire.digest("identity-id", raw)
        equal("identity_id", unb64u(entry["identity_id"]), identity_id)
        secrets = {use: bytes.fromhex(secret) for use, secret in entry["secrets"].items()}
        for use, secret in secrets.items():
            seed = hashlib.sha256(f"maillage test vector seed {name} {use}".encode()).digest()
            equal(f"secret {use}", secret, clamped(kem_from_seed(seed)) if use == "kem" else seed)
        keys = identity.state["keys"]
        for use in ("sig", "auth", "wit"):
            equal(f"public {use}", keys[use], public_of(secrets[use]))
        equal("public kem", keys["kem"], x25519_public(secrets["kem"]))
        committed = b64u(wire.digest("next-key", public_of(secrets["next"])))
        equal("nx", identity.state["nx"], [committed])
        self.identities[name], self.secrets[name] = identity, secrets
        for kind in ("05", "07"):
            self.known[kind + identity_id.hex()] = f"genesis of {name}"

    def event(self, entry):
        sender, receiver = entry["from"], entry["to"]
        raw, sent = entry["header"].encode(), entry["wire"]
        equal("header_len", entry["header_len"], len(raw))
        equal("wire h", unb64u(sent["h"]), raw)
        header, event_id = wire.read_header(raw), wire.digest("event-id", raw)
        equal("event_id", unb64u(entry["event_id"]), event_id)
        node = self.identities[receiver].node
        channel = self.channels.setdefault(
            sender, wire.Channel(self.identities[sender].node, node)
        )
        signed = {"bytes": entry["header"], "sig": sent["s"]}
        verdict = channel.hear(signed, unb64u(sent["b"]), self.identities[sender])
        equal("verdict", verdict, "append")
        if "ack" in header:
            ep, sq, acked = header["ack"]
            equal("ack", unb64u(acked), self.events.get((receiver, sender, ep, sq)))
        self.events[sender, receiver, header["ep"], header["sq"]] = event_id
        kem = self.identities[receiver].state["keys"]["kem"]
        equal("keybox kid", sent["k"]["kid"], wire.kid_of("X25519", kem))
        sealed, commitment = unb64u(sent["k"]["e"], 80), unb64u(header["kc"], 32)
        secret = self.secrets[receiver]["kem"]
        cek = wire.open_keybox(secret, sealed, event_id, node, commitment)
        equal("cek", entry["cek"], cek.hex())
        body = unb64u(sent["b"])
        equal("padded_len", entry["padded_len"], len(body) - 16)
        plaintext = wire.open_body(cek, commitment, header, body)
        equal("plaintext", entry["plaintext"], plaintext.decode())
        equal("sealed again", wire.seal_body(cek, header, plaintext), body)
        equal("wire_len", entry["wire_len"], len(json.dumps(sent, separators=(",", ":"))))
        for kind in ("01", "02"):
            self.known[kind + event_id.hex()] = f"event of {sender}"

    def fact(self, entry):
        fact = wire.digest("fact", bytes.fromhex(entry["payload"]))
        equal("fact_id", unb64u(entry["fact_id"]), fact)
        self.known["06" + fact.hex()] = f"fact of {entry['node']}"

    def erasure(self, entry):
        by, raw = entry["by"], entry["bytes"].encode()
        is_order = wire.read_cj1(raw)["t"] == "erase"
        said = (wire.read_order if is_order else wire.read_attestation)(entry, self.sig(by))
        nodes = (self.identities[by].node, self.identities[OTHER[by]].node)
        equal("fr, to", (said["fr"], said["to"]), nodes)
        equal("record_id", entry["record_id"], said["record_id"])
        if not is_order:
            equal("re", said["re"], self.data["erasure"][0]["record_id"])
        known = {b64u(event) for event in self.events.values()}
        require(set(said["ids"]) <= known, "an id is not the id of an event")
        self.known["04" + unb64u(said["record_id"]).hex()] = f"erasure by {by}"

    def withdraw_code(self):
        entry = self.data["withdraw_code"]
        equal("code", wire.read_code(entry["code"]), entry["code"])
        committed = b64u(wire.digest("withdraw-code", (entry["grant"] + entry["code"]).encode()))
        equal("wc", entry["wc"], committed)
        grant = json.loads(self.data["events"][0]["plaintext"])
        equal("consent", (grant["id"], grant["wc"]), (entry["grant"], committed))

    def receipt(self, entry):
        by = entry["by"]
        said = wire.read_receipt(entry, self.sig(by))
        equal("len", entry["len"], len(entry["bytes"]))
        nodes = (self.identities[by].node, self.identities[OTHER[by]].node)
        equal("fr, to", (said["fr"], said["to"]), nodes)
        ep, sq, event = said["hd"]
        equal("hd", unb64u(event), self.events.get((OTHER[by], by, ep, sq)))
        if "cp" in said:
            leaves = self.data[f"journal_{by.lower()}"]["leaves"]
            equal("cp", said["cp"], [len(leaves), b64u(self.roots[by])])
        if "nc" in said:
            asked = [it["nonce"] for it in self.data["http"] if it["path"].endswith("/head")]
            require(said["nc"] in asked, "nc is not the nonce of a request for the head")
        equal("receipt_id", entry["receipt_id"], said["receipt_id"])
        self.known["03" + unb64u(said["receipt_id"]).hex()] = f"receipt of {by}"

    def journal(self, name):
        entry = self.data[f"journal_{name.lower()}"]
        leaves = [bytes.fromhex(leaf) for leaf in entry["leaves"]]
        require(all(len(leaf) == 33 and leaf[0] <= 8 for leaf in leaves), "not a leaf")
        require(len(leaves) % 16 == 0, "the journal is not padded to 16 leaves")
        self.roots[name] = tree_root(leaves)
        equal("root", entry["root"], self.roots[name].hex())

    def leaves(self):
        for name in OTHER:
            for leaf in self.data[f"journal_{name.lower()}"]["leaves"]:
                require(leaf.startswith("00") or leaf in self.known, f"unknown leaf {leaf}")

    def checkpoint(self):
        note, _, signatures = self.data["journal_a"]["checkpoint"].rpartition("\n\n")
        note += "\n"
        origin = f"maillage-log/{self.identities['A'].node}/1"
        size = len(self.data["journal_a"]["leaves"])
        equal("note", note, f"{origin}\n{size}\n{b64(self.roots['A'])}\n")
        lines = signatures.split("\n")
        require(len(lines) == 3 and lines[2] == "", "expected two signature lines")
        own = self.note_line(lines[0], origin, 0x01, self.sig("A"))
        require(is_signed(self.sig("A"), note.encode(), own), "the log did not sign")
        witness = f"maillage-witness/{self.identities['B'].node}"
        wit = self.identities["B"].state["keys"]["wit"]
        cosigned = self.note_line(lines[1], witness, 0x04, wit)
        (time,) = struct.unpack(">Q", cosigned[:8])
        message = f"cosignature/v1\ntime {time}\n{note}".encode()
        require(is_signed(wit, message, cosigned[8:]), "the witness did not sign")

    @staticmethod
    def note_line(line, name, algorithm, public):
        dash, found, blob = line.split(" ")
        equal("note line", (dash, found), ("\u2014", name))
        blob = unb64(blob, "malformed")
        key_id = hashlib.sha256(name.encode() + bytes([0x0A, algorithm]) + public).digest()[:4]
        equal("note key id", blob[:4], key_id)
        return blob[4:]

    def rotate(self):
        entry, genesis = self.data["rotate_a"], self.data["node_a"]
        raw = entry["bytes"].encode()
        equal("len", entry["len"], len(raw))
        equal("identity_id", unb64u(entry["identity_id"]), wire.digest("identity-id", raw))
        after = wire.Identity([{"bytes": genesis["genesis"], "sigs": genesis["sigs"]}, entry])
        equal("node", after.node, self.identities["A"].node)
        equal("revoked", list(after.revoked), [wire.kid_of("Ed25519", self.sig("A"))])
        seed = hashlib.sha256(b"maillage test vector seed A next 2").digest()
        equal("nx", after.state["nx"], [b64u(wire.digest("next-key", public_of(seed)))])
        registered(after.state["keys"]["sig"])

    def fork(self):
        headers = [{"bytes": it["h"], "sig": it["s"]} for it in self.data["fork_proof"]]
        wire.check_fork(*headers, self.identities["A"])
        proved = {wire.digest("event-id", it["bytes"].encode()) for it in headers}
        require(proved & set(self.events.values()), "neither header is in the channel")

    def http(self, entry):
        sender = entry["from"]
        headers = {name.lower(): value for name, value in entry["headers"].items()}
        query = entry["query"].removeprefix("?")
        nodes = {"from": headers["maillage-from"], "to": headers["maillage-to"]}
        equal("from", nodes["from"], self.identities[sender].node)
        equal("to", nodes["to"], self.identities[OTHER[sender]].node)
        seed = self.secrets[sender]["auth"].hex()
        request = {**entry, **nodes, "headers": headers, "query": query, "seed": seed}
        equal("signed again", wire.sign_request(request), headers)
        wire.verify_request(request, self.identities[sender].state["keys"]["auth"])
        parameters = headers["signature-input"].removeprefix("maillage=")
        base = wire.signature_base(request, headers, parameters)
        equal("base", entry["base"], base.decode())

    def link(self):
        entry = self.data["link"]
        said = wire.read_invitation(entry["invitation"])
        equal("id", said["id"], self.identities["A"].node)
        equal("capitals", wire.read_invitation(entry["invitation"].upper()), said)
        equal("json", wire.write_cj1({**said, "v": 1}).decode(), entry["invitation_json"])
        require(re.fullmatch(r"[0-9]{6}", entry["sas"]), "six digits")
        proofs = wire.link_proofs({
            "secret": unb64u(said["s"]).hex(),
            "host": self.identities["A"].node,
            "guest": self.identities["B"].node,
            "last_host": self.data["node_a"]["identity_id"],
            "last_guest": self.data["node_b"]["identity_id"],
            "nonce_host": entry["nonce_a"],
            "nonce_guest": entry["nonce_b"],
        })  # fmt: skip
        found = {"mac_guest": entry["mac_b"], "mac_host": entry["mac_a"], "sas": entry["sas"]}
        equal("proofs", found, proofs)
