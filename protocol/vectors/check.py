#!/usr/bin/env python3
"""Checks every vector with nothing but the documents of this folder and Python's standard library.

It shares no code with the package: it is the proof that `protocol/` is enough. Beside reading every file it
makes the same bytes again: change sets, runs, states, receipts, requests with their signatures, answers.

    python3 protocol/vectors/check.py
"""

import hashlib
import json
import os
import sys
import unicodedata

# --- encoding.md ------------------------------------------------------------------------------------------


class Refused(Exception):
    """Bytes that are not what they should be; the word is that of encoding.md."""


NUMBER_MAX = 1 << 53
MOMENT_MAX = (1 << 48) - 1
THINGS_MAX = 1 << 22


def wrapped(number):
    """The signed 64-bit number that is left of any number."""
    number &= (1 << 64) - 1
    return number - (1 << 64) if number >> 63 else number


class Reader:
    def __init__(self, data, at=0, end=None):
        self.data, self.at, self.end = data, at, len(data) if end is None else end

    def left(self):
        return self.end - self.at

    def finish(self):
        if self.at != self.end:
            raise Refused("trailing")

    def byte(self):
        return self.raw(1)[0]

    def raw(self, count):
        if count > self.left():
            raise Refused("truncated")
        self.at += count
        return self.data[self.at - count:self.at]

    def part(self, count):
        start = self.at
        self.raw(count)
        return Reader(self.data, start, self.at)

    def varint(self, most=(1 << 64) - 1):
        value, shift = 0, 0
        while True:
            byte = self.byte()
            if shift == 63 and byte > 1:
                raise Refused("malformedNumber")
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if byte == 0 and shift:
                    raise Refused("malformedNumber")
                break
            shift += 7
        if value > most:
            raise Refused("outOfRange")
        return value

    def count(self, limit=None):
        count = self.varint(self.left())
        if limit is not None and count > limit:
            raise Refused("tooMany")
        return count

    def zigzag(self):
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def fixed(self, count):
        return int.from_bytes(self.raw(count), "big")

    def id(self):
        return base32(self.raw(16))

    def counted(self):
        return self.raw(self.count())

    def text(self, count=None):
        return utf8(self.raw(self.count() if count is None else count))

    def number(self):
        value = self.varint()
        if not 1 <= value <= NUMBER_MAX:
            raise Refused("outOfRange")
        return value

    def position(self):
        return self.varint(NUMBER_MAX)

    def name(self):
        replica = self.id()
        return "%s/%d" % (replica, self.number())

    def numbers(self):
        ranges = []
        for _ in range(self.count()):
            first = self.number()
            ranges.append([first, first + self.varint(NUMBER_MAX - first)])
        for left, right in zip(ranges, ranges[1:]):
            if left[1] + 1 >= right[0]:
                raise Refused("outOfOrder")
        return ranges

    def flag(self):
        byte = self.byte()
        if byte > 1:
            raise Refused("unknownTag")
        return byte == 1

    def optional(self, read):
        return read() if self.flag() else None

    def value(self):
        tag = self.byte()
        if tag != 8:
            return self.scalar(tag)
        return [self.scalar(self.byte()) for _ in range(self.count())]

    def scalar(self, tag):
        if tag == 0:
            return None
        if tag in (1, 2):
            return tag == 2
        if tag == 3:
            return self.zigzag()
        if tag == 4:
            return self.text()
        if tag == 5:
            return {"bytes": base32(self.counted())}
        if tag == 6:
            return {"day": day_text(self.zigzag())}
        if tag == 7:
            return {"reference": self.id()}
        raise Refused("unknownTag")


def utf8(data):
    try:
        return data.decode("utf-8")  # Python refuses overlong forms and surrogates too.
    except UnicodeDecodeError:
        raise Refused("malformedText")


ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def base32(data):
    bits = int.from_bytes(data, "big") << (-8 * len(data) % 5)
    count = (8 * len(data) + 4) // 5
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(count)))


def unbase32(text):
    bits = 0
    for character in text:
        if character not in ALPHABET:
            raise Refused("base32")
        bits = bits << 5 | ALPHABET.index(character)
    spare = 5 * len(text) % 8
    if spare >= 5 or bits & ((1 << spare) - 1):
        raise Refused("base32")
    return (bits >> spare).to_bytes(5 * len(text) // 8, "big")


def forgiven(text):
    return "".join({"o": "0", "i": "1", "l": "1"}.get(c, c) for c in text.lower() if c not in "- ")


def days_from_civil(year, month, day):
    """Days since 1970-01-01; the standard library's calendar has the same years 1 … 9999."""
    import datetime
    return datetime.date(year, month, day).toordinal() - 719163


def day_text(ordinal):
    import datetime
    if not -719162 <= ordinal <= 2932896:
        raise Refused("outOfRange")
    day = datetime.date.fromordinal(ordinal + 719163)
    return "%04d-%02d-%02d" % (day.year, day.month, day.day)


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def zigzag(value):
    return varint((value << 1 ^ value >> 63) & (1 << 64) - 1)


def fixed64(value):
    return value.to_bytes(8, "big")


def counted(data):
    return varint(len(data)) + data


def text(string):
    return counted(string.encode())


def name(string):
    replica, number = string.split("/")
    return unbase32(replica) + varint(int(number))


def names(strings):
    return varint(len(strings)) + b"".join(map(name, strings))


def numbers(ranges):
    return varint(len(ranges)) + b"".join(varint(a) + varint(b - a) for a, b in ranges)


def optional(content, write):
    return b"\0" if content is None else b"\1" + write(content)


def value(content):
    """A value from its JSON."""
    if content is None:
        return b"\0"
    if content is False:
        return b"\1"
    if content is True:
        return b"\2"
    if isinstance(content, int):
        return b"\3" + zigzag(content)
    if isinstance(content, str):
        return b"\4" + text(content)
    if isinstance(content, list):
        return b"\x08" + varint(len(content)) + b"".join(map(value, content))
    (kind, inner), = content.items()
    if kind == "bytes":
        return b"\5" + counted(unbase32(inner))
    if kind == "day":
        return b"\6" + zigzag(days_from_civil(*map(int, inner.split("-"))))
    return b"\7" + unbase32(inner)


def order(content):
    """A key by which values are in their order."""
    if content is None:
        return (0,)
    if isinstance(content, bool):
        return (1, content)
    if isinstance(content, int):
        return (2, content)
    if isinstance(content, str):
        return (3, content.encode())
    if isinstance(content, list):
        return (7, [order(member) for member in content])
    (kind, inner), = content.items()
    if kind == "bytes":
        return (4, unbase32(inner))
    if kind == "day":
        return (5, days_from_civil(*map(int, inner.split("-"))))
    return (6, unbase32(inner))


def name_order(string):
    replica, number = string.split("/")
    return (unbase32(replica), int(number))


def rise(things):
    """Whether every thing is larger than the one before."""
    return all(left < right for left, right in zip(things, things[1:]))


def sha256(data):
    return hashlib.sha256(data).digest()


# --- Ed25519, RFC 8032 section 6 -----------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def point_add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    w, x, y, z = f - e, h - g, h + g, f + e
    return (w * x % P, y * z % P, x * y % P, w * z % P)


def point_times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        scalar >>= 1
    return result


def point_recover(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point_recover(4 * pow(5, P - 2, P) % P, 0)


def point_bytes(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def point_read(data):
    number = int.from_bytes(data, "little")
    return point_recover(number & (1 << 255) - 1, number >> 255)


def secret_parts(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:]


def public_key(seed):
    return point_bytes(point_times(secret_parts(seed)[0], BASE))


def sign(seed, message):
    scalar, prefix = secret_parts(seed)
    key = public_key(seed)
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
    point = point_bytes(point_times(r, BASE))
    h = int.from_bytes(hashlib.sha512(point + key + message).digest(), "little") % L
    return point + ((r + h * scalar) % L).to_bytes(32, "little")


def is_small_order(key):
    """Whether the eightfold point is the neutral one; what is not reduced is read as reduced."""
    y = (int.from_bytes(key, "little") & (1 << 255) - 1) % P
    for sign_bit in (0, 1):
        point = point_recover(y, sign_bit)
        if point is not None:
            eight = point_times(8, point)
            return eight[0] % P == 0 and (eight[1] - eight[2]) % P == 0
    return False


def is_signed(key, signature, message):
    if len(signature) != 64 or is_small_order(key):
        return False
    a, r = point_read(key), point_read(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = point_times(s, BASE), point_add(r, point_times(h, a))
    return ((left[0] * right[2] - right[0] * left[2]) % P == 0
            and (left[1] * right[2] - right[1] * left[2]) % P == 0)


# --- change-set.md -------------------------------------------------------------------------------------------


def envelope(s):
    time, trunk = s["time"], s["trunk"]
    out = name(s["name"]) + unbase32(s["previous"])
    out += unbase32(s["author"]) + unbase32(s["grant"])
    out += optional(trunk["epoch"], unbase32) + varint(trunk["position"])
    out += varint(time["milliseconds"]) + varint(time["counter"])
    out += zigzag(time["wall_ms"]) + varint(time["monotonic_ms"]) + varint(time["boot"])
    out += optional(time["offset_ms"], zigzag) + optional(time["offsetAge_ms"], varint)
    out += text(s["intent"])
    out += optional(s["form"], lambda form: text(form["form"]) + varint(form["version"]))
    out += optional(s["reason"], text) + varint(s["schema"])
    out += varint(len(s["premises"]))
    for premise in s["premises"]:
        out += unbase32(premise["record"]) + varint(premise["unit"]) + names(premise["heads"])
    out += varint(len(s["changes"]))
    for change in s["changes"]:
        out += unbase32(change["record"]) + varint(change["collection"])
        out += bytes([change["creates"]]) + optional(change["shown"], varint)
    return out


def kind_of(write):
    for kind, key in enumerate(("set", "adding", "increment", "append")):
        if key in write:
            return kind
    raise AssertionError("a write of no kind")


def values(contents):
    return varint(len(contents)) + b"".join(map(value, contents))


def payload(change):
    out = varint(len(change["writes"]))
    for write in change["writes"]:
        kind = kind_of(write)
        out += varint(write["unit"]) + bytes([kind])
        if kind == 0:
            out += value(write["set"]) + names(write["replacing"])
        elif kind == 1:
            out += values(write["adding"]) + varint(len(write["removing"]))
            for removal in write["removing"]:
                out += value(removal["element"]) + names(removal["adds"])
        elif kind == 2:
            out += zigzag(write["increment"])
        else:
            out += values(write["append"])
    return out


def salt(s, place):
    number = int(s["name"].split("/")[1])
    return sha256(b"hazama salt 1\0" + unbase32(s["saltSeed"]) + fixed64(number)
                  + varint(place))[:16]


def payload_hashes(s):
    return [sha256(salt(s, place) + payload(change)) for place, change in enumerate(s["changes"])]


def hash_of(s):
    return sha256(b"hazama change set 1\0" + counted(envelope(s)) + b"".join(payload_hashes(s)))


def run_message(last_name, head, gaps=()):
    out = b"hazama run 1\0" + name(last_name) + head
    for gap in gaps:
        out += varint(number_of(gap)) + unbase32(gap["previous"]) + unbase32(gap["hash"])
    return out


def number_of(thing):
    return int(thing["name"].split("/")[1])


def run_end(change_sets, gaps=()):
    """The last change set or gap of a run: its name and hash."""
    last = max([*change_sets, *gaps], key=number_of)
    return last["name"], unbase32(last["hash"])


# --- run.md --------------------------------------------------------------------------------------------------

(AUTHOR, GRANT, TRUNK, MILLISECONDS, COUNTER, WALL, MONOTONIC, BOOT, OFFSET, OFFSET_AGE, INTENT, FORM, REASON,
 SCHEMA, PREMISES, SEED, CHANGE_COUNT, SHAPE, RECORD, SHOWN, NAME_COUNT, NAME_REPLICA, NAME_NUMBER, SHAPES,
 IDENTIFIERS, NUMBERS, TEXTS) = range(27)
NONE = base32(bytes(16))


class RunReader:
    def __init__(self, data):
        reader = Reader(data)
        self.replica = reader.id()
        self.number = reader.number()
        self.previous = reader.raw(32)
        self.count = reader.count(10_000)
        holes, offset = [], 0
        if self.count == 0:
            count = reader.count(10_000)
            if count < 1:
                raise Refused("outOfRange")
            for _ in range(count):
                offset += reader.varint(10_000)
                holes.append((offset, reader.raw(32)))
                offset += 1
            self.count = reader.count(10_000 - count)
            if offset > count + self.count:
                raise Refused("outOfRange")
        if self.number + self.count + len(holes) > NUMBER_MAX:
            raise Refused("outOfRange")
        self.holes = {self.number + offset: hole for offset, hole in holes}
        self.gaps = []
        lengths = [reader.count() for _ in range(27)]
        units = []
        for _ in range(reader.count()):
            key = (reader.varint(65535), reader.varint(65535))
            if units and units[-1][0] >= key:
                raise Refused("outOfOrder")
            tags = reader.count()
            if tags == 0:
                raise Refused("outOfOrder")
            units.append((key, tags, reader.count()))
        self.columns = [reader.part(length) for length in lengths]
        self.units = {}
        for key, tags, content in units:
            self.units[key] = (reader.part(tags), reader.part(content))
        reader.finish()
        self.known = {}
        self.last = {"position": 0, "milliseconds": 0, "monotonic": 0, "age": 0, "shown": 0}
        self.things = 0

    def thing(self):
        self.things += 1
        if self.things > THINGS_MAX:
            raise Refused("tooMany")

    def indexed(self, dictionary, column, read):
        column = column if isinstance(column, Reader) else self.columns[column]
        known = self.known.setdefault(dictionary, [])
        place = column.varint(len(known))
        if place:
            return known[place - 1]
        found = read()
        if found in known:
            raise Refused("outOfOrder")
        known.append(found)
        return found

    def id(self, column):
        return self.indexed("identifiers", column, self.columns[IDENTIFIERS].id)

    def text(self, column, most):
        found = self.indexed("texts", column, self.columns[TEXTS].text)
        if len(found.encode()) > most:
            raise Refused("outOfRange")
        return found

    def difference(self, column, what, most):
        self.last[what] += self.columns[column].zigzag()
        if not 0 <= self.last[what] <= most:
            raise Refused("outOfRange")
        return self.last[what]

    def change_sets(self):
        result = []
        for _ in range(self.count):
            self.pass_gaps()
            found = self.change_set()
            self.previous = hash_of(found)
            result.append({"hash": base32(self.previous), **found})
            self.number += 1
        self.pass_gaps()
        for column in self.columns:
            column.finish()
        for tags, content in self.units.values():
            tags.finish()
            content.finish()
        return result

    def pass_gaps(self):
        while self.number in self.holes:
            gone = self.holes[self.number]
            self.gaps.append({"name": "%s/%d" % (self.replica, self.number),
                              "previous": base32(self.previous), "hash": base32(gone)})
            self.previous = gone
            self.number += 1

    def change_set(self):
        c = self.columns
        author, grant = self.id(AUTHOR), self.id(GRANT)
        epoch = self.id(TRUNK)
        position = self.difference(TRUNK, "position", NUMBER_MAX)
        before = self.last["milliseconds"]
        milliseconds = self.difference(MILLISECONDS, "milliseconds", MOMENT_MAX)
        elapsed = milliseconds - before
        counter = c[COUNTER].varint(65535)
        wall = wrapped(c[WALL].zigzag() + milliseconds)
        self.last["monotonic"] = wrapped(c[MONOTONIC].zigzag() + self.last["monotonic"] + elapsed)
        boot = self.indexed("boots", BOOT, c[NUMBERS].varint)
        offset = c[OFFSET].optional(
            lambda: self.indexed("offsets", OFFSET, c[NUMBERS].zigzag))
        age = None
        if c[OFFSET_AGE].flag():
            self.last["age"] = wrapped(c[OFFSET_AGE].zigzag() + self.last["age"] + elapsed)
            age = self.last["age"] % (1 << 64)
        intent = self.text(INTENT, 40)
        form = None
        if c[FORM].flag():
            form = {"form": self.text(FORM, 80), "version": c[FORM].varint((1 << 32) - 1)}
        reason = self.text(REASON, 2000) if c[REASON].flag() else None
        schema = self.indexed("schemas", SCHEMA, lambda: c[NUMBERS].varint((1 << 32) - 1))
        premises = []
        for _ in range(c[PREMISES].count()):
            premises.append({"record": self.id(PREMISES), "unit": c[PREMISES].varint(65535),
                             "heads": self.names()})
        seed = self.id(SEED)
        changes = [self.change() for _ in range(c[CHANGE_COUNT].varint(c[SHAPE].left()))]
        if not changes or not rise([unbase32(change["record"]) for change in changes]):
            raise Refused("outOfOrder")
        return {
            "name": "%s/%d" % (self.replica, self.number), "previous": base32(self.previous),
            "author": author, "grant": grant,
            "trunk": {"epoch": None if epoch == NONE else epoch, "position": position},
            "time": {"milliseconds": milliseconds, "counter": counter, "wall_ms": wall,
                     "monotonic_ms": self.last["monotonic"] % (1 << 64), "boot": boot,
                     "offset_ms": offset, "offsetAge_ms": age},
            "intent": intent, "form": form, "reason": reason, "schema": schema,
            "premises": premises, "saltSeed": seed, "changes": changes,
        }

    def shape(self):
        shapes = self.columns[SHAPES]
        collection, creates = shapes.varint(65535), shapes.flag()
        writes = []
        for _ in range(shapes.count()):
            unit, kind = shapes.varint(65535), shapes.byte()
            if kind > 3:
                raise Refused("unknownTag")
            writes.append((unit, kind))
        return (collection, creates, tuple(writes))

    def change(self):
        self.thing()
        collection, creates, writes = self.indexed("shapes", SHAPE, self.shape)
        record = self.id(RECORD)
        shown = None
        if self.columns[SHOWN].flag():
            shown = self.difference(SHOWN, "shown", NUMBER_MAX)
        found = [self.write(collection, unit, kind) for unit, kind in writes]
        if not rise([unit for unit, _ in writes]) or not (creates or writes):
            raise Refused("outOfOrder")
        return {"record": record, "collection": collection, "creates": creates, "shown": shown,
                "writes": found}

    def write(self, collection, unit, kind):
        self.thing()
        if (collection, unit) not in self.units:
            raise Refused("truncated")
        tags, content = self.units[collection, unit]
        if kind == 0:
            found = self.value(tags, content)
            return {"unit": unit, "set": found, "replacing": self.names()}
        if kind == 1:
            adding = [self.value(tags, content) for _ in range(tags.count())]
            removing = []
            for _ in range(tags.count()):
                element = self.value(tags, content)
                removing.append({"element": element, "adds": self.names()})
            return {"unit": unit, "adding": adding, "removing": removing}
        if kind == 2:
            return {"unit": unit, "increment": tags.zigzag()}
        return {"unit": unit,
                "append": [self.value(tags, content) for _ in range(tags.count())]}

    def value(self, tags, content):
        self.thing()
        tag = tags.byte()
        if tag != 8:
            return self.scalar(tag, tags, content)
        members = []
        for _ in range(tags.count()):
            self.thing()
            members.append(self.scalar(tags.byte(), tags, content))
        return members

    def scalar(self, tag, tags, content):
        if tag == 4:
            return content.text(tags.varint(content.left()))
        if tag == 5:
            return {"bytes": base32(content.raw(tags.varint(content.left())))}
        if tag == 7:
            return {"reference": self.id(tags)}
        return tags.scalar(tag)

    def names(self):
        c = self.columns
        found = []
        for _ in range(c[NAME_COUNT].varint(c[NAME_REPLICA].left())):
            self.thing()
            replica = self.indexed("replicas", NAME_REPLICA, c[IDENTIFIERS].id)
            found.append("%s/%d" % (replica, c[NAME_NUMBER].number()))
        return found


class RunWriter:
    def __init__(self):
        self.columns = [bytearray() for _ in range(27)]
        self.units = {}
        self.known = {}
        self.last = {"position": 0, "milliseconds": 0, "monotonic": 0, "age": 0, "shown": 0}

    def index(self, dictionary, column, thing, new):
        column = self.columns[column] if isinstance(column, int) else column
        known = self.known.setdefault(dictionary, {})
        if thing in known:
            column += varint(known[thing])
        else:
            known[thing] = len(known) + 1
            column += b"\0"
            place, data = new
            self.columns[place] += data

    def id(self, column, text_form):
        self.index("identifiers", column, text_form, (IDENTIFIERS, unbase32(text_form)))

    def text(self, column, string):
        self.index("texts", column, string, (TEXTS, text(string)))

    def difference(self, what, new):
        step, self.last[what] = new - self.last[what], new
        return step

    def append(self, s):
        c = self.columns
        time = s["time"]
        self.id(AUTHOR, s["author"])
        self.id(GRANT, s["grant"])
        self.id(TRUNK, s["trunk"]["epoch"] or NONE)
        c[TRUNK] += zigzag(self.difference("position", s["trunk"]["position"]))
        elapsed = self.difference("milliseconds", time["milliseconds"])
        c[MILLISECONDS] += zigzag(elapsed)
        c[COUNTER] += varint(time["counter"])
        c[WALL] += zigzag(wrapped(time["wall_ms"] - time["milliseconds"]))
        step = self.difference("monotonic", wrapped(time["monotonic_ms"]))
        c[MONOTONIC] += zigzag(wrapped(step - elapsed))
        self.index("boots", BOOT, time["boot"], (NUMBERS, varint(time["boot"])))
        c[OFFSET] += b"\0" if time["offset_ms"] is None else b"\1"
        if time["offset_ms"] is not None:
            self.index("offsets", OFFSET, time["offset_ms"], (NUMBERS, zigzag(time["offset_ms"])))
        c[OFFSET_AGE] += b"\0" if time["offsetAge_ms"] is None else b"\1"
        if time["offsetAge_ms"] is not None:
            step = self.difference("age", wrapped(time["offsetAge_ms"]))
            c[OFFSET_AGE] += zigzag(wrapped(step - elapsed))
        self.text(INTENT, s["intent"])
        c[FORM] += b"\0" if s["form"] is None else b"\1"
        if s["form"] is not None:
            self.text(FORM, s["form"]["form"])
            c[FORM] += varint(s["form"]["version"])
        c[REASON] += b"\0" if s["reason"] is None else b"\1"
        if s["reason"] is not None:
            self.text(REASON, s["reason"])
        self.index("schemas", SCHEMA, s["schema"], (NUMBERS, varint(s["schema"])))
        c[PREMISES] += varint(len(s["premises"]))
        for premise in s["premises"]:
            self.id(PREMISES, premise["record"])
            c[PREMISES] += varint(premise["unit"])
            self.names(premise["heads"])
        self.id(SEED, s["saltSeed"])
        c[CHANGE_COUNT] += varint(len(s["changes"]))
        for change in s["changes"]:
            self.change(change)

    def change(self, change):
        shape = (change["collection"], change["creates"],
                 tuple((write["unit"], kind_of(write)) for write in change["writes"]))
        data = varint(shape[0]) + bytes([shape[1]]) + varint(len(shape[2]))
        data += b"".join(varint(unit) + bytes([kind]) for unit, kind in shape[2])
        self.index("shapes", SHAPE, shape, (SHAPES, data))
        self.id(RECORD, change["record"])
        self.columns[SHOWN] += b"\0" if change["shown"] is None else b"\1"
        if change["shown"] is not None:
            self.columns[SHOWN] += zigzag(self.difference("shown", change["shown"]))
        for write in change["writes"]:
            self.write(change["collection"], write)

    def write(self, collection, write):
        key = (collection, write["unit"])
        tags, content = self.units.setdefault(key, (bytearray(), bytearray()))
        kind = kind_of(write)
        if kind == 0:
            self.value(write["set"], tags, content)
            self.names(write["replacing"])
        elif kind == 1:
            tags += varint(len(write["adding"]))
            for element in write["adding"]:
                self.value(element, tags, content)
            tags += varint(len(write["removing"]))
            for removal in write["removing"]:
                self.value(removal["element"], tags, content)
                self.names(removal["adds"])
        elif kind == 2:
            tags += zigzag(write["increment"])
        else:
            tags += varint(len(write["append"]))
            for entry in write["append"]:
                self.value(entry, tags, content)

    def value(self, found, tags, content):
        if isinstance(found, str):
            tags += b"\4" + varint(len(found.encode()))
            content += found.encode()
        elif isinstance(found, dict) and "bytes" in found:
            data = unbase32(found["bytes"])
            tags += b"\5" + varint(len(data))
            content += data
        elif isinstance(found, dict) and "reference" in found:
            tags += b"\7"
            self.id(tags, found["reference"])
        elif isinstance(found, list):
            tags += b"\x08" + varint(len(found))
            for member in found:
                self.value(member, tags, content)
        else:
            tags += value(found)

    def names(self, strings):
        self.columns[NAME_COUNT] += varint(len(strings))
        for string in strings:
            replica, number = string.split("/")
            self.index("replicas", NAME_REPLICA, replica, (IDENTIFIERS, unbase32(replica)))
            self.columns[NAME_NUMBER] += varint(int(number))


def run(change_sets, gaps=()):
    writer = RunWriter()
    for s in change_sets:
        writer.append(s)
    first = min([*change_sets, *gaps], key=number_of)
    out = name(first["name"]) + unbase32(first["previous"])
    if gaps:
        out += b"\0" + varint(len(gaps))
        expected = number_of(first)
        for gap in gaps:
            out += varint(number_of(gap) - expected) + unbase32(gap["hash"])
            expected = number_of(gap) + 1
    out += varint(len(change_sets))
    out += b"".join(varint(len(column)) for column in writer.columns)
    keys = sorted(writer.units)
    out += varint(len(keys))
    for key in keys:
        tags, content = writer.units[key]
        out += varint(key[0]) + varint(key[1]) + varint(len(tags)) + varint(len(content))
    out += b"".join(writer.columns)
    for key in keys:
        out += writer.units[key][0] + writer.units[key][1]
    return bytes(out)


# --- state.md ------------------------------------------------------------------------------------------------


def read_state(data, writers):
    """`writers` is the list of writers 1, 2, 3 …; a hole is None."""
    reader = Reader(data)
    origins, keys = [], []
    for _ in range(reader.count()):
        number = reader.varint((1 << 32) - 1)
        if not 1 <= number <= len(writers) or writers[number - 1] is None:
            raise Refused("unknownTag")
        writer = writers[number - 1]
        keys.append((number, reader.number()))
        if not rise(keys):
            raise Refused("outOfOrder")
        position, time = reader.position(), reader.varint(MOMENT_MAX)
        shown = reader.varint(NUMBER_MAX + 1)
        origins.append({"name": "%s/%d" % (writer["replica"], keys[-1][1]),
                        "author": writer["author"], "time_ms": time,
                        "position": position or None, "shown": shown - 1 if shown else None})
    used = set()

    def origin(index=None):
        index = reader.varint() if index is None else index
        if index >= len(origins):
            raise Refused("unknownTag")
        used.add(index)
        return origins[index]

    def head(index=None):
        found = origin(index)
        return {"origin": found, "value": reader.value()}

    def must(condition):
        if not condition:
            raise Refused("outOfOrder")

    created = reader.varint()
    created = origin(created - 1) if created else None
    units = []
    for _ in range(reader.count()):
        unit, flags = reader.varint(65535), reader.byte()
        if flags not in (0, 1, 2, 3, 4):
            raise Refused("unknownTag")
        found = {"unit": unit}
        if flags == 4:
            found.update(heads=[head(0)], early=[], base=None)
        elif flags == 0:
            heads = [head() for _ in range(reader.count())]
            early = [reader.name() for _ in range(reader.count())]
            base = reader.optional(head)
            must(base is None or len(heads) > 1)
            must(len(heads) != 1 or early or heads[0]["origin"] is not origins[0])
            found.update(heads=heads, early=early, base=base)
            by_name = [name_order(h["origin"]["name"]) for h in heads]
            must(rise(by_name) and rise(list(map(name_order, early))))
            must(not any(l[0] == r[0] and not is_hub(l[0]) for l, r in zip(by_name, by_name[1:])))
            must(not any(h["origin"]["name"] in early for h in heads))
        elif flags == 1:
            entries = []
            for _ in range(reader.count()):
                element = reader.value()
                entries.append({"element": element,
                                "adds": [origin() for _ in range(reader.count())]})
            early = []
            for _ in range(reader.count()):
                element = reader.value()
                early.append({"element": element, "add": reader.name()})
            found.update(elements=entries, early=early)
            must(rise([order(entry["element"]) for entry in entries]))
            for entry in entries:
                must(entry["adds"] and rise([name_order(add["name"]) for add in entry["adds"]]))
            must(rise([(order(r["element"]), name_order(r["add"])) for r in early]))
            there = [(order(e["element"]), add["name"]) for e in entries for add in e["adds"]]
            must(not any((order(r["element"]), r["add"]) in there for r in early))
        elif flags == 2:
            parts = []
            for _ in range(reader.count()):
                parts.append({"replica": reader.id(), "amount": reader.zigzag(),
                              "counted": reader.numbers()})
            found.update(total=parts)
            must(rise([unbase32(part["replica"]) for part in parts]))
        else:
            entries = []
            for _ in range(reader.count()):
                entry = {"origin": origin(), "index": reader.varint((1 << 32) - 1)}
                entries.append({**entry, "value": reader.value()})
            found.update(log=entries)
            must(rise(list(map(entry_order, entries))))
        units.append(found)
    reader.finish()
    must(len(used) == len(origins))
    must(rise([found["unit"] for found in units]))
    return {"created": created, "units": units}


def is_hub(replica):
    return replica[0] >> 7 == 1


def entry_order(entry):
    return (entry["origin"]["time_ms"], name_order(entry["origin"]["name"]), entry["index"])


def state(s, writers):
    """The bytes of a state from its JSON."""
    found = {}

    def collect(origin):
        replica, number = origin["name"].split("/")
        for place, writer in enumerate(writers):
            if writer == {"replica": replica, "author": origin["author"]}:
                found[place + 1, int(number)] = origin
                return
        raise AssertionError("a writer without a number")

    def every(part):
        if isinstance(part, dict):
            if "time_ms" in part:
                collect(part)
            else:
                for inner in part.values():
                    every(inner)
        elif isinstance(part, list):
            for inner in part:
                every(inner)

    every([s["created"], s["units"]])
    keys = sorted(found)
    places = {found[key]["name"]: place for place, key in enumerate(keys)}

    def index(origin):
        return varint(places[origin["name"]])

    def head(h):
        return index(h["origin"]) + value(h["value"])

    out = varint(len(keys))
    for writer, number in keys:
        origin = found[writer, number]
        out += varint(writer) + varint(number) + varint(origin["position"] or 0)
        out += varint(origin["time_ms"])
        out += varint(0 if origin["shown"] is None else origin["shown"] + 1)
    out += varint(0) if s["created"] is None else varint(places[s["created"]["name"]] + 1)
    out += varint(len(s["units"]))
    for unit in s["units"]:
        out += varint(unit["unit"])
        if "heads" in unit:
            heads = unit["heads"]
            if len(heads) == 1 and not unit["early"] and places[heads[0]["origin"]["name"]] == 0:
                out += b"\4" + value(heads[0]["value"])
                continue
            out += b"\0" + varint(len(heads)) + b"".join(map(head, heads))
            out += names(unit["early"]) + optional(unit["base"], head)
        elif "elements" in unit:
            out += b"\1" + varint(len(unit["elements"]))
            for entry in unit["elements"]:
                out += value(entry["element"]) + varint(len(entry["adds"]))
                out += b"".join(map(index, entry["adds"]))
            out += varint(len(unit["early"]))
            for removal in unit["early"]:
                out += value(removal["element"]) + name(removal["add"])
        elif "total" in unit:
            out += b"\2" + varint(len(unit["total"]))
            for part in unit["total"]:
                out += unbase32(part["replica"]) + zigzag(part["amount"])
                out += numbers(part["counted"])
        else:
            out += b"\3" + varint(len(unit["log"]))
            for entry in unit["log"]:
                out += index(entry["origin"]) + varint(entry["index"]) + value(entry["value"])
    return out


def digest(record, data):
    return sha256(unbase32(record) + data)[:16]


# --- merging.md ----------------------------------------------------------------------------------------------


def clamped(value):
    return max(-(1 << 63), min((1 << 63) - 1, value))


def moment(value):
    return max(0, min(MOMENT_MAX, value))


def corrected(time, sent, hub):
    if time["boot"] == sent["boot"] and time["monotonic_ms"] <= sent["monotonic_ms"]:
        ago = min((1 << 63) - 1, sent["monotonic_ms"] - time["monotonic_ms"])
        estimate = clamped(hub - ago)
    elif time["offset_ms"] is not None:
        estimate = clamped(time["wall_ms"] + time["offset_ms"])
    else:
        estimate = clamped(time["wall_ms"] + clamped(hub - sent["wall_ms"]))
    return moment(min(estimate, hub))


def follows(later, earlier):
    """Whether `later` covers `earlier` unnamed: the same device wrote both."""
    later, earlier = name_order(later), name_order(earlier)
    return later[0] == earlier[0] and not is_hub(later[0]) and later[1] > earlier[1]


def can_have_seen(writer, named):
    writer, named = name_order(writer), name_order(named)
    return writer[0] != named[0] or named[1] < writer[1]


EMPTY = ({"heads": [], "early": [], "base": None}, {"elements": [], "early": []}, {"total": []},
         {"log": []})


def merge(s, change, origin, merged):
    own = origin["name"]
    if own in merged:
        return
    if change["creates"] and (s["created"] is None
                              or name_order(own) < name_order(s["created"]["name"])):
        s["created"] = origin
    for write in change["writes"]:
        kind = kind_of(write)
        unit = next((u for u in s["units"] if u["unit"] == write["unit"]), None)
        if unit is None:
            unit = {"unit": write["unit"], **json.loads(json.dumps(EMPTY[kind]))}
            s["units"].append(unit)
            s["units"].sort(key=lambda u: u["unit"])
        if kind == 0:
            merge_register(unit, write, origin, merged)
        elif kind == 1:
            merge_elements(unit, write, origin, merged)
        elif kind == 2:
            merge_total(unit, write["increment"], own)
        elif not any(entry["origin"]["name"] == own for entry in unit["log"]):
            unit["log"] += [{"origin": origin, "index": place, "value": entry}
                            for place, entry in enumerate(write["append"])]
            unit["log"].sort(key=entry_order)


def merge_register(unit, write, origin, merged):
    own = origin["name"]
    covered = own in unit["early"] or any(follows(h["origin"]["name"], own) for h in unit["heads"])
    unit["early"] = [early for early in unit["early"] if early != own]
    named = [n for n in write["replacing"] if can_have_seen(own, n)]
    heads = [h["origin"]["name"] for h in unit["heads"]]
    unit["early"] += [n for n in named if n not in heads and n not in merged]
    unit["early"] = sorted(set(unit["early"]), key=name_order)
    unit["heads"] = [h for h in unit["heads"] if not follows(own, h["origin"]["name"])
                     and h["origin"]["name"] not in named]
    if not covered:
        unit["heads"].append({"origin": origin, "value": write["set"]})
        unit["heads"].sort(key=lambda h: name_order(h["origin"]["name"]))
    if len(unit["heads"]) < 2:
        unit["base"] = None


def merge_elements(unit, write, origin, merged):
    own = origin["name"]
    for removal in write["removing"]:
        for add in removal["adds"]:
            if not can_have_seen(own, add):
                continue
            entry = next((e for e in unit["elements"] if value(e["element"]) == value(
                removal["element"])), None)
            if entry and any(o["name"] == add for o in entry["adds"]):
                entry["adds"] = [o for o in entry["adds"] if o["name"] != add]
            elif add not in merged:
                found = {"element": removal["element"], "add": add}
                if found not in unit["early"]:
                    unit["early"].append(found)
    unit["elements"] = [e for e in unit["elements"] if e["adds"]]
    gone = [r for r in unit["early"] if r["add"] == own and r["element"] in write["adding"]]
    unit["early"] = [r for r in unit["early"] if r not in gone]
    for element in write["adding"]:
        if any(value(r["element"]) == value(element) for r in gone):
            continue
        entry = next((e for e in unit["elements"] if value(e["element"]) == value(element)), None)
        if entry is None:
            entry = {"element": element, "adds": []}
            unit["elements"].append(entry)
        if not any(o["name"] == own for o in entry["adds"]):
            entry["adds"].append(origin)
            entry["adds"].sort(key=lambda o: name_order(o["name"]))
    unit["elements"].sort(key=lambda e: order(e["element"]))
    unit["early"].sort(key=lambda r: (order(r["element"]), name_order(r["add"])))


def merge_total(unit, amount, own):
    replica, number = own.split("/")
    part = next((p for p in unit["total"] if p["replica"] == replica), None)
    if part is None:
        part = {"replica": replica, "amount": 0, "counted": []}
        unit["total"].append(part)
        unit["total"].sort(key=lambda p: unbase32(p["replica"]))
    counted_numbers = {n for first, last in part["counted"] for n in range(first, last + 1)}
    if int(number) in counted_numbers:
        return
    part["amount"] = wrapped(part["amount"] + amount)
    part["counted"] = []
    for n in sorted(counted_numbers | {int(number)}):
        if part["counted"] and part["counted"][-1][1] + 1 == n:
            part["counted"][-1][1] = n
        else:
            part["counted"].append([n, n])


def agree(left, right):
    if isinstance(left, str) and isinstance(right, str):
        return joined(left) == joined(right)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(agree, left, right))
    return value(left) == value(right)


def joined(string):
    return unicodedata.normalize("NFC", " ".join(string.split()))


SPACES = "\t\n\r \u3000"


def is_mark(char):
    return "\u0300" <= char <= "\u036f" or "\ufe00" <= char <= "\ufe0f"


def sentences(text):
    """The pieces of a text: sentences, and the white space between them."""
    pieces, at = [], 0
    while at < len(text):
        start = at
        if text[at] in SPACES:
            while at < len(text) and text[at] in SPACES:
                at += 1
        else:
            ends = False
            while at < len(text) and not ends and text[at] not in "\n\r":
                char = text[at]
                at += 1
                while at < len(text) and is_mark(text[at]):
                    at += 1
                ends = char in "。！？；" or char in ".!?;" and (at == len(text) or text[at] in SPACES)
        pieces.append(text[start:at])
    return pieces


def changes(base, new):
    """(first, last, pieces) that `new` has in the place of base[first:last], or None if too much."""
    first = 0
    while first < min(len(base), len(new)) and base[first] == new[first]:
        first += 1
    end = 0
    while end < min(len(base), len(new)) - first and base[-1 - end] == new[-1 - end]:
        end += 1
    old, mine = base[first:len(base) - end], new[first:len(new) - end]
    if len(old) * max(1, len(mine)) > 1 << 18:
        return None
    common = [[0] * (len(mine) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(mine))):
            common[i][j] = (common[i + 1][j + 1] + 1 if old[i] == mine[j]
                            else max(common[i + 1][j], common[i][j + 1]))
    found, i, j, start = [], 0, 0, (0, 0)
    while True:
        both = i < len(old) and j < len(mine)
        if i == len(old) and j == len(mine) or both and old[i] == mine[j]:
            if start != (i, j):
                found.append((first + start[0], first + i, mine[start[1]:j]))
            if not both:
                return found
            i, j = i + 1, j + 1
            start = (i, j)
        elif j == len(mine) or i < len(old) and common[i + 1][j] >= common[i][j + 1]:
            i += 1
        else:
            j += 1


def combined(left, right, base):
    base = sentences(base)
    left, right = changes(base, sentences(left)), changes(base, sentences(right))
    if left is None or right is None:
        return None
    for one in left:
        for other in right:
            if one == other:
                continue
            low, high = sorted((one, other), key=lambda change: change[0])
            if low[1] > high[0] or low[1] == high[0] and (low[0] == low[1] or high[0] == high[1]):
                return None
    result, reached = [], 0
    for first, last, pieces in sorted(left + [c for c in right if c not in left]):
        result += base[reached:first] + pieces
        reached = last
    return "".join(result + base[reached:])


def reaches(rule, start, goal):
    seen, waiting = set(), [start]
    while waiting:
        for word in rule.get(waiting.pop(), []):
            if word == goal:
                return True
            if word not in seen:
                seen.add(word)
                waiting.append(word)
    return False


def states_again(heads, base):
    """Whether the hub states the base again, in its author's name and on the base's page."""
    return base is not None and any(
        is_hub(unbase32(head["origin"]["name"].split("/")[0]))
        and head["origin"]["author"] == base["origin"]["author"]
        and head["origin"]["shown"] == base["origin"]["shown"]
        and agree(head["value"], base["value"]) for head in heads)


def decided(sides, base, policy, rule):
    """What the policies that know what values mean show: a value, or None for a dispute."""
    values = [side["value"] for side in sides]
    if policy == "text":
        texts = [base and base["value"]] + values
        if len(values) != 2 or not all(isinstance(text, str) for text in texts):
            return None
        text = combined(values[0], values[1], texts[0])
        if text is None or len(text.encode()) > rule["maximumBytes"]:
            return None
        return {"combined": text}
    if policy.startswith("ranked"):
        def above(mine, other):
            if mine is other:
                return True
            (high, day), (low, since) = [
                (rule["order"].index(v[rule["source"]]), order(v[rule["effective"]]))
                for v in (mine, other)]
            return (high, day) != (low, since) and high <= low and day >= since
    else:
        def above(mine, other):
            return mine is other or reaches(rule, other, mine) and not reaches(rule, mine, other)
    found = [mine for mine in values if all(above(mine, other) for other in values)]
    return {"chosen": found[0]} if found else None


def shown(unit, policy, rule=None):
    """What is seen of a unit, in the form of the vectors."""
    if unit is None:
        return None
    if "elements" in unit:
        return {"elements": [entry["element"] for entry in unit["elements"]]}
    if "total" in unit:
        return {"total": wrapped(sum(part["amount"] for part in unit["total"]))}
    if "log" in unit:
        return {"entries": [entry["value"] for entry in unit["log"]]}
    sides = []
    for head in unit["heads"]:
        side = next((side for side in sides if agree(side["value"], head["value"])), None)
        if side is None:
            side = {"value": head["value"], "names": []}
            sides.append(side)
        side["names"].append(head["origin"]["name"])
    if not sides:
        return None
    if len(sides) == 1:
        return {"settled": sides[0]["value"]}
    heads = unit["heads"]
    if policy.startswith("states") and states_again(heads, unit["base"]):
        policy = "review, previous"
    if policy == "text" or policy.startswith(("ranked", "states")):
        outcome = decided(sides, unit["base"], policy, rule)
        if outcome is not None:
            return outcome
        policy = "review, previous"
    words = rule["order"] if rule and "order" in rule else []

    def size(head):
        """Choices as the schema lists them, others as values are ordered."""
        value = head["value"]
        if words and isinstance(value, str):
            place = words.index(value) if value in words else len(words)
            return (order(value)[0], place, value)
        return order(value)
    latest = max(heads, key=lambda h: (h["origin"]["time_ms"], name_order(h["origin"]["name"])))
    largest = max(heads, key=size)
    smallest = min(heads, key=lambda h: (h["value"] is None, size(h)))
    if policy == "raise wins":
        raised = any(head["value"] is True for head in heads)
        policy = "review, most protective" if raised else "maximum"
    if policy.startswith("withdrawal wins"):
        others = [head for head in heads if head["value"] != rule["given"]]
        policy = "maximum" if len(others) == len(heads) else "review, most protective"
        largest = max(others, key=size)
    first = min(heads, key=lambda h: (h["origin"]["position"] or 1 << 64,
                                      name_order(h["origin"]["name"])))
    if policy in ("latest", "maximum", "minimum"):
        chosen = {"latest": latest, "maximum": largest, "minimum": smallest}[policy]
        return {"chosen": chosen["value"]}
    dispute = {"sides": sides}
    found = {"immutable": first, "review, previous": unit["base"], "review, newest": latest,
             "review, most protective": largest}[policy]
    if found is not None:
        dispute["shown"] = found["value"]
    return {"disputed": dispute}


# --- messages.md ---------------------------------------------------------------------------------------------

DISPOSITIONS = ["applied", "conflicted", "late", "held", "quarantined", "gap"]
NOTICES = ["decision", "returned", "fork", "question", "discarded", "assigned"]
LEAVES = {0: "reassigned", 2: "revoked"}


def read_receipt(data):
    reader = Reader(data)
    found = {"hub": reader.id(), "epoch": reader.id(), "replica": reader.id(),
             "first": reader.number(), "lastHash": base32(reader.raw(32)),
             "received_ms": reader.varint(MOMENT_MAX), "anchored": reader.position(),
             "entries": []}
    count = reader.varint(NUMBER_MAX)
    if count > 10_000:
        raise Refused("tooMany")
    if count < 1 or found["first"] + count > NUMBER_MAX:
        raise Refused("outOfRange")
    position, shift = 0, 0
    while len(found["entries"]) < count:
        length = reader.varint(count - len(found["entries"]))
        flags = reader.byte()
        if length < 1 or flags & 0x7F >= len(DISPOSITIONS):
            raise Refused("unknownTag")
        step = reader.zigzag()
        if step and not flags & 0x80:
            raise Refused("outOfRange")
        shift, reason = wrapped(shift + reader.zigzag()), reader.text()
        for _ in range(length):
            position += step
            if not 0 <= position <= NUMBER_MAX:
                raise Refused("outOfRange")
            found["entries"].append({
                "disposition": DISPOSITIONS[flags & 0x7F],
                "position": position if flags & 0x80 else None, "shift_ms": shift,
                "reason": reason})
    reader.finish()
    return found


def receipt(r):
    """The bytes of a receipt; of the ways to cut it into stretches, the one with the longest first."""
    out = unbase32(r["hub"]) + unbase32(r["epoch"]) + unbase32(r["replica"])
    out += varint(r["first"]) + unbase32(r["lastHash"])
    out += varint(r["received_ms"]) + varint(r["anchored"]) + varint(len(r["entries"]))
    position, shift, stretch = 0, 0, None
    stretches = []
    for entry in r["entries"]:
        step = 0 if entry["position"] is None else entry["position"] - position
        this = (entry["disposition"], entry["position"] is None, step, entry["shift_ms"],
                entry["reason"])
        if this != stretch:
            stretches.append([0, this])
            stretch = this
        stretches[-1][0] += 1
        position += step
    for count, (disposition, is_nowhere, step, later, reason) in stretches:
        out += varint(count)
        out += bytes([DISPOSITIONS.index(disposition) | (0 if is_nowhere else 0x80)])
        out += zigzag(step) + zigzag(wrapped(later - shift)) + text(reason)
        shift = later
    return out


def receipt_message(data):
    return b"hazama receipt 1\0" + data


def read_mark(data):
    reader = Reader(data)
    found = {"hub": reader.id(), "epoch": reader.id(), "number": reader.varint(NUMBER_MAX),
             "hash": base32(reader.raw(32)), "anchored": reader.position()}
    reader.finish()
    return found


def mark(m):
    out = unbase32(m["hub"]) + unbase32(m["epoch"]) + varint(m["number"])
    return out + unbase32(m["hash"]) + varint(m["anchored"])


def said_of(reader, read, name):
    """Counted bytes that `read` understands, and the signature over them."""
    return {name: read(reader.counted()), "signature": base32(reader.raw(64))}


def said_of_run(data, signature):
    reader = RunReader(data)
    said = {"changeSets": reader.change_sets(), "signature": base32(signature)}
    return {**said, "gaps": reader.gaps} if reader.gaps else said


def request_message(body, hub, epoch):
    return b"hazama sync 1\0" + unbase32(hub) + unbase32(epoch or NONE) + sha256(body)


def magic(data, kind):
    if len(data) < 4 or data[:2] != b"HZ" or data[3] != kind:
        raise Refused("notOurs")
    if data[2] != 1:
        raise Refused("unknownVersion")


def read_request(data, key, hub, epoch):
    magic(data, 1)
    if len(data) < 88:
        raise Refused("truncated")
    body = data[:-64]
    if not is_signed(key, data[-64:], request_message(body, hub, epoch)):
        raise Refused("signature")
    reader = Reader(body, 4)
    found = {"replica": reader.id(), "epochTag": reader.fixed(4),
             "mark": {"number": reader.varint(NUMBER_MAX), "check": reader.fixed(8)},
             "grantsVersion": reader.varint(), "cursors": []}
    scopes = 0
    for _ in range(reader.count(256)):
        count = reader.varint(256)
        scopes += count
        if count < 1:
            raise Refused("outOfRange")
        if scopes > 256:
            raise Refused("tooMany")
        found["cursors"].append({"count": count, "position": reader.position()})
    found["noticeCursor"] = reader.varint(NUMBER_MAX)
    found["writerCursor"] = reader.varint((1 << 32) - 1)
    flags = reader.varint(511)
    found["digest"] = base32(reader.raw(16)) if flags & 1 else None
    found["clock"] = {"wall_ms": reader.zigzag(), "monotonic_ms": reader.varint(),
                      "boot": reader.varint()}
    found["maximumDownBytes"] = reader.varint()
    found["isDryRun"], found["takesEcho"] = bool(flags & 2), bool(flags & 32)
    found["wantsCredential"] = bool(flags & 256)
    found["diskFree_MB"], found["pending"] = reader.varint(), reader.varint()
    found["unsettled"] = []
    for _ in range(reader.count(10_000)):
        found["unsettled"].append(reader.number())
        if not rise(found["unsettled"][-2:]):
            raise Refused("outOfOrder")
    found["proof"] = said_of(reader, read_mark, "mark") if flags & 4 else None
    found["receipts"] = []
    if flags & 8:
        shown = reader.count(1000)
        if shown < 1:
            raise Refused("outOfRange")
        found["receipts"] = [said_of(reader, read_receipt, "receipt") for _ in range(shown)]
    found["purges"] = []
    if flags & 16:
        gone = reader.count(16)
        if gone < 1:
            raise Refused("outOfRange")
        found["purges"] = [said_of(reader, read_purge, "purge") for _ in range(gone)]
    found["stretches"] = []
    if flags & 64:
        asked = reader.count(256)
        if asked < 1:
            raise Refused("outOfRange")
        for _ in range(asked):
            found["stretches"].append(read_stretch(reader, found["stretches"]))
    found["copies"] = []
    if flags & 128:
        given = reader.count(64)
        if given < 1:
            raise Refused("outOfRange")
        for _ in range(given):
            copy = {"record": reader.id(), "collection": reader.varint((1 << 16) - 1)}
            state = reader.counted()
            if len(state) > 1 << 20:
                raise Refused("tooMany")
            found["copies"].append({**copy, "state": base32(state)})
    runs = [(reader.counted(), reader.raw(64)) for _ in range(reader.count(16))]
    reader.finish()
    found["runs"] = [said_of_run(*run) for run in runs]
    return found


def read_stretch(reader, before):
    area, start, end = reader.varint((1 << 32) - 1), reader.raw(16), reader.raw(16)
    is_open = end == bytes(16)
    if area < 1 or not is_open and start >= end:
        raise Refused("outOfRange")
    if before:
        last = before[-1]
        beyond = last["to"] is not None and unbase32(last["to"]) <= start
        if not (last["area"] < area or last["area"] == area and beyond):
            raise Refused("outOfOrder")
    return {"area": area, "from": base32(start), "to": None if is_open else base32(end)}


def stretch(s):
    end = bytes(16) if s["to"] is None else unbase32(s["to"])
    return varint(s["area"]) + unbase32(s["from"]) + end


def read_purge(data):
    reader = Reader(data)
    found = {"hub": reader.id(), "replica": reader.id(), "at_ms": reader.zigzag(), "leaves": []}
    count, last = reader.count(10_000), 0
    if count < 1:
        raise Refused("outOfRange")
    for _ in range(count):
        step = reader.varint(NUMBER_MAX - last)
        if step < 1:
            raise Refused("outOfOrder")
        last += step
        found["leaves"].append(last)
    reader.finish()
    return found


def purge(p):
    out = unbase32(p["hub"]) + unbase32(p["replica"]) + zigzag(p["at_ms"])
    steps = [b - a for a, b in zip([0] + p["leaves"], p["leaves"])]
    return out + varint(len(steps)) + b"".join(map(varint, steps))


def request(r, seed, hub, epoch):
    out = b"HZ\1\1" + unbase32(r["replica"]) + r["epochTag"].to_bytes(4, "big")
    out += varint(r["mark"]["number"]) + fixed64(r["mark"]["check"])
    out += varint(r["grantsVersion"]) + varint(len(r["cursors"]))
    for cursors in r["cursors"]:
        out += varint(cursors["count"]) + varint(cursors["position"])
    out += varint(r["noticeCursor"]) + varint(r["writerCursor"])
    out += varint((r["digest"] is not None) | r["isDryRun"] << 1 | (r["proof"] is not None) << 2
                  | bool(r["receipts"]) << 3 | bool(r["purges"]) << 4 | r["takesEcho"] << 5
                  | bool(r["stretches"]) << 6 | bool(r["copies"]) << 7 | r["wantsCredential"] << 8)
    if r["digest"] is not None:
        out += unbase32(r["digest"])
    clock = r["clock"]
    out += zigzag(clock["wall_ms"]) + varint(clock["monotonic_ms"]) + varint(clock["boot"])
    out += varint(r["maximumDownBytes"]) + varint(r["diskFree_MB"]) + varint(r["pending"])
    out += varint(len(r["unsettled"])) + b"".join(map(varint, r["unsettled"]))
    if r["proof"] is not None:
        out += counted(mark(r["proof"]["mark"])) + unbase32(r["proof"]["signature"])
    if r["receipts"]:
        out += varint(len(r["receipts"]))
    for each in r["receipts"]:
        out += counted(receipt(each["receipt"])) + unbase32(each["signature"])
    if r["purges"]:
        out += varint(len(r["purges"]))
    for each in r["purges"]:
        body = purge(each["purge"])
        out += counted(body) + sign(seed, b"hazama purge 1\0" + body)
    if r["stretches"]:
        out += varint(len(r["stretches"])) + b"".join(map(stretch, r["stretches"]))
    if r["copies"]:
        out += varint(len(r["copies"]))
    for each in r["copies"]:
        out += unbase32(each["record"]) + varint(each["collection"])
        out += counted(unbase32(each["state"]))
    out += varint(len(r["runs"]))
    for each in r["runs"]:
        sets, gaps = each["changeSets"], each.get("gaps", [])
        out += counted(run(sets, gaps))
        out += sign(seed, run_message(*run_end(sets, gaps), gaps))
    return out + sign(seed, request_message(out, hub, epoch))


def read_response(data):
    magic(data, 2)
    reader = Reader(data, 4)
    found = {"requestTag": reader.fixed(8), "hub_ms": reader.varint(MOMENT_MAX)}
    flags = reader.byte()
    if flags & ~7:
        raise Refused("unknownTag")
    found["epoch"] = reader.id() if flags & 4 else None
    found.update(hasMore=bool(flags & 1), digestDiffers=bool(flags & 2),
                 lease_ms=reader.varint(MOMENT_MAX), merged=reader.numbers(), grants=None,
                 writers=[], people=[], receipts=[], pages=[], notices=[], estimate=None,
                 mark=None, leaves=[], echo=None, comparison=[], wanted=[],
                 credential=None)
    sections = reader.varint()
    last = -1
    while reader.left():
        tag = reader.varint()
        if tag < last or tag == last != 5:
            raise Refused("outOfOrder")
        last = tag
        sections -= 1
        part = reader.part(reader.count())
        if tag == 0:
            found["mark"] = said_of(part, read_mark, "mark")
        elif tag == 1:
            found["grants"] = read_grants(part)
        elif tag == 2:
            for _ in range(part.count()):
                number = part.varint(1 << 20)
                if number < 1:
                    raise Refused("outOfRange")
                if found["writers"] and number != found["writers"][-1]["number"] + 1:
                    raise Refused("outOfOrder")
                found["writers"].append(
                    {"number": number, "replica": part.id(), "author": part.id()})
        elif tag == 3:
            found["people"] = [{"id": part.id(), "name": part.text()}
                               for _ in range(part.count())]
        elif tag == 4:
            receipts = [(part.counted(), part.raw(64)) for _ in range(part.count())]
            found["receipts"] = [{"receipt": read_receipt(body), "signature": base32(signature)}
                                 for body, signature in receipts]
        elif tag == 5:
            found["pages"].append(read_page(part))
        elif tag == 6:
            found["notices"] = [read_notice(part) for _ in range(part.count())]
        elif tag == 7:
            found["estimate"] = {"records": part.varint(), "bytes": part.varint()}
        elif tag == 9:
            for _ in range(part.count()):
                leave = read_leave(part)
                if found["leaves"] and leave["number"] <= found["leaves"][-1]["number"]:
                    raise Refused("outOfOrder")
                found["leaves"].append(leave)
        elif tag == 10:
            records = part.varint(THINGS_MAX)
            if records < 1 or not found["pages"]:
                raise Refused("outOfRange")
            found["echo"] = {"records": records, "digest": base32(part.raw(16))}
        elif tag == 11:
            for _ in range(part.count(4096)):
                before = [each["stretch"] for each in found["comparison"]]
                found["comparison"].append(
                    {"stretch": read_stretch(part, before), "records": part.varint(NUMBER_MAX),
                     "digest": base32(part.raw(16)), "isWhole": part.flag()})
        elif tag == 12:
            found["wanted"] = [{"record": part.id(), "collection": part.varint((1 << 16) - 1)}
                               for _ in range(part.count(64))]
        elif tag == 13:
            found["credential"] = said_of(part, read_credential, "credential")
        else:
            continue
        part.finish()
    if sections:
        raise Refused("truncated" if sections > 0 else "trailing")
    return found


def read_grants(part):
    found = {"version": part.varint(), "grants": [], "areas": []}
    for _ in range(part.varint(256)):
        found["grants"].append(
            {"id": part.id(), "scope": part.id(), "isReadOnly": part.flag()})
    known = []
    for _ in range(part.count()):
        number, scope = part.varint((1 << 32) - 1), part.id()
        parent = part.varint((1 << 32) - 1)
        if number < 1 or parent and parent not in known or number in known:
            raise Refused("outOfOrder")
        known.append(number)
        found["areas"].append({"number": number, "scope": scope, "parent": parent or None,
                               "name": part.text()})
    return found


def read_leave(part):
    found = {"number": part.varint(NUMBER_MAX)}
    reason = part.byte()
    if reason not in LEAVES:
        raise Refused("unknownTag")
    found["reason"] = LEAVES[reason]
    kind = part.byte()
    if kind == 0:
        found.update(record=part.id(), collection=part.varint(65535))
    elif kind == 1:
        found["grant"] = part.id()
    else:
        raise Refused("unknownTag")
    return found


def read_page(part):
    found = {"grants": [part.varint(255) for _ in range(part.varint(256))],
             "through": part.position(), "records": []}
    form = part.byte()
    if form == 1 and part.data[part.at:part.at + 4] != b"\x28\xb5\x2f\xfd":
        raise Refused("malformedFrame")
    if form != 0:
        raise Refused("unknownTag")  # Python's library reads no zstd; no vector has a whole frame
    places = []
    while part.left():
        read_group(part, places, found["records"])
    return found


def steps(part, count):
    values, last = [], 0
    for _ in range(count):
        last = (last + part.zigzag()) % (1 << 64)
        values.append(last)
    return values


def read_group(part, places, records):
    collection, count = part.varint(65535), part.count()
    if count < 1:
        raise Refused("outOfRange")
    ids = [part.id() for _ in range(count)]
    for each in ids:
        if each not in places:
            places.append(each)
    areas = [part.varint((1 << 32) - 1) for _ in range(count)]
    positions = steps(part, count)
    if any(each > NUMBER_MAX for each in positions):
        raise Refused("outOfRange")
    shapes = []
    for _ in range(part.count()):
        shape = [part.varint(65535) for _ in range(part.count())]
        if any(a >= b for a, b in zip(shape, shape[1:])):
            raise Refused("outOfOrder")
        shapes.append(shape)
    kinds = [part.varint(len(shapes)) for _ in range(count)]
    plain = [place for place in range(count) if kinds[place]]
    writers = [part.varint() for _ in plain]
    numbers = steps(part, len(plain))
    origins = [positions[place] - part.zigzag() for place in plain]
    if any(each < 0 for each in origins):
        raise Refused("outOfRange")
    times = steps(part, len(plain))
    shown = [part.varint() for _ in plain]
    created = [part.byte() for _ in plain]
    if any(each > 1 for each in created):
        raise Refused("unknownTag")
    states = {}
    for index, place in enumerate(plain):
        states[place] = (b"\1" + varint(writers[index]) + varint(numbers[index]) + varint(origins[index])
                         + varint(times[index]) + varint(shown[index]) + bytes([created[index]])
                         + varint(len(shapes[kinds[place] - 1])))
    for unit in sorted({unit for shape in shapes for unit in shape}):
        last = 0
        for place in plain:
            if unit not in shapes[kinds[place] - 1]:
                continue
            if part.data[part.at:part.at + 1] == b"\t":
                part.byte()
                last += part.zigzag()
                if not 0 <= last < len(places):
                    raise Refused("outOfRange")
                content = b"\7" + unbase32(places[last])
            else:
                content = value(part.value())
            states[place] += varint(unit) + b"\4" + content
    lengths = [part.count() for place in range(count) if not kinds[place]]
    for place, length in zip([place for place in range(count) if not kinds[place]], lengths):
        states[place] = part.raw(length)
    for place in range(count):
        records.append({"collection": collection, "record": ids[place], "area": areas[place],
                        "position": positions[place], "state": base32(states[place])})


def read_notice(part):
    found = {"number": part.varint(NUMBER_MAX)}
    kind = part.byte()
    if kind >= len(NOTICES):
        raise Refused("unknownTag")
    found.update(kind=NOTICES[kind], at_ms=part.varint(MOMENT_MAX), by=part.optional(part.id),
                 record=part.optional(part.id), collection=part.optional(lambda: part.varint(65535)),
                 unit=part.optional(lambda: part.varint(65535)))
    for key in ("value", "yours"):
        if part.flag():
            found[key] = part.value()
    found["reason"] = part.text()
    return found


def read_simple(data):
    """A state that page columns take apart; None for any other."""
    part = Reader(data)
    try:
        if part.byte() != 1:
            return None
        found = {"writer": part.varint(), "number": part.number(), "position": part.position(),
                 "time": part.varint(MOMENT_MAX), "shown": part.varint(NUMBER_MAX + 1),
                 "created": part.byte(), "units": []}
        for _ in range(part.count()):
            unit = part.varint(65535)
            if part.byte() != 4:
                return None
            found["units"].append((unit, part.value()))
        part.finish()
    except Refused:
        return None
    return found if found["created"] <= 1 and (found["units"] or found["created"]) else None


def written_steps(numbers):
    out, last = b"", 0
    for number in numbers:
        out += zigzag(wrapped(number - last))
        last = number
    return out


def page_group(group, places):
    for record in group:
        if record["record"] not in places:
            places.append(record["record"])
    states = [unbase32(record["state"]) for record in group]
    found = [read_simple(state) for state in states]
    simple = [(record, each) for record, each in zip(group, found) if each]
    shapes = []
    for _, each in simple:
        shape = [unit for unit, _ in each["units"]]
        if shape not in shapes:
            shapes.append(shape)
    out = varint(group[0]["collection"]) + varint(len(group))
    out += b"".join(unbase32(record["record"]) for record in group)
    out += b"".join(varint(record["area"]) for record in group)
    out += written_steps(record["position"] for record in group)
    out += varint(len(shapes))
    for shape in shapes:
        out += varint(len(shape)) + b"".join(map(varint, shape))
    out += b"".join(varint(shapes.index([unit for unit, _ in each["units"]]) + 1 if each else 0)
                    for each in found)
    out += b"".join(varint(each["writer"]) for _, each in simple)
    out += written_steps(each["number"] for _, each in simple)
    out += b"".join(zigzag(record["position"] - each["position"]) for record, each in simple)
    out += written_steps(each["time"] for _, each in simple)
    out += b"".join(varint(each["shown"]) for _, each in simple)
    out += bytes(each["created"] for _, each in simple)
    for unit in sorted({unit for shape in shapes for unit in shape}):
        last = 0
        for _, each in simple:
            for content in [content for known, content in each["units"] if known == unit]:
                written = value(content)
                if written[0] == 7 and base32(written[1:]) in places:
                    place = places.index(base32(written[1:]))
                    out += b"\t" + zigzag(place - last)
                    last = place
                else:
                    out += written
    others = [state for state, each in zip(states, found) if not each]
    return out + b"".join(varint(len(each)) for each in others) + b"".join(others)


def response(r, keys):
    """The bytes of an answer. `keys` gives the seed that signs receipts, or the signatures are copied."""
    def section(tag, content):
        sections.append(varint(tag) + counted(content))

    out = b"HZ\1\2" + fixed64(r["requestTag"]) + varint(r["hub_ms"])
    out += bytes([r["hasMore"] | r["digestDiffers"] << 1 | (r["epoch"] is not None) << 2])
    out += unbase32(r["epoch"]) if r["epoch"] is not None else b""
    out += varint(r["lease_ms"]) + numbers(r["merged"])
    sections = []
    if r["mark"]:
        section(0, counted(mark(r["mark"]["mark"])) + unbase32(r["mark"]["signature"]))
    if r["grants"]:
        content = varint(r["grants"]["version"]) + varint(len(r["grants"]["grants"]))
        for grant in r["grants"]["grants"]:
            content += unbase32(grant["id"]) + unbase32(grant["scope"])
            content += bytes([grant["isReadOnly"]])
        content += varint(len(r["grants"]["areas"]))
        for area in r["grants"]["areas"]:
            content += varint(area["number"]) + unbase32(area["scope"])
            content += varint(area["parent"] or 0) + text(area["name"])
        section(1, content)
    if r["writers"]:
        section(2, varint(len(r["writers"])) + b"".join(
            varint(w["number"]) + unbase32(w["replica"]) + unbase32(w["author"])
            for w in r["writers"]))
    if r["people"]:
        section(3, varint(len(r["people"])) + b"".join(
            unbase32(p["id"]) + text(p["name"]) for p in r["people"]))
    if r["receipts"]:
        section(4, varint(len(r["receipts"])) + b"".join(
            counted(receipt(each["receipt"])) + unbase32(each["signature"])
            for each in r["receipts"]))
    for page in r["pages"]:
        content = varint(len(page["grants"])) + b"".join(map(varint, page["grants"]))
        content += varint(page["through"])
        content += b"\0"
        groups, places = [], []
        for record in page["records"]:
            if not groups or groups[-1][0]["collection"] != record["collection"]:
                groups.append([])
            groups[-1].append(record)
        for group in groups:
            content += page_group(group, places)
        section(5, content)
    if r["notices"]:
        content = varint(len(r["notices"]))
        for notice in r["notices"]:
            content += varint(notice["number"]) + bytes([NOTICES.index(notice["kind"])])
            content += varint(notice["at_ms"]) + optional(notice["by"], unbase32)
            content += optional(notice["record"], unbase32)
            content += optional(notice["collection"], varint) + optional(notice["unit"], varint)
            for key in ("value", "yours"):
                content += b"\1" + value(notice[key]) if key in notice else b"\0"
            content += text(notice["reason"])
        section(6, content)
    if r["estimate"]:
        section(7, varint(r["estimate"]["records"]) + varint(r["estimate"]["bytes"]))
    if r["leaves"]:
        content = varint(len(r["leaves"]))
        for leave in r["leaves"]:
            content += varint(leave["number"]) + bytes([key for key in LEAVES if LEAVES[key] == leave["reason"]])
            if "grant" in leave:
                content += b"\1" + unbase32(leave["grant"])
            else:
                content += b"\0" + unbase32(leave["record"]) + varint(leave["collection"])
        section(9, content)
    if r["echo"]:
        section(10, varint(r["echo"]["records"]) + unbase32(r["echo"]["digest"]))
    if r["comparison"]:
        section(11, varint(len(r["comparison"])) + b"".join(
            stretch(each["stretch"]) + varint(each["records"]) + unbase32(each["digest"])
            + bytes([each["isWhole"]]) for each in r["comparison"]))
    if r["wanted"]:
        section(12, varint(len(r["wanted"])) + b"".join(
            unbase32(each["record"]) + varint(each["collection"]) for each in r["wanted"]))
    if r["credential"]:
        section(13, counted(credential(r["credential"]["credential"]))
                + unbase32(r["credential"]["signature"]))
    return out + varint(len(sections)) + b"".join(sections)


def read_code(typed):
    try:
        data = unbase32(forgiven(typed))
    except Refused:
        raise Refused("code")
    if len(data) != 51 or data[0] != 1 or sha256(data[:49])[:2] != data[49:]:
        raise Refused("code")
    return data[1:17], data[17:49]


def enrolment_message(body):
    return (b"hazama enrol 1\0" + unbase32(body["secret"]) + unbase32(body["replica"])
            + unbase32(body["key"]) + body["deviceName"].encode())


# --- the files -----------------------------------------------------------------------------------------------


def same(left, right):
    """Equality that tells yes from 1."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def expect(left, right, what):
    if not same(left, right):
        raise AssertionError("%s\n  found    %r\n  expected %r" % (what, left, right))


def hexed(found):
    return bytes.fromhex("".join(found) if isinstance(found, list) else found)


HOME = base32(bytes([1] * 16))

FORMS = {
    "varint": (Reader.varint, varint), "zigzag": (Reader.zigzag, zigzag),
    "value": (Reader.value, value), "numbers": (Reader.numbers, numbers),
}


def read_form(form, data):
    reader = Reader(data)
    found = FORMS[form][0](reader)
    reader.finish()
    return found


def check_encoding(v):
    found = []
    for case in v["cases"]:
        data = hexed(case["bytes"])
        if v["form"] == "base32":
            expect(base32(data), case["value"], "base 32")
            expect(unbase32(case["value"]), data, "base 32 read")
            continue
        expect(read_form(v["form"], data), case["value"], v["form"])
        expect(FORMS[v["form"]][1](case["value"]), data, v["form"] + " written")
        found.append(case["value"])
    if v["form"] == "value":
        expect(rise(list(map(order, found))), True, "the order of values")


def check_clock(v):
    milliseconds, counter = 0, 0
    for tick in v.get("ticks", []):
        wall = moment(tick["wall_ms"])
        if wall > milliseconds:
            milliseconds, counter = wall, 0
        elif counter < 65535:
            counter += 1
        else:
            milliseconds, counter = milliseconds + 1, 0
        expect([milliseconds, counter], [tick["milliseconds"], tick["counter"]], "a tick")
    for case in v.get("cases", []):
        found = corrected(case["time"], case["sent"], case["hub_ms"])
        expect(found, case["corrected_ms"], case["about"])
        estimate = clamped(case["time"]["wall_ms"] + (case["time"]["offset_ms"] or 0))
        expect(moment(estimate), case["estimate_ms"], case["about"])


def check_change_set(v):
    s = v["changeSet"]
    expect(envelope(s), hexed(v["envelope"]), "envelope")
    expect([payload(change) for change in s["changes"]], list(map(hexed, v["payloads"])), "payloads")
    expect([salt(s, place) for place in range(len(s["changes"]))], list(map(hexed, v["salts"])),
           "salts")
    expect(payload_hashes(s), list(map(hexed, v["payloadHashes"])), "payload hashes")
    expect(hash_of(s), hexed(v["hash"]), "hash")
    expect(len(envelope(s)) + sum(len(payload(c)) for c in s["changes"]), v["size"], "size")


def check_run(v):
    data = hexed(v["bytes"])
    reader, gaps = RunReader(data), v.get("gaps", [])
    found = reader.change_sets()
    expect(found, v["changeSets"], "change sets")
    expect(reader.gaps, gaps, "gaps")
    expect(run(v["changeSets"], gaps), data, "run written")
    message = run_message(*run_end(found, gaps), gaps)
    expect(is_signed(hexed(v["key"]), hexed(v["signature"]), message), True, "signature")


def check_state(v):
    data = hexed(v["bytes"])
    expect({"record": HOME, "collection": 1, **read_state(data, v["writers"])}, v["state"], "state")
    expect(state(v["state"], v["writers"]), data, "state written")
    expect(digest(v["state"]["record"], data), hexed(v["digest"]), "digest")


def check_merge(v):
    s = {"record": v["record"], "collection": v["collection"], "created": None, "units": []}
    merged = set()
    for arrival in v["arrivals"]:
        merge(s, arrival["change"], arrival["origin"], merged)
        merged.add(arrival["origin"]["name"])
    for unit in s["units"]:
        if v["base"] and unit["unit"] == v["unit"]:
            found = next(a for a in v["arrivals"] if a["origin"]["name"] == v["base"])
            unit["base"] = {"origin": found["origin"],
                            "value": found["change"]["writes"][0]["set"]}
    expect(s, v["state"], "the state that comes out")
    expect(state(s, v["writers"]), hexed(v["bytes"]), "its bytes")
    unit = next((u for u in s["units"] if u["unit"] == v["unit"]), None)
    expect(shown(unit, v["policy"], v["rule"]), v["shown"], "what is shown")


def check_receipt(v):
    data = hexed(v["bytes"])
    expect(read_receipt(data), v["receipt"], "receipt")
    expect(receipt(v["receipt"]), data, "receipt written")
    signed = is_signed(hexed(v["key"]), hexed(v["signature"]), receipt_message(data))
    expect(signed, True, "signature")


def check_request(v):
    data = hexed(v["bytes"])
    found = read_request(data, hexed(v["key"]), v["hub"], v["epoch"])
    expect(found, v["request"], "request")
    expect(sha256(data)[:8], hexed(v["tag"]), "tag")
    seed = bytes([10] * 32)
    expect(public_key(seed), hexed(v["key"]), "the key of thirty-two times 0a")
    expect(request(found, seed, v["hub"], v["epoch"]), data, "request written")


def check_response(v):
    data = hexed(v["bytes"])
    expect(read_response(data), v["response"], "answer")
    # What a later version added is skipped, and so neither counted nor written again.
    expect(response(v["response"], None), hexed(v.get("written", v["bytes"])), "answer written")


def check_enrolment(v):
    if "code" in v:
        for typed in v["typed"] + [v["code"]]:
            expect(list(read_code(typed)), [hexed(v["secret"]), hexed(v["authority"])], "code")
        content = b"\1" + hexed(v["secret"]) + hexed(v["authority"])
        printed = base32(content + sha256(content)[:2]).upper()
        groups = [printed[place:place + 5] for place in range(0, len(printed), 5)]
        expect("-".join(groups), v["code"], "code printed")
        return
    expect(public_key(hexed(v["seed"])), hexed(v["key"]), "public key")
    signature = sign(hexed(v["seed"]), enrolment_message(v["body"]))
    expect(base32(signature), v["body"]["signature"], "signature")


def check_exchange(v):
    seeds = {device["replica"]: hexed(device["seed"]) for device in v["devices"]}
    hashes, writers = {}, {}
    for device in v["devices"]:
        head = bytes(32)
        for s in device["changeSets"]:
            expect(s["previous"], base32(head), "the chain")
            head = hash_of(s)
            expect(base32(head), s["hash"], "hash")
            hashes[s["name"]] = head
    for step in v["steps"]:
        if step["path"] == "/v1/enrol":
            body = step["request"]
            signature = sign(seeds[body["replica"]], enrolment_message(body))
            expect(base32(signature), body["signature"], step["name"])
            expect(step["answer"]["hub"], v["hub"], step["name"])
            expect(unbase32(step["answer"]["receiptKey"]), hexed(v["receiptKey"]), step["name"])
            continue
        data = hexed(step["request"])
        replica = step["requestSays"]["replica"]
        seed = seeds[replica]
        found = read_request(data, public_key(seed), v["hub"], step["epoch"])
        expect(found, step["requestSays"], step["name"])
        expect(request(found, seed, v["hub"], step["epoch"]), data, step["name"] + ": request")
        answer = hexed(step["answer"])
        found = read_response(answer)
        expect(found, step["answerSays"], step["name"])
        expect(response(found, None), answer, step["name"] + ": answer")
        expect(found["requestTag"], int.from_bytes(sha256(data)[:8], "big"), "tag")
        for each in found["receipts"]:
            body = receipt(each["receipt"])
            signed = is_signed(
                hexed(v["receiptKey"]), unbase32(each["signature"]), receipt_message(body))
            expect(signed, True, "a receipt's signature")
            last = each["receipt"]["first"] + len(each["receipt"]["entries"]) - 1
            named = "%s/%d" % (each["receipt"]["replica"], last)
            expect(each["receipt"]["lastHash"], base32(hashes[named]), "a receipt's last hash")
        if found["mark"]:
            signed = is_signed(
                hexed(v["receiptKey"]), unbase32(found["mark"]["signature"]),
                b"hazama mark 1\0" + mark(found["mark"]["mark"]))
            expect(signed, True, "a mark's signature")
        known = writers.setdefault(replica, [])
        for writer in found["writers"]:
            pair = {"replica": writer["replica"], "author": writer["author"]}
            if writer["number"] == len(known) + 1:
                known.append(pair)
            expect(known[writer["number"] - 1], pair, "a writer keeps its number")
        records = [record for page in found["pages"] for record in page["records"]]
        expect(len(records), len(step["states"]), step["name"] + ": states")
        for record, says in zip(records, step["states"]):
            data = unbase32(record["state"])
            head = {"record": record["record"], "collection": record["collection"]}
            expect({**head, **read_state(data, known)}, says, step["name"] + ": a state")
            expect(state(says, known), data, step["name"] + ": a state written")


# --- files.md ------------------------------------------------------------------------------------------------

FILE_MAX, PART_MAX = 16_777_216, 1_048_576


def file_message(hub, data):
    return b"hazama file 1\0" + unbase32(hub) + sha256(data)


def read_magic(reader, last):
    magic = reader.data[:4]
    if len(magic) < 4 or magic[:2] != b"HZ" or magic[3] != last:
        raise Refused("notOurs")
    if magic[2] != 1:
        raise Refused("unknownVersion")
    reader.raw(4)


def read_file(data, key, hub):
    reader = Reader(data)
    read_magic(reader, 5)
    if len(data) < 84:
        raise Refused("truncated")
    body, signature = data[:-64], data[-64:]
    if not is_signed(key, signature, file_message(hub, body)):
        raise Refused("signature")
    reader = Reader(body, 4)
    found = {"replica": reader.id(), "hash": base32(reader.raw(32)), "offset": reader.varint(FILE_MAX)}
    act = reader.byte()
    if act > 1:
        raise Refused("unknownTag")
    if act:
        found["get"] = reader.varint(PART_MAX)
    else:
        found["put"] = reader.raw(reader.count(PART_MAX)).hex()
    reader.finish()
    return found


def check_file(v):
    data = hexed(v["bytes"])
    found = read_file(data, hexed(v["key"]), v["hub"])
    says = dict(v["request"])
    if "put" in says:
        says["put"] = hexed(says["put"]).hex()
    expect(found, says, "request")
    part = varint(found["get"]) if "get" in found else counted(bytes.fromhex(found["put"]))
    body = (b"HZ\1\5" + unbase32(found["replica"]) + unbase32(found["hash"]) + varint(found["offset"])
            + bytes(["get" in found]) + part)
    expect(body + sign(bytes([10] * 32), file_message(v["hub"], body)), data, "request written")
    answer = hexed(v["answer"])
    reader = Reader(answer)
    read_magic(reader, 6)
    expect(reader.raw(8), sha256(data)[:8], "tag")
    said = {"whole": reader.byte() == 1, "offset": reader.varint(FILE_MAX),
            "bytes": reader.raw(reader.count(PART_MAX)).hex()}
    reader.finish()
    expect(said, dict(v["said"], bytes=hexed(v["said"]["bytes"]).hex()), "answer")


# --- bundle.md -----------------------------------------------------------------------------------------------


def read_credential(data):
    reader = Reader(data)
    found = {"hub": reader.id(), "replica": reader.id(), "key": base32(reader.raw(32)),
             "person": reader.id(), "name": reader.text(), "issued_ms": reader.varint(MOMENT_MAX),
             "until_ms": reader.varint(MOMENT_MAX), "scopes": []}
    for _ in range(reader.count(256)):
        found["scopes"].append(reader.id())
        if not rise([unbase32(scope) for scope in found["scopes"][-2:]]):
            raise Refused("outOfOrder")
    reader.finish()
    return found


def credential(c):
    out = unbase32(c["hub"]) + unbase32(c["replica"]) + unbase32(c["key"]) + unbase32(c["person"])
    out += text(c["name"]) + varint(c["issued_ms"]) + varint(c["until_ms"])
    return out + varint(len(c["scopes"])) + b"".join(map(unbase32, c["scopes"]))


def read_receipts(data):
    reader = Reader(data)
    read_magic(reader, 4)
    found = {"mark": said_of(reader, read_mark, "mark")}
    found["receipts"] = [said_of(reader, read_receipt, "receipt") for _ in range(reader.count())]
    reader.finish()
    return found


def read_card(data):
    reader = Reader(data)
    read_magic(reader, 7)
    found = {"credential": said_of(reader, read_credential, "credential"),
             "sealingKey": base32(reader.raw(32))}
    reader.raw(64)
    reader.finish()
    return found


def read_shared(data):
    reader = Reader(data)
    found = {"credential": said_of(reader, read_credential, "credential"),
             "bundle": base32(reader.counted()), "first": reader.number(),
             "previous": base32(reader.raw(32)), "parts": []}
    for _ in range(reader.count(10_000)):
        kind = reader.byte()
        if kind > 1:
            raise Refused("unknownTag")
        if kind:
            found["parts"].append({"changeSets": RunReader(reader.counted()).change_sets()})
            continue
        count = reader.varint(10_000)
        if count < 1:
            raise Refused("outOfRange")
        found["parts"].append({"count": count, "head": base32(reader.raw(32))})
    reader.finish()
    return found


READ_BUNDLES = {"receipts": read_receipts, "card": read_card, "shared": read_shared}


def check_bundle(v):
    data, key = hexed(v["bytes"]), hexed(v["key"])
    found = READ_BUNDLES[v["form"]](data)
    expect(found, v["says"], v["form"])

    def said(words, body, each):
        expect(is_signed(key, unbase32(each["signature"]), words + body), True, "signature")
        return counted(body) + unbase32(each["signature"])

    if v["form"] == "receipts":
        written = b"HZ\1\4" + said(b"hazama mark 1\0", mark(found["mark"]["mark"]), found["mark"])
        written += varint(len(found["receipts"])) + b"".join(
            said(b"hazama receipt 1\0", receipt(each["receipt"]), each) for each in found["receipts"])
        expect(written, data, "receipts written")
        return
    who = found["credential"]
    shown = said(b"hazama credential 1\0", credential(who["credential"]), who)
    if v["form"] == "card":
        written = b"HZ\1\7" + shown + unbase32(found["sealingKey"])
        own = is_signed(unbase32(who["credential"]["key"]), data[-64:], b"hazama card 1\0" + written)
        expect(own, True, "the device's signature")
        expect(written, data[:-64], "card written")
        return
    written = shown + counted(unbase32(found["bundle"])) + varint(found["first"])
    written += unbase32(found["previous"]) + varint(len(found["parts"]))
    number, head = found["first"], found["previous"]
    for part in found["parts"]:
        if "count" in part:
            written += b"\0" + varint(part["count"]) + unbase32(part["head"])
            number, head = number + part["count"], part["head"]
            continue
        written += b"\1" + counted(run(part["changeSets"]))
        for each in part["changeSets"]:
            named = "%s/%d" % (who["credential"]["replica"], number)
            expect((each["name"], each["previous"]), (named, head), "the chain")
            number, head = number + 1, base32(hash_of(each))
    expect(written, data, "shared bundle written")


CHECKS = {
    "encoding": check_encoding, "clock": check_clock, "change-set": check_change_set,
    "run": check_run, "state": check_state, "merge": check_merge, "receipt": check_receipt,
    "request": check_request, "response": check_response, "enrolment": check_enrolment,
    "exchange": check_exchange, "file": check_file, "bundle": check_bundle,
}


def refuse(kind, v):
    """Reads what has to be refused."""
    if kind == "encoding":
        return unbase32(v["text"]) if "text" in v else read_form(v["form"], hexed(v["bytes"]))
    if kind == "run":
        return RunReader(hexed(v["bytes"])).change_sets()
    if kind == "state":
        return read_state(hexed(v["bytes"]), v["writers"])
    if kind == "receipt":
        data = hexed(v["bytes"])
        read_receipt(data)
        if not is_signed(hexed(v["key"]), hexed(v["signature"]), receipt_message(data)):
            raise Refused("signature")
    elif kind == "request":
        return read_request(hexed(v["bytes"]), hexed(v["key"]), v["hub"], v["epoch"])
    elif kind == "file":
        return read_file(hexed(v["bytes"]), hexed(v["key"]), v["hub"])
    elif kind == "bundle":
        return READ_BUNDLES[v["form"]](hexed(v["bytes"]))
    elif kind == "response":
        return read_response(hexed(v["bytes"]))
    elif "typed" in v:
        return read_code(v["typed"])
    elif is_small_order(hexed(v["key"])):
        raise Refused("key")
    return None


def main():
    root = os.path.dirname(os.path.abspath(__file__))
    count, failures = 0, 0
    for folder, _, files in sorted(os.walk(root)):
        for file in sorted(files):
            if not file.endswith(".json"):
                continue
            path = os.path.relpath(os.path.join(folder, file), root)
            kind = path.split(os.sep)[0]
            count += 1
            try:
                with open(os.path.join(folder, file), encoding="utf-8") as stream:
                    v = json.load(stream)
                if os.sep + "invalid" + os.sep in path:
                    try:
                        refuse(kind, v)
                        found = "accepted"
                    except Refused as refusal:
                        found = str(refusal)
                    expect(found, v["error"], v["about"])
                else:
                    CHECKS[kind](v)
            except Exception as error:  # One line for each file that is wrong, whatever is wrong with it.
                failures += 1
                print("%s: %s: %s" % (path, type(error).__name__, error))
    print("%d vectors, %d wrong" % (count, failures))
    return 1 if failures or not count else 0


if __name__ == "__main__":
    sys.exit(main())
