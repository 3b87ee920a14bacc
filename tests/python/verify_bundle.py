#!/usr/bin/env python3
"""Second verifier of bundles, written from docs/formats so that an auditor can read it in an hour.

Usage: verify_bundle.py BUNDLE [--key VKEY|FILE]... [--checkpoint FILE]... [--receipt FILE [--entry FILE]]...
                        [--trust-bundle-keys] [--format text|json]

Exit code: 0 sound, 1 altered, 2 cannot tell. The rules cited are those of docs/formats/acts.md and bundle.md.
It keeps the payloads of the whole bundle in memory; the other verifier, `aims-verify`, does not.
"""
import argparse
import base64
import datetime
import hashlib
import json
import os
import re
import sys
import unicodedata
from collections import defaultdict

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HEX64 = re.compile(r"[0-9a-f]{64}")
KEY = re.compile(r"[a-z0-9_]{1,40}")
TS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
MIB = 1 << 20


class Problem(Exception):
    def __init__(self, verdict, place, what):
        self.verdict, self.place, self.what = verdict, place, what


def altered(place, what):
    return Problem("altered", place, what)


def cannot_tell(place, what):
    return Problem("cannot tell", place, what)


# ---- Canonical JSON: the bytes must be what writing the parsed value gives ----

def canonical(value, depth=0):
    """The one spelling of a value; ValueError where the profile has none."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise ValueError("a character that is not allowed")
        if not unicodedata.is_normalized("NFC", value):
            raise ValueError("text not in normalization form C")
        return json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        if abs(value) > 2**53 - 1:
            raise ValueError("an integer beyond 2^53 - 1")
        return str(value)
    if isinstance(value, (list, dict)) and depth >= 8:
        raise ValueError("nested more than 8 deep")
    if isinstance(value, list):
        return "[" + ",".join(canonical(v, depth + 1) for v in value) + "]"
    if isinstance(value, dict):
        if not all(KEY.fullmatch(k) for k in value):
            raise ValueError("a key that is not allowed")
        return "{" + ",".join(f'"{k}":{canonical(value[k], depth + 1)}' for k in sorted(value)) + "}"
    raise ValueError("a number that is no integer")


def parse(data, place):
    """Parses bytes that must be canonical JSON."""
    try:
        value = json.loads(data.decode("utf-8"))
        if canonical(value).encode() == data:
            return value
    except (ValueError, RecursionError):
        pass
    raise altered(place, "is not in canonical form")


# ---- RFC 6962 ----

def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_root(hashes):
    """MTH of RFC 6962, section 2.1, over hashes that stand at one height."""
    stack = []
    for h in hashes:
        height = 0
        while stack and stack[-1][0] == height:
            h, height = node_hash(stack.pop()[1], h), height + 1
        stack.append((height, h))
    if not stack:
        return hashlib.sha256(b"").digest()
    root = stack.pop()[1]
    while stack:
        root = node_hash(stack.pop()[1], root)
    return root


def root_from_inclusion(index, size, leaf, proof):
    """RFC 9162, section 2.1.3.2."""
    if index >= size:
        return None
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return r if sn == 0 else None


# ---- Signed notes ----

def unbase64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not the one Base64 spelling")
    return data


def parse_key(text):
    """NAME+ID+BASE64 of an Ed25519 key; answers (name, id, key)."""
    name, key_id, encoded = text.split("+", 2)
    data = unbase64(encoded)
    digest = hashlib.sha256(name.encode() + b"\n" + data).digest()
    if not name or re.search(r"\s", name) or data[:1] != b"\1" or len(data) != 33 or digest[:4].hex() != key_id:
        raise ValueError(f"`{text}` is no verifier key")
    return name, digest[:4], Ed25519PublicKey.from_public_bytes(data[1:])


def open_checkpoint(place, data, keys):
    """Answers (origin, size, root, signers); a signature that a known key refuses is an alteration."""
    try:
        note = data.decode("utf-8")
        if len(data) > 262_144 or any(c < " " and c != "\n" for c in note) or not note.endswith("\n"):
            raise ValueError
        at = note.rindex("\n\n")
        text, lines = note[: at + 1], note[at + 2 : -1].split("\n")
        signatures = []
        for line in lines:
            dash, name, encoded = line.split(" ")
            signature = unbase64(encoded)
            if dash != "—" or not name or "+" in name or len(signature) < 5 or len(lines) > 64:
                raise ValueError
            signatures.append((name, signature))
        head = text[:-1].split("\n")
        origin, size, root = head[0], int(head[1]), unbase64(head[2])
        if not all(head) or str(size) != head[1] or size < 0 or len(root) != 32:
            raise ValueError
    except (ValueError, IndexError):
        raise altered(place, "this is not a signed checkpoint") from None
    signers = []
    for name, signature in signatures:
        for key_name, key_id, key in keys:
            if (key_name, key_id) == (name, signature[:4]) and name == origin:
                try:
                    key.verify(signature[4:], text.encode())
                except InvalidSignature:
                    raise altered(place, "the signature of a known key does not match its text") from None
                signers.append(f"{name}+{key_id.hex()}")
    return origin, size, root, list(dict.fromkeys(signers))


def open_receipt(place, data, keys):
    """Answers (index, proof, checkpoint)."""
    try:
        head, note = data.decode("utf-8").split("\n\n", 1)
        lines = head.split("\n")
        if lines[0] != "c2sp.org/tlog-proof@v1":
            if lines[0].startswith("c2sp.org/tlog-proof@"):
                raise cannot_tell(place, "this version of receipts is not known")
            raise ValueError
        if lines[1].startswith("extra "):
            unbase64(lines.pop(1)[6:])
        index = int(lines[1].removeprefix("index "))
        proof = [unbase64(line) for line in lines[2:]]
        if lines[1] != f"index {index}" or index < 0 or len(proof) > 64 or any(len(p) != 32 for p in proof):
            raise ValueError
    except (ValueError, IndexError):
        raise altered(place, "this is not a receipt of the form c2sp.org/tlog-proof@v1") from None
    return index, proof, open_checkpoint(place, note.encode(), keys)


# ---- Files ----

class Folder:
    def __init__(self, root):
        self.root = root

    def read(self, name, most):
        path = os.path.join(self.root, name)
        if not os.path.lexists(path):
            raise altered(name, "the file is missing")
        if os.path.islink(path) or not os.path.isfile(path):
            raise altered(name, "this is not a plain file")
        with open(path, "rb") as file:
            data = file.read(min(most, os.path.getsize(path)) + 1)
        if len(data) > most:
            raise altered(name, f"the file is longer than {most} bytes")
        return data

    def names(self, below):
        found = set()
        for folder, folders, files in os.walk(os.path.join(self.root, below)):
            for name in folders + files:
                path = os.path.join(folder, name)
                if os.path.islink(path) or not (os.path.isdir(path) or os.path.isfile(path)):
                    raise altered(os.path.relpath(path, self.root), "this is neither a plain file nor a folder")
            found |= {os.path.relpath(os.path.join(folder, name), self.root) for name in files}
        return found


def tile_path(level, index, width):
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < 256 else "")


# ---- Entries: acts.md, rules 1-9 ----

def exactly(value, place, required, optional=()):
    """An object with these members; another one is not understood, a missing one contradicts."""
    if not isinstance(value, dict):
        raise altered(place, "is not an object")
    for name in value:
        if name not in required and name not in optional:
            raise cannot_tell(place, f"has the member `{name}`, which is not known")
    for name, test in required.items():
        if name not in value or not test(value[name]):
            raise altered(place, f"lacks `{name}` or has it in another form than described")
    for name in optional:
        if name in value and not optional[name](value[name]):
            raise altered(place, f"has `{name}` in another form than described")


def is_text(v): return isinstance(v, str)
def is_flag(v): return isinstance(v, bool)
def is_count(v): return isinstance(v, int) and not isinstance(v, bool) and v >= 0
def is_uuid(v): return is_text(v) and UUID.fullmatch(v) is not None
def is_hash(v): return is_text(v) and HEX64.fullmatch(v) is not None
def is_object(v): return isinstance(v, dict)
def is_texts(v): return isinstance(v, list) and all(map(is_text, v))
def is_uuids(v): return isinstance(v, list) and all(map(is_uuid, v))
def anything(_): return True


def is_moment(v):
    if not is_text(v) or not TS.fullmatch(v):
        return False
    try:  # Year 0 is a number like another in the format, but datetime begins with 1.
        datetime.datetime.strptime(("2000" if v[:4] == "0000" else v[:4]) + v[4:-1] + "000", "%Y-%m-%dT%H:%M:%S.%f")
        return True
    except ValueError:
        return False


ENTRY = {"act": is_text, "actor": is_object, "id": is_uuid, "org": is_uuid,
         "outcome": lambda v: v in ("done", "denied", "failed"), "payload": lambda v: isinstance(v, list),
         "policy": is_object, "refs": is_uuids, "seq": is_count, "sw": is_object, "ts": is_moment,
         "ts_state": is_object, "v": lambda v: v == 1 and not isinstance(v, bool)}
ENTRY_MAY = {"idem": lambda v: is_text(v) and len(v) <= 64, "obj": is_object, "reason": is_text, "req": is_text,
             "sig": is_object}


def check_entry(data, seq, label, before):
    place = f"entry {seq}"
    entry = parse(data, place)
    if is_object(entry) and entry.get("v", 1) != 1:
        raise cannot_tell(place, "has a version (`v`) that is not known")
    exactly(entry, place, ENTRY, ENTRY_MAY)
    exactly(entry["actor"], place, {"amr": is_texts, "kind": lambda v: v in ("person", "agent", "token", "system"),
                                    "on_behalf": is_uuids, "pid": is_uuid})
    exactly(entry["policy"], place, {"digest": is_hash})
    exactly(entry["sw"], place, {"build_sha256": is_hash, "version": is_text})
    exactly(entry["ts_state"], place, {"clamped": is_flag, "maxerr_ms": is_count, "sync": is_text})
    for n, item in enumerate(entry["payload"]):
        kind = item.get("class") if is_object(item) else None
        required = {"c": is_hash, "class": is_text, "len": is_count, "mime": is_text}
        required |= {"personal": {"subject": is_uuid}, "evidence": {"file": is_hash}}.get(kind, {})
        exactly(item, place, required)
        if kind not in ("record", "personal", "evidence") or (kind == "record") and n > 0:
            raise altered(place, "has a payload of another class or place than described")
        if kind != "evidence" and item["len"] > MIB:
            raise altered(place, "has a payload of more than 1 MiB")
    has_body = bool(entry["payload"]) and entry["payload"][0]["class"] == "record"
    rules = [
        (entry["seq"] == seq, f"says that it is entry {entry['seq']}"),
        (entry["org"] == label["org"], "belongs to another organization"),
        ((entry["act"] == "founded") == (seq == 0), "entry 0, and no other, has the act `founded`"),
        ("obj" not in entry or entry["outcome"] == "done", "acts on a record although its outcome is not `done`"),
        ("obj" not in entry and seq > 0 or has_body, "has no payload of class `record` in the first place"),
        (seq > 0 or "obj" not in entry and len(entry["payload"]) == 1, "is not the founding entry described"),
        (before is None or entry["ts"] >= before["ts"], "its `ts` is before that of the entry before it"),
        (not entry["ts_state"]["clamped"] or before is not None and entry["ts"] == before["ts"],
         "its `ts` is marked as held back, but is not that of the entry before"),
    ]
    if "obj" in entry:
        exactly(entry["obj"], place, {"id": is_uuid, "prev": lambda v: v is None or is_count(v), "type": is_text,
                                      "ver": is_count})
    for holds, otherwise in rules:
        if not holds:
            raise altered(place, otherwise)
    if "sig" in entry:
        check_passkey(entry, place)
    return entry


# ---- Passkey signatures: acts.md, rules 18-23 ----

def check_passkey(entry, place):
    sig = entry["sig"]
    exactly(sig, place, dict.fromkeys(("alg", "authenticator_data", "client_data", "key", "signature"), is_text))
    if sig["alg"] not in ("es256", "eddsa"):
        raise cannot_tell(place, f"is signed by a passkey with `{sig['alg']}`, which is not known")
    try:
        data, client, key, signature = (
            unbase64(sig[name]) for name in ("authenticator_data", "client_data", "key", "signature"))
    except ValueError:
        raise altered(place, "has a passkey's signature that is not base64") from None
    if "obj" not in entry or not entry["payload"] or entry["payload"][0]["class"] != "record":
        raise altered(place, "has a passkey's signature, but no record and no body that it could be of")
    obj = entry["obj"]
    said = {"act": entry["act"], "actor": entry["actor"]["pid"], "body": entry["payload"][0]["c"],
            "obj": {"id": obj["id"], "type": obj["type"], "ver": obj["ver"]}, "org": entry["org"]}
    challenge = hashlib.sha256(b"\3" + canonical(said).encode()).digest()
    try:
        browser = json.loads(client)
        if browser["type"] != "webauthn.get":
            raise ValueError
        if browser["challenge"] != base64.urlsafe_b64encode(challenge).decode().rstrip("="):
            raise ValueError
        host = browser["origin"].split("://", 1)[1].split(":")[0]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise altered(place, "its passkey signed another act than this") from None
    if len(data) < 37 or data[:32] != hashlib.sha256(host.encode()).digest():
        raise altered(place, "its passkey answered another server than its browser names")
    if data[32] & 5 != 5:
        raise altered(place, "its passkey signed without verifying who was there")
    signed = data + hashlib.sha256(client).digest()
    try:
        if sig["alg"] == "es256":
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
            point.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        else:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except (InvalidSignature, ValueError):
        raise altered(place, "the signature of its passkey does not match") from None


def read_log(folder, label):
    """All entries, their leaf hashes, and the first entry that is not understood; every tile compared (bundle.md, rule 1)."""
    size, entries, leaves, unknown = label["size"], [], [], None
    wanted = set()
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        path = tile_path("entries", index, width)
        wanted.add(path)
        data, at = folder.read(path, 256 * 65537), 0
        for seq in range(index * 256, index * 256 + width):
            length = int.from_bytes(data[at : at + 2], "big")
            raw = data[at + 2 : at + 2 + length]
            if at + 2 + length > len(data):
                raise altered(path, f"ends within entry {seq}")
            at += 2 + length
            try:  # An entry that is not understood is hashed all the same: altered beats cannot tell.
                if unknown is None:
                    entries.append(check_entry(raw, seq, label, entries[-1] if entries else None))
            except Problem as problem:
                if problem.verdict == "altered":
                    raise
                unknown = problem
            leaves.append(leaf_hash(raw))
        if at != len(data):
            raise altered(path, "has bytes after its last entry")
    hashes, level = leaves, 0
    while hashes:
        for index in range(0, len(hashes), 256):
            tile = hashes[index : index + 256]
            path = tile_path(level, index // 256, len(tile))
            wanted.add(path)
            if folder.read(path, 8192) != b"".join(tile):
                raise altered(path, "is not what the entries give")
        hashes = [tree_root(hashes[i : i + 256]) for i in range(0, len(hashes) // 256 * 256, 256)]
        level += 1
    for stranger in sorted(folder.names("tile") - wanted):
        raise altered(stranger, f"a log of {size} entries has no such file")
    return entries, leaves, unknown


# ---- What an act makes of a record: acts.md, rules 12-17 ----

LAPSE = {"lapse": is_object, "state": is_text, "why": is_text}
WHY = {"why": is_text}
BODIES = {
    "recorded": ({"fields": is_object, "kind": is_text, "number": is_text, "state": is_text}, {"key": is_text} | WHY),
    "amended": ({"material": is_texts, "set": is_object, "unset": is_texts}, LAPSE),
    "linked": ({"field": is_text, "many": is_flag, "material": is_flag, "to": is_text}, LAPSE),
    "unlinked": ({"field": is_text, "many": is_flag, "material": is_flag, "to": is_text}, LAPSE),
    "attached": ({"file": anything, "many": is_flag, "material": is_flag}, {"field": is_text} | LAPSE),
    "moved": ({"from": is_text, "set": is_object, "settled": is_flag, "to": is_text, "verb": is_text},
              {"lapse": is_object} | WHY),
    "signed": ({"digest": is_text, "meaning": is_text, "role": is_text}, WHY),
    "withdrawn": ({}, WHY),
    "disposed": ({"basis": is_text, "number": is_text, "rule": is_text}, WHY),
    "erased": ({"approvers": is_texts, "basis": is_text, "count": anything, "rule": is_text}, WHY),
}


def listed(value):
    """A link field as a list: one string counts as a list of it."""
    if is_text(value):
        return [value]
    return [v for v in value if is_text(v)] if isinstance(value, list) else []


def check_body(entry, body):
    act, place = entry["act"], f"entry {entry['seq']}"
    exactly(body, place, *BODIES[act])
    if "field" in body and not KEY.fullmatch(body["field"]):
        raise altered(place, "names a `field` that no object can have")
    if act in ("linked", "unlinked") and not is_uuid(body["to"]):
        raise altered(place, "links to something that is no record's id")
    if "lapse" in body:
        lapse, is_seqs = body["lapse"], lambda v: isinstance(v, list) and all(map(is_count, v))
        if set(lapse) != {"changed", "signatures"} or not is_texts(lapse["changed"]) or not is_seqs(lapse["signatures"]):
            raise altered(place, "has a `lapse` of another form than described")


def check_seals(entry, values):
    """acts.md, rule 10: sealed values and personal payloads of one entry name each other."""
    place = f"entry {entry['seq']}"
    personal = [item["c"] for item in entry["payload"] if item["class"] == "personal"]
    sealed = {name: value["sealed"] for name, value in values.items() if is_object(value) and set(value) == {"sealed"}}
    for name, c in sealed.items():
        if entry["act"] not in ("recorded", "amended") or c not in personal:
            raise altered(place, f"its field `{name}` is sealed, but not with a personal payload of this entry")
    if not set(personal) <= set(filter(is_text, sealed.values())):
        raise altered(place, "has a personal payload that none of its values names")


def change_field(act, fields, body):
    """`linked`, `unlinked` and `attached` on the field they name."""
    field, many = body["field"], body["many"]
    if act == "attached":
        held = fields.get(field)
        fields[field] = (held if isinstance(held, list) else []) + [body["file"]] if many else body["file"]
    elif act == "linked":
        linked = set(listed(fields.get(field))) | {body["to"]}
        fields[field] = sorted(linked, key=str.encode) if many else body["to"]
    else:
        rest = [v for v in listed(fields.get(field)) if many and v != body["to"]]
        if rest:
            fields[field] = rest
        else:
            fields.pop(field, None)


def apply(state, entry, body):
    """One act; answers the new state."""
    act, seq, obj, place = entry["act"], entry["seq"], entry["obj"], f"entry {entry['seq']}"
    stamp = {"by": entry["actor"]["pid"], "seq": seq, "ts": entry["ts"]}
    if act == "recorded":
        if body["kind"] != obj["type"]:
            raise altered(place, "its body has another `kind` than its entry")
        state = {"editors": [stamp["by"]], "fields": dict(body["fields"]), "files": [], "id": obj["id"], "kind": body["kind"],
                 "number": body["number"], "recorded": stamp, "signatures": [], "state": body["state"]}
        state |= {"key": body["key"]} if "key" in body else {}
    if act == "disposed":
        return {"disposed": {"basis": body["basis"], "rule": body["rule"], "seq": seq}, "id": obj["id"],
                "kind": obj["type"], "number": body["number"], "version": obj["ver"]}
    fields = state["fields"]
    if act == "amended":
        for name in body["unset"]:
            fields.pop(name, None)
    if act == "moved":
        if body["from"] != state["state"]:
            raise altered(place, "moves from a state that the record is not in")
        state["state"] = body["to"]
        state["editors"] = [] if body["settled"] else state["editors"]
    if act in ("amended", "moved"):
        fields.update(body["set"])
    if act == "attached" and "field" not in body:
        state["files"].append(body["file"])
    elif act in ("linked", "unlinked", "attached"):
        change_field(act, fields, body)
    if act == "signed":
        content = canonical({name: state[name] for name in ("fields", "files", "id", "kind")})
        if body["digest"] != hashlib.sha256(content.encode()).hexdigest():
            raise altered(place, "signs another content than the record had")
        state["signatures"].append(stamp | {name: body[name] for name in ("digest", "meaning", "role")})
    if act in ("withdrawn", "erased"):
        state[act] = {"seq": seq}
    if act in ("amended", "linked", "unlinked", "attached"):
        if body["material"] and stamp["by"] not in state["editors"]:
            state["editors"].append(stamp["by"])
        state["state"] = body.get("state", state["state"])
    for signature in state["signatures"] if "lapse" in body else []:
        if signature["seq"] in body["lapse"]["signatures"]:
            signature["lapsed"] = {"changed": body["lapse"]["changed"], "seq": seq}
    return state | {"last": stamp, "version": obj["ver"]}


def check_chain(acts):
    """acts.md, rules 5 and 14."""
    for n, entry in enumerate(acts):
        place, obj = f"entry {entry['seq']}", entry["obj"]
        if obj["ver"] != n + 1 or obj["prev"] != (acts[n - 1]["seq"] if n else None):
            raise altered(place, "its `ver` or `prev` does not follow the act before it on the same record")
        if (entry["act"] == "recorded") != (n == 0) and entry["act"] in BODIES:
            raise altered(place, "a record begins with the act `recorded`, once")
        if n and (obj["type"] != acts[n - 1]["obj"]["type"] or acts[n - 1]["act"] == "disposed"):
            raise altered(place, "changes its record's type, or acts on a record that was disposed of")


# ---- Payloads and state: bundle.md, rules 2-6 ----

def read_payloads(folder, label):
    """Headers and bytes by (record, entry, position); the order of the file is checked on the way."""
    data = folder.read("payloads", 1 << 40)
    lines = data.split(b"\n")
    if lines.pop() != b"" or len(lines) % 2:
        raise altered("payloads", "the file ends before a payload does")
    found, last = {}, None
    for n in range(0, len(lines), 2):
        place = f"payloads, line {n + 1}"
        header = parse(lines[n], place)
        withheld = is_object(header) and header.get("withheld") is True
        required = {"c": is_hash, "n": is_count, "obj": lambda v: v == "" or is_uuid(v), "seq": is_count}
        required |= {"withheld": is_flag} if withheld else {"salt": is_hash}
        if not is_object(header) or not set(required) <= set(header) <= set(required) | {"file"}:
            raise altered(place, "is not a header as described")
        exactly(header, place, required, {"file": is_hash})
        key = (header["obj"], header["seq"], header["n"])
        if last is not None and key <= last:
            raise altered(place, "stands out of order")
        found[key], last = (header, lines[n + 1], place), key
    return found


class Contents:
    """Payloads against commitments, and bodies as they are needed for the states."""

    def __init__(self, entries, payloads, label, report):
        self.payloads, self.label, self.report, self.uses = payloads, label, report, []
        self.records = defaultdict(list)
        self.erased = {}
        for entry in entries:
            if "obj" in entry:
                self.records[entry["obj"]["id"]].append(entry)
                if entry["act"] == "erased":
                    self.erased[entry["obj"]["id"]] = entry["seq"]

    def take(self, entry, n, item, disposed_at):
        """The bytes of one payload, or None where they are gone by authority, withheld or a file."""
        seq, counts = entry["seq"], self.report["counts"]
        found = self.payloads.pop((entry.get("obj", {}).get("id", ""), seq, n), None)
        if found is None:
            erased = item["class"] == "personal" and seq < self.erased.get(item["subject"], -1)
            if not erased and not seq < disposed_at:
                raise altered(f"entry {seq}, payload {n}", "is missing from payloads and no later act authorises that")
            counts["gone"] += 1
            return None
        header, data, place = found
        place = f"entry {seq}, payload {n} ({place})"
        if header["c"] != item["c"] or header.get("file") != item.get("file"):
            raise altered(place, "its commitment or `file` is not the one in the entry")
        if data and (item["class"] == "evidence" or "withheld" in header):
            raise altered(place, "has bytes where there should be an empty line")
        if "withheld" in header:
            if item["class"] != "personal" or "personal" not in self.label["withheld"]:
                raise altered(place, "is withheld, although only personal payloads may be, and `bundle.json` has to say so")
            counts["withheld"] += 1
            return None
        counts["payloads"] += 1
        if item["class"] == "evidence":
            self.uses.append((item["file"], bytes.fromhex(header["salt"]), item["c"], item["len"], seq))
            return None
        if len(data) != item["len"]:
            raise altered(place, f"has {len(data)} bytes, the entry says {item['len']}")
        if hashlib.sha256(b"\2" + bytes.fromhex(header["salt"]) + data).hexdigest() != item["c"]:
            raise altered(place, "its bytes and salt do not match the entry's commitment")
        return data

    def body_of(self, entry, disposed_at=-1):
        """Checks all payloads of an entry; answers its body, parsed, or None."""
        seq, body, values = entry["seq"], None, None if "obj" in entry else {}
        taken = [self.take(entry, n, item, disposed_at) for n, item in enumerate(entry["payload"])]
        if taken and taken[0] is not None and entry["payload"][0]["class"] == "record":
            body = parse(taken[0], f"entry {seq}, payload 0")
            if "obj" in entry and entry["act"] in BODIES:
                check_body(entry, body)
                values = body.get("fields", body.get("set", {}))
        if values is not None:
            check_seals(entry, values)
        for n, (item, data) in enumerate(zip(entry["payload"], taken)):
            if data is None or item["class"] != "personal":
                continue
            place = f"entry {seq}, payload {n}"
            value = parse(data, place)
            if not is_object(value) or set(value) != {"fields"} or not is_object(value["fields"]):
                raise altered(place, "is not a personal payload as described")
            for name in value["fields"] if values is not None else ():
                if values.get(name) != {"sealed": item["c"]}:
                    raise altered(place, f"has the field `{name}`, which its act does not seal with it")
        return body

    def founding(self, entry):
        body = self.body_of(entry)
        exactly(body, "entry 0", {"name": is_text, "org": is_text, "origin": is_text}, WHY)
        if body["org"] != self.label["org"] or body["origin"] != self.label["origin"]:
            raise altered("entry 0", "founds another organization or another log than the checkpoint's")

    def state_of(self, acts):
        """The state that the acts on one record give; None where an act is not understood."""
        check_chain(acts)
        disposed_at = acts[-1]["seq"] if acts[-1]["act"] == "disposed" else -1
        state, known = None, True
        for entry in acts:
            try:
                body = self.body_of(entry, disposed_at)
                if entry["act"] not in BODIES:
                    raise cannot_tell(f"entry {entry['seq']}", "its `act` on a record is not known")
                if known and (disposed_at < 0 or entry["seq"] == disposed_at):
                    state = apply(state, entry, body)
            except Problem as problem:
                if problem.verdict == "altered":
                    raise
                self.report["problems"].append(problem)
                known = False
        return state if known else None


def check_contents(folder, entries, label, report):
    contents = Contents(entries, read_payloads(folder, label), label, report)
    contents.founding(entries[0])
    for entry in entries[1:]:
        if "obj" not in entry:
            contents.body_of(entry)
    lines = folder.read("state", 1 << 40).split(b"\n")
    if lines.pop() != b"":
        raise altered("state", "its last line does not end")
    for n, record in enumerate(sorted(contents.records)):
        state = contents.state_of(contents.records[record])
        if n >= len(lines):
            raise altered(f"state, line {n + 1}", f"the record {record} is missing")
        if state is not None and canonical(state).encode() != lines[n]:
            raise altered(f"state, line {n + 1}", f"is not what the acts on record {record} give")
        report["counts"]["records"] += 1
    if len(lines) > len(contents.records):
        raise altered(f"state, line {len(contents.records) + 1}", "stands for no record that an entry names")
    for _, _, place in contents.payloads.values():
        raise altered(place, "is a payload that no entry commits to")
    return contents.uses


def check_evidence(folder, uses, report):
    files = defaultdict(list)
    for use in uses:
        files[use[0]].append(use)
    path = lambda file: f"evidence/{file[:2]}/{file}"
    for stranger in sorted(folder.names("evidence") - set(map(path, files))):
        raise altered(stranger, "no payload in the bundle names this file")
    for file in sorted(files):
        data = folder.read(path(file), 1 << 40)
        if hashlib.sha256(data).hexdigest() != file:
            raise altered(path(file), "its SHA-256 is not its name")
        for _, salt, c, length, seq in files[file]:
            if len(data) != length or hashlib.sha256(b"\2" + salt + data).hexdigest() != c:
                raise altered(path(file), f"does not match the commitment in entry {seq}")
        report["counts"]["evidence"] += 1
    if folder.read("SHA256SUMS", 1 << 40) != "".join(f"{f}  {path(f)}\n" for f in sorted(files)).encode():
        raise altered("SHA256SUMS", "is not the list of the evidence, sorted")


# ---- What the reader brought: bundle.md, rule 8 ----

def speaks_of(place, checkpoint, label, report):
    origin, size, _, signers = checkpoint
    if origin != label["origin"]:
        report["problems"].append(cannot_tell(place, f"is of another log ({origin}) and says nothing about this one"))
    elif not signers:
        report["problems"].append(cannot_tell(place, "no signature is by a known key of this log"))
    elif size > label["size"]:
        raise altered(place, f"the log was shortened: it had {size} entries, the bundle has {label['size']}")
    else:
        return True
    return False


def check_continues(place, checkpoint, leaves):
    if tree_root(leaves[: checkpoint[1]]) != checkpoint[2]:
        raise altered(place, f"the log was rewritten: its first {checkpoint[1]} entries are not those of this checkpoint")


def check_brought(args, keys, leaves, label, report):
    for place in args.checkpoint:
        checkpoint = open_checkpoint(place, read_outside(place), keys)
        if speaks_of(place, checkpoint, label, report):
            check_continues(place, checkpoint, leaves)
            report["counts"]["older_checkpoints"] += 1
    for place, entry in args.receipt:
        index, proof, checkpoint = open_receipt(place, read_outside(place), keys)
        if not speaks_of(place, checkpoint, label, report):
            continue
        check_continues(place, checkpoint, leaves)
        if index >= len(leaves) or entry and leaf_hash(read_outside(entry)) != leaves[index]:
            raise altered(place, f"entry {index} of the log is not the one that the receipt is for")
        if root_from_inclusion(index, checkpoint[1], leaves[index], proof) != checkpoint[2]:
            raise altered(place, f"its path does not lead from entry {index} to its root")
        report["counts"]["receipts"] += 1


def read_outside(path):
    try:
        with open(path, "rb") as file:
            return file.read(MIB)
    except OSError as error:
        raise cannot_tell(path, f"cannot be read: {error.strerror}") from None


# ---- The order of the checks ----

def read_label(folder):
    data = folder.read("bundle.json", 65536).removesuffix(b"\n")
    label = parse(data, "bundle.json")
    if is_object(label) and label.get("v", 1) != 1:
        raise cannot_tell("bundle.json", "has a version (`v`) that is not known")
    if not is_object(label) or set(label) != {"made_at", "org", "origin", "size", "v", "withheld"}:
        raise altered("bundle.json", "is not the object that the format describes")
    exactly(label, "bundle.json", {"made_at": is_text, "org": is_uuid, "origin": is_text, "size": is_count,
                                   "v": is_count, "withheld": lambda v: v in ([], ["personal"])})
    return label


def find_keys(args, folder, report):
    if args.key:
        return args.key
    try:
        keys = read_keys(folder.read("keys", MIB).decode())
    except ValueError as error:
        raise cannot_tell("keys", str(error)) from None
    if not args.trust_bundle_keys:
        report["problems"].append(cannot_tell(
            "keys", "the key was taken from the bundle itself, so this cannot tell who signed; bring the log's key (--key)"))
    return keys


def run(args, report):
    if not os.path.isdir(args.bundle):
        raise cannot_tell(args.bundle, "is no folder")
    folder = Folder(args.bundle)
    label = read_label(folder)
    report |= {name: label[name] for name in ("org", "origin", "size")}
    keys = find_keys(args, folder, report)
    origin, size, root, signers = open_checkpoint("checkpoint", folder.read("checkpoint", MIB), keys)
    report |= {"root": base64.b64encode(root).decode(), "signed_by": signers}
    if (origin, size) != (label["origin"], label["size"]) or size == 0:
        raise altered("checkpoint", "is of another log or size than bundle.json says, or covers nothing")
    if not signers:
        report["problems"].append(cannot_tell("checkpoint", "no signature is by a known key of this log"))
    for place in args.checkpoint:
        speaks_of(place, open_checkpoint(place, read_outside(place), keys), label, {"problems": []})
    entries, leaves, unknown = read_log(folder, label)
    if tree_root(leaves) != root:
        raise altered("checkpoint", "its root is not that of the entries")
    if unknown is not None:
        raise unknown
    report["counts"] |= {"entries": size, "tiles": sum(-(-(size >> 8 * n) // 256) for n in range(8))}
    check_brought(args, keys, leaves, label, report)
    check_evidence(folder, check_contents(folder, entries, label, report), report)
    if not args.checkpoint and not args.receipt:
        report["notes"].append("no older checkpoint or receipt was given, so a log that was shortened and signed again "
                               "would not be noticed")


def read_keys(text):
    lines = [line.strip() for line in text.splitlines()]
    return [parse_key(line) for line in lines if line and not line.startswith("#")]


def read_arguments():
    parser = argparse.ArgumentParser(description="Verifies a bundle: 0 sound, 1 altered, 2 cannot tell.")
    parser.add_argument("bundle")
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--checkpoint", action="append", default=[])
    parser.add_argument("--receipt", action="append", default=[])
    parser.add_argument("--entry", action="append", default=[], help="as many as receipts, or none")
    parser.add_argument("--trust-bundle-keys", action="store_true")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    args = parser.parse_args()
    args.receipt = list(zip(args.receipt, args.entry or [None] * len(args.receipt)))
    args.key = [k for key in args.key for k in read_keys(open(key).read() if os.path.isfile(key) else key)]
    return args


def main():
    names = ("entries", "tiles", "records", "payloads", "gone", "withheld", "evidence", "older_checkpoints", "receipts")
    report = {"verdict": "sound", "exit": 0, "origin": "", "org": "", "size": 0, "root": "", "signed_by": [],
              "counts": dict.fromkeys(names, 0), "problems": [], "notes": []}
    try:
        args = read_arguments()
    except ValueError as error:
        sys.exit(print(f"verify_bundle: {error}", file=sys.stderr) or 2)
    try:
        run(args, report)
    except Problem as problem:
        report["problems"].append(problem)
    problems = sorted(report["problems"], key=lambda p: p.verdict)  # "altered" before "cannot tell"
    report["problems"] = [{"verdict": p.verdict, "place": p.place, "what": p.what} for p in problems]
    report["verdict"] = problems[0].verdict if problems else "sound"
    report["exit"] = {"sound": 0, "altered": 1, "cannot tell": 2}[report["verdict"]]
    if args.format == "json":
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        print(report["verdict"].capitalize() + ".")
        print("\n".join(f"{p.place}: {p.what}." for p in problems))
        print("Checked: " + ", ".join(f"{count} {name}" for name, count in report["counts"].items()) + ".")
        print("\n".join(f"Note: {note}." for note in report["notes"]))
    sys.exit(report["exit"])


if __name__ == "__main__":
    main()
