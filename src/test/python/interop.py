#!/usr/bin/env python3.11
"""Writes what Python 3.11 says about keys, for keyHash=qbull-python and its tests, and entries as the original QBull writes them.

    python3.11 src/test/python/interop.py

The table of printable code points is part of the product: another Python knows another Unicode and would move keys to other
partitions, so any other version is refused. Needs nothing but the standard library.
"""
import datetime
import json
import pathlib
import random
import sys
import unicodedata
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[3]
TABLE = ROOT / "src/main/resources/io/qbull/model/python-printable.txt"
TESTS = ROOT / "src/test/resources/io/qbull/model"
ENTRIES = ROOT / "src/test/resources/io/qbull/component/python-entries.txt"
PARTITIONS = 4
CODE_POINTS = 0x110000
SURROGATES = range(0xD800, 0xE000)
MASK = (1 << 64) - 1
P1, P2, P3, P4, P5 = (
    0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)

NAMED = [
    "", "573205104418", "3205104418", "0", "a", "plain text", "+49 170 1234567",
    "Zoë", "Bogotá", "日本語", "ключ", "مفتاح", "naïve\u00a0space", "e\u0301", "\u200b", "\u2028", "\ufeff",
    "O'Neil", '"quoted"', """both ' and \"""", "'", '"', "\\", "C:\\temp\\new", "\\'", "\\\"'",
    "\t\n\r", "\x00\x01\x1f\x7f", "\x80\x9f\xa0\xad\xff", "\u0378", "\ue000", "\ufffe\uffff",
    "😀", "👩\u200d💻", "𝒳", "\U0001fae0", "\U0001fae8", "\U000e0001", "\U0010ffff", "x" * 500,
]


def rotate(value, bits):
    return ((value << bits) | (value >> (64 - bits))) & MASK


def lane(accumulator, value):
    return rotate((accumulator + value * P2) & MASK, 31) * P1 & MASK


def xxh64(data):
    """XXH64 with seed 0, after its specification."""
    at, size = 0, len(data)
    if size >= 32:
        sums = [(P1 + P2) & MASK, P2, 0, -P1 & MASK]
        while at <= size - 32:
            for i in range(4):
                sums[i] = lane(sums[i], int.from_bytes(data[at:at + 8], "little"))
                at += 8
        value = sum(rotate(one, bits) for one, bits in zip(sums, (1, 7, 12, 18))) & MASK
        for one in sums:
            value = ((value ^ lane(0, one)) * P1 + P4) & MASK
    else:
        value = P5
    value = (value + size) & MASK
    while at <= size - 8:
        value = (rotate(value ^ lane(0, int.from_bytes(data[at:at + 8], "little")), 27) * P1 + P4) & MASK
        at += 8
    if at <= size - 4:
        value = (rotate(value ^ int.from_bytes(data[at:at + 4], "little") * P1 & MASK, 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        value = rotate(value ^ byte * P5 & MASK, 11) * P1 & MASK
    value = (value ^ value >> 33) * P2 & MASK
    value = (value ^ value >> 29) * P3 & MASK
    return value ^ value >> 32


def key_hash(key):
    return f"{xxh64(repr(key).encode('utf-8')):016x}"


def random_keys(count):
    """Keys of every kind of character. The test makes the same ones, so that only their hashes need to be stored."""
    state = 0

    def below(bound):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        return (state >> 33) % bound

    def character():
        kind = below(8)
        if kind == 0:
            return chr(0x30 + below(10))
        if kind == 1:
            return chr(0x20 + below(0x5F))
        if kind == 2:
            return "'\"\\"[below(3)]
        code = below((0, 0, 0, 0x80, 0x100, 0x3000, 0x10000, CODE_POINTS)[kind])
        return "" if code in SURROGATES else chr(code)

    return ["".join(character() for _ in range(4 + below(12))) for _ in range(count)]


def all_code_points():
    """Keys that hold every character there is, 4096 in each."""
    for first in range(0, CODE_POINTS, 0x1000):
        yield "".join(chr(code) for code in range(first, first + 0x1000) if code not in SURROGATES)


def printable_table():
    """The code points at which printable ranges begin and, exclusive, end."""
    edges = [code for code in range(1, CODE_POINTS) if chr(code).isprintable() != chr(code - 1).isprintable()]
    assert len(edges) % 2 == 0 and not chr(0).isprintable()
    return "".join(f"{begin:x} {end:x}\n" for begin, end in zip(edges[::2], edges[1::2]))


def published():
    """What the original QBull adds for some calls: partition, and value of the single field. It finds the key in the data, where it
    may be a number; a key that is given beside the data is not stored."""
    chance = random.Random(11)
    time = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, datetime.timezone.utc)
    keys = [
        {"to": "573205104418"}, {"to": 3111111111}, {"to": "Zoë"}, {"to": "O'Neil"}, {"to": 'C:\\new "x"'},
        {"to": "😀\u200b"}, {"partition_id": "account-7", "to": "not the key"}, {"partition_id": 42}]
    calls = [({"cmd": "SEND_MESSAGE", **key, "content": "¡Hola! \U0001fae0", "n": 2 * n}, None) for n in range(10) for key in keys]
    calls.append(({"cmd": "PING", "load": float("nan")}, "given beside the data"))
    for data, given in calls:
        time += datetime.timedelta(milliseconds=250)
        job_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        payload = {"job_id": job_id, "published_at": time.isoformat(), **data}
        key = given or data.get("partition_id", data.get("to", job_id))
        yield int(key_hash(str(key)), 16) % PARTITIONS, json.dumps(payload)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(path.relative_to(ROOT), len(text))


def main():
    if sys.version_info[:2] != (3, 11) or unicodedata.unidata_version != "14.0.0":
        sys.exit("this must be Python 3.11 with Unicode 14, not " + sys.version)
    assert xxh64(b"") == 0xEF46DB3751D8E999 and xxh64(b"abc") == 0x44BC2CF5AD770999
    write(TABLE, printable_table())
    write(TESTS / "python-named-keys.txt", "".join(f"{key_hash(key)} {json.dumps(key)}\n" for key in NAMED))
    write(TESTS / "python-random-keys.txt", "".join(key_hash(key) + "\n" for key in random_keys(10_000)))
    write(TESTS / "python-all-characters.txt", "".join(key_hash(key) + "\n" for key in all_code_points()))
    write(ENTRIES, "".join(f"{partition} {entry}\n" for partition, entry in published()))


main()
