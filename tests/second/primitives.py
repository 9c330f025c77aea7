"""The cryptography of the protocol, written from its standards with Python's own library alone.

Slow and not constant in time: good for checking public vectors, and for nothing else.
RFC 8032 (Ed25519, the strict rules), RFC 7748 (X25519), RFC 8439 (ChaCha20-Poly1305), RFC 5869
(HKDF), RFC 9180 (HPKE: base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305), RFC 6962 (trees).
"""

import base64
import functools
import hashlib
import hmac
import re
import struct


class Refused(Exception):
    """The input is not acceptable. The code says why."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def require(condition, code):
    if not condition:
        raise Refused(code)


# --- text encodings --------------------------------------------------------------------------------


def b64u(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64u(text, length=None, code="malformed"):
    """Strict base64url: no padding, no foreign character, bits to spare are zero."""
    require(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text), code)
    require(len(text) % 4 != 1, code)
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    require(b64u(data) == text, code)
    require(length is None or len(data) == length, code)
    return data


def b64(data):
    return base64.b64encode(data).decode()


def unb64(text, code):
    require(re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text) and len(text) % 4 == 0, code)
    data = base64.b64decode(text, validate=True)
    require(b64(data) == text, code)
    return data


def b32(data):
    return base64.b32encode(data).decode().rstrip("=").lower()


def unb32(text, code="not_exact"):
    require(re.fullmatch(r"[a-z2-7]*", text) and len(text) % 8 in (0, 2, 4, 5, 7), code)
    data = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    require(b32(data) == text, code)
    return data


CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def crockford(data):
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return "".join(CROCKFORD[int(bits[at : at + 5], 2)] for at in range(0, len(bits), 5))


# --- Ed25519 ---------------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def add(a, b):
    """Adds two points in extended coordinates: x = X/Z, y = Y/Z, x·y = T/Z."""
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    e = ((x1 + y1) * (x2 + y2) - x1 * x2 - y1 * y2) % P
    c, d = D * t1 * t2 % P, z1 * z2 % P
    f, g = (d - c) % P, (d + c) % P
    h = (y1 * y2 + x1 * x2) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(a):
    x, y, z, _ = a
    xx, yy, h = x * x % P, y * y % P, (x * x + y * y) % P
    e, g = (h - (x + y) * (x + y)) % P, (xx - yy) % P
    f = (2 * z * z + g) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, point):
    result = NEUTRAL
    for bit in bin(scalar)[2:]:
        result = double(result)
        if bit == "1":
            result = add(result, point)
    return result


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def compress(point):
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decompress(encoded):
    """Returns the point, or None for another writing of it or for what is no point."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (v * x * x - u) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


@functools.lru_cache(None)
def registered(public):
    """What registration asks of a key: one writing, and of prime order."""
    point = decompress(public)
    require(point is not None, "weak_key")
    require(not same(point, NEUTRAL) and same(times(ORDER, point), NEUTRAL), "weak_key")
    return point


@functools.lru_cache(None)
def is_signed(public, message, signature):
    """The strict rules: S is reduced, R is not of small order, the equation holds as it is."""
    if len(signature) != 64:
        return False
    r, s = decompress(signature[:32]), int.from_bytes(signature[32:], "little")
    if r is None or s >= ORDER or same(times(8, r), NEUTRAL):
        return False
    k = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(k, "little") % ORDER
    return same(times(s, BASE), add(r, times(k, registered(public))))


@functools.lru_cache(None)
def expanded(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:], compress(times(scalar, BASE))


def public_of(seed):
    return expanded(seed)[2]


def sign(seed, message):
    scalar, prefix, public = expanded(seed)
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % ORDER
    big_r = compress(times(r, BASE))
    k = int.from_bytes(hashlib.sha512(big_r + public + message).digest(), "little") % ORDER
    return big_r + ((r + k * scalar) % ORDER).to_bytes(32, "little")


# --- X25519 ----------------------------------------------------------------------------------------


def clamped(scalar):
    return bytes([scalar[0] & 0xF8]) + scalar[1:31] + bytes([scalar[31] & 0x7F | 0x40])


def x25519(scalar, u):
    k = int.from_bytes(clamped(scalar), "little")
    x1 = (int.from_bytes(u, "little") & ((1 << 255) - 1)) % P
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for at in reversed(range(255)):
        bit = k >> at & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a % P, b * b % P, d * a % P, c * b % P
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, -1, P) % P if z2 % P else 0).to_bytes(32, "little")


def x25519_public(scalar):
    return x25519(scalar, (9).to_bytes(32, "little"))


# --- ChaCha20-Poly1305 -----------------------------------------------------------------------------

QUARTERS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)  # fmt: skip
MASK = 0xFFFFFFFF


def chacha20_block(key, counter, nonce):
    start = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574]
    start += [*struct.unpack("<8I", key), counter, *struct.unpack("<3I", nonce)]
    s = start[:]
    for _ in range(10):
        for a, b, c, d in QUARTERS:
            sa, sb, sc, sd = s[a], s[b], s[c], s[d]
            sa = sa + sb & MASK
            sd ^= sa
            sd = (sd << 16 | sd >> 16) & MASK
            sc = sc + sd & MASK
            sb ^= sc
            sb = (sb << 12 | sb >> 20) & MASK
            sa = sa + sb & MASK
            sd ^= sa
            sd = (sd << 8 | sd >> 24) & MASK
            sc = sc + sd & MASK
            sb ^= sc
            sb = (sb << 7 | sb >> 25) & MASK
            s[a], s[b], s[c], s[d] = sa, sb, sc, sd
    return struct.pack("<16I", *((x + y) & MASK for x, y in zip(s, start)))


def chacha20(key, nonce, data):
    stream = b"".join(chacha20_block(key, 1 + at, nonce) for at in range((len(data) + 63) // 64))
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(stream[: len(data)], "big")
    return mixed.to_bytes(len(data), "big")


def poly1305(key, data):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(data), 16):
        block = data[at : at + 16] + b"\x01"
        total = (total + int.from_bytes(block, "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def aead_tag(key, nonce, ciphertext, aad):
    def filled(data):
        return data + b"\0" * (-len(data) % 16)

    data = filled(aad) + filled(ciphertext) + struct.pack("<QQ", len(aad), len(ciphertext))
    return poly1305(chacha20_block(key, 0, nonce)[:32], data)


def aead_seal(key, nonce, plaintext, aad):
    ciphertext = chacha20(key, nonce, plaintext)
    return ciphertext + aead_tag(key, nonce, ciphertext, aad)


def aead_open(key, nonce, sealed, aad):
    require(len(sealed) >= 16, "does_not_open")
    ciphertext, tag = sealed[:-16], sealed[-16:]
    require(hmac.compare_digest(tag, aead_tag(key, nonce, ciphertext, aad)), "does_not_open")
    return chacha20(key, nonce, ciphertext)


# --- HKDF and HPKE ---------------------------------------------------------------------------------


def extract(salt, ikm):
    return hmac.new(salt or b"\0" * 32, ikm, hashlib.sha256).digest()


def expand(prk, info, length):
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = hmac.new(prk, block + info + bytes([counter]), hashlib.sha256).digest()
        out, counter = out + block, counter + 1
    return out[:length]


KEM_SUITE = b"KEM" + struct.pack(">H", 0x0020)
HPKE_SUITE = b"HPKE" + struct.pack(">HHH", 0x0020, 0x0001, 0x0003)


def labeled_extract(suite, salt, label, ikm):
    return extract(salt, b"HPKE-v1" + suite + label + ikm)


def labeled_expand(suite, prk, label, info, length):
    return expand(prk, struct.pack(">H", length) + b"HPKE-v1" + suite + label + info, length)


def kem_from_seed(seed):
    prk = labeled_extract(KEM_SUITE, b"", b"dkp_prk", seed)
    return labeled_expand(KEM_SUITE, prk, b"sk", b"", 32)


def hpke_open(private, enc, info, ciphertext):
    agreed = x25519(private, enc)
    require(any(agreed), "does_not_open")
    prk = labeled_extract(KEM_SUITE, b"", b"eae_prk", agreed)
    both = enc + x25519_public(private)
    secret = labeled_expand(KEM_SUITE, prk, b"shared_secret", both, 32)
    context = (
        b"\0"
        + labeled_extract(HPKE_SUITE, b"", b"psk_id_hash", b"")
        + labeled_extract(HPKE_SUITE, b"", b"info_hash", info)
    )
    schedule = labeled_extract(HPKE_SUITE, secret, b"secret", b"")
    key = labeled_expand(HPKE_SUITE, schedule, b"key", context, 32)
    nonce = labeled_expand(HPKE_SUITE, schedule, b"base_nonce", context, 12)
    return aead_open(key, nonce, ciphertext, b"")


# --- trees -----------------------------------------------------------------------------------------


def tree_root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + tree_root(leaves[:split]) + tree_root(leaves[split:])).digest()
