"""One answer for each question of protocol/vectors/v1."""

import hashlib

from primitives import b64u, registered, require, unb64u
import wire


def canonical(given):
    raw = bytes.fromhex(given["hex"]) if "hex" in given else given["text"].encode()
    return {"value": wire.read_cj1(raw)}


def ids(given):
    match given["do"]:
        case "label":
            message = bytes.fromhex(given["message"])
            return {"hash": wire.digest(given["label"], message).hex()}
        case "kid":
            return {"kid": wire.kid_of(given["alg"], bytes.fromhex(given["pub"]))}
        case "node":
            raw = given["genesis"].encode()
            node = wire.node_id_of(raw)
            identity = b64u(wire.digest("identity-id", raw))
            prints = wire.fingerprint(node)
            return {"node_id": node, "identity_id": identity, "fingerprint": prints}
        case "base64url":
            return {"bytes": unb64u(given["text"], code="not_exact").hex()}
        case "event_id":
            return {"bytes": unb64u(given["text"], 32, "not_exact").hex()}
        case "node_id":
            return {"bytes": wire.node_bytes(given["text"], "not_exact").hex()}
        case "kid_text":
            text = given["text"]
            require(len(text) == 16 and all(c in "0123456789abcdef" for c in text), "not_exact")
            return {"bytes": text}


def ed25519(given):
    public = bytes.fromhex(given["key"])
    registered(public)
    if given["do"] == "register":
        return {"kid": wire.kid_of("Ed25519", public)}
    signature = bytes.fromhex(given["signature"])
    wire.verify(public, "event", given["message"].encode(), signature)
    return {"valid": True}


def identity(given):
    log = [given["repeat"]] * given["count"] if "repeat" in given else given["log"]
    return wire.Identity(log).said()


def event_sign(given):
    raw, public = given["bytes"].encode(), bytes.fromhex(given["key"])
    header = wire.read_header(raw)
    require(header["kid"] == wire.kid_of("Ed25519", public), "bad_signature")
    wire.verify(public, "event", raw, unb64u(given["sig"], 64))
    wire.check_body(header, given["body"].encode() if "body" in given else None)
    return {"event_id": b64u(wire.digest("event-id", raw))}


def channel(given):
    known = wire.Identity(given["log"][:1])
    receiver, verdicts = wire.Channel(known.node, given["to"]), []
    for step in given["steps"]:
        match step["do"]:
            case "hear":
                body = step["body"].encode() if "body" in step else None
                verdicts.append(receiver.hear(step["event"], body, known))
                continue
            case "learn":
                known = wire.Identity(given["log"][: step["events"]])
            case "allow":
                receiver.allowed = receiver.ep + 1
            case "block":
                receiver.status = "blocked"
        verdicts.append("done")
    said = {"verdicts": verdicts, "status": receiver.status}
    return {**said, "head": receiver.last} if receiver.last else said


def control(given):
    return wire.read_control(given["text"].encode())


def seal(given):
    cek, place = bytes.fromhex(given["cek"]), given["place"]
    if given["do"] == "open":
        body, commitment = unb64u(given["body"]), unb64u(given["kc"], 32)
        return {"plaintext": wire.open_body(cek, commitment, place, body).decode()}
    what = given["plaintext"]
    body = wire.seal_body(cek, place, what["letter"].encode() * what["count"])
    said = {"len": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    return {**said, "kc": b64u(wire.digest("cek-commit", cek))}


def keybox(given):
    private, sealed = bytes.fromhex(given["secret"]), unb64u(given["k"]["e"], 80)
    event_id, commitment = unb64u(given["event_id"], 32), unb64u(given["kc"], 32)
    return {"cek": wire.open_keybox(private, sealed, event_id, given["to"], commitment).hex()}


def receipt(given):
    return wire.read_receipt(given, bytes.fromhex(given["key"]))


def fork_proof(given):
    wire.check_fork(given["held"], given["other"], wire.Identity(given["log"]))
    return {"proved": True}


def erasure(given):
    match given["do"]:
        case "erase":
            return wire.read_order(given, bytes.fromhex(given["key"]))
        case "erased":
            return wire.read_attestation(given, bytes.fromhex(given["key"]))
        case "shred":
            return wire.read_shred(given["bytes"].encode())


def consent(given):
    code = wire.read_code(given["typed"])
    committed = wire.digest("withdraw-code", (given["grant"] + code).encode())
    lookup = wire.digest("withdraw-lookup", code.encode())
    return {"code": code, "wc": b64u(committed), "lookup": b64u(lookup)}


def consent_receipt(given):
    if given["do"] == "digest":
        return {"grant": b64u(wire.digest("grant", wire.write_cj1(given["grant"])))}
    return wire.read_consent_receipt(given["text"], bytes.fromhex(given["key"]))


def link(given):
    proofs = wire.link_proofs(given)
    if given["do"] == "prove":
        return proofs
    require(given["mac"] == proofs[f"mac_{given['side']}"], "wrong_proof")
    return {"known": True}


def invitation(given):
    return wire.read_invitation(given["text"])


def journal(given):
    if given["do"] in ("fact", "evidence"):
        kind = {"fact": b"\x06", "evidence": b"\x08"}[given["do"]]
        payload = bytes.fromhex(given["payload"])
        return {"leaf": (kind + wire.digest(given["do"], payload)).hex()}
    leaf = bytes.fromhex(given["leaf"])
    require(len(leaf) == 33 and leaf[0] <= 8, "not_a_leaf")
    return {"kind": leaf[0], "id": leaf[1:].hex()}


def httpsig(given):
    if given["do"] == "sign":
        return wire.sign_request(given)
    return wire.verify_request(given, bytes.fromhex(given["key"]))


def problem(given):
    return wire.problem(given["code"])


def pathway(given):
    return wire.read_pathway_number(given["text"])


FILES = {
    "cj1_accept": canonical, "cj1_reject": canonical, "ids": ids, "ed25519": ed25519,
    "identity": identity, "event_sign": event_sign, "channel": channel, "control": control,
    "seal": seal, "keybox": keybox, "receipt": receipt, "fork_proof": fork_proof,
    "erasure": erasure, "consent": consent,
    "consent_receipt": consent_receipt, "pathway": pathway, "link": link, "invitation": invitation,
    "journal": journal, "httpsig": httpsig, "problem": problem,
}  # fmt: skip
