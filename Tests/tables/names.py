#!/usr/bin/env python3
"""Makes Sources/Fieldwork/Matching/NameTables.swift from the Unicode character database.

    python3 Tests/tables/names.py [/usr/share/unicode]

The folder is that of Debian's package `unicode-data`: UnicodeData.txt, and the Unihan files packed
with bzip2. The same files give the same bytes.
"""
import bz2
import sys
import unicodedata
from pathlib import Path

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode")
target = Path(__file__).resolve().parents[2] / "Sources/Fieldwork/Matching/NameTables.swift"
FIRST, LAST = 0x3400, 0x9FFF


def unihan(name):
    """Yields (code point, field, value) of one Unihan file, and notes its version."""
    with bz2.open(folder / f"Unihan_{name}.txt.bz2", "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("# Unicode version:"):
                versions.add(line.split()[-1])
            if line.startswith("U+"):
                point, field, value = line.rstrip("\n").split("\t")
                yield int(point[2:], 16), field, value


def plain(syllable):
    """A syllable without its tone, ü as v: the letters a Chinese keyboard is typed with."""
    letters = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha()).lower()


versions = set()
readings = {}
for point, field, value in unihan("Readings"):
    if field == "kMandarin" and FIRST <= point <= LAST:
        readings[point] = plain(value.split()[0])

simplified, related = {}, {}
for point, field, value in unihan("Variants"):
    others = [int(word.split("<")[0][2:], 16) for word in value.split()]
    others = [other for other in others if other != point]
    if field == "kSimplifiedVariant" and others:
        simplified[point] = others[0]
    if field in ("kZVariant", "kSemanticVariant") and others:
        related.setdefault(point, []).extend(others)

# The same character in another form: the simplified one where there is one, else the one that
# another form of it is simplified to.
forms = dict(simplified)
for point, others in related.items():
    if point in forms:
        continue
    targets = [simplified.get(other, other) for other in others if other in simplified]
    if targets and targets[0] != point:
        forms[point] = targets[0]

# Japanese forms of names: the old one is what both are compared by.
for point, field, value in unihan("OtherMappings"):
    if field == "kJinmeiyoKanji" and ":U+" in value:
        modern = int(value.split(":U+")[1].split()[0], 16)
        forms.setdefault(modern, simplified.get(point, point))

# Two that are forms of each other and of nothing else.
for point, others in related.items():
    other = others[0]
    if len(set(others)) == 1 and related.get(other, []) == [point] and point < other:
        if point not in forms and other not in forms:
            forms[other] = point

bases = {}
with open(folder / "UnicodeData.txt", encoding="ascii") as lines:
    for line in lines:
        cells = line.split(";")
        point, parts = int(cells[0], 16), cells[5].split()
        if parts and not parts[0].startswith("<"):
            bases[point] = int(parts[0], 16)
        if 0xF900 <= point <= 0xFAFF and len(parts) == 1:
            forms[point] = forms.get(int(parts[0], 16), int(parts[0], 16))
forms = {a: b for a, b in forms.items() if a <= 0xFFFF and b <= 0xFFFF}
# Once is enough: no form leads to another.
forms = {a: forms.get(b, b) for a, b in forms.items() if forms.get(b, b) != a}

# Letters that carry a stroke don't decompose.
strokes = {"Ø": "o", "ø": "o", "Ł": "l", "ł": "l", "Đ": "d", "đ": "d", "Ð": "d", "ð": "d",
           "Þ": "t", "þ": "t", "ß": "s", "Æ": "a", "æ": "a", "Œ": "o", "œ": "o", "ı": "i"}


def base(point):
    while point in bases:
        point = bases[point]
    letter = strokes.get(chr(point), chr(point)).lower()
    return letter if len(letter) == 1 and letter.isascii() and letter.isalpha() else "."


syllables = sorted(set(readings.values()))
alphabet = "".join(chr(c) for c in range(0x23, 0x7F) if chr(c) != "\\")
assert len(syllables) < len(alphabet) ** 2 - 1
code = {s: alphabet[i // len(alphabet)] + alphabet[i % len(alphabet)] for i, s in enumerate(syllables)}
table = "".join(code.get(readings.get(p), "!!") for p in range(FIRST, LAST + 1))
latin = "".join(base(p) for p in range(0xC0, 0x250))
vietnamese = "".join(base(p) for p in range(0x1E00, 0x1F00))


def literal(text, width=88):
    lines = [text[i:i + width] for i in range(0, len(text), width)]
    return '#"""\n' + "\\#\n".join("        " + line for line in lines) + '\n        """#'


pairs = sorted(forms.items())
(version,) = versions
out = f"""// Made by Tests/tables/names.py from the Unicode character database, version {version}. Don't edit.
//
// Copyright © 1991-2022 Unicode, Inc. All rights reserved. Distributed under the Terms of Use in
// https://www.unicode.org/copyright.html; modified: what names need was taken out and packed. The
// licence is in docs/licences/unicode.md.

/// What is known of the characters of names, packed: texts, so that they cost nothing until asked.
enum NameTables {{
    /// The first character with a reading.
    static let first: UInt32 = 0x{FIRST:X}

    /// Two characters for each from `first` on: the place of its Mandarin reading in `syllables`,
    /// to the base of `alphabet`. `!!` where it has none. Source: Unihan, kMandarin.
    static let readings =
        {literal(table)}

    /// The digits of `readings`, from 0.
    static let alphabet =
        #"{alphabet}"#

    /// The readings without their tones, in order.
    static let syllables =
        {literal(" ".join(syllables))}

    /// Characters that are other forms of those in `plainForms`, rising. Source: Unihan,
    /// kSimplifiedVariant, kSemanticVariant, kZVariant, kJinmeiyoKanji; compatibility
    /// ideographs by their decomposition.
    static let otherForms =
        {literal("".join(chr(a) for a, _ in pairs), 44)}

    /// In the same order, the form they are compared in.
    static let plainForms =
        {literal("".join(chr(b) for _, b in pairs), 44)}

    /// The letters of U+00C0 to U+024F without their marks; a dot where there is none.
    static let latin =
        {literal(latin)}

    /// The letters of U+1E00 to U+1EFF without their marks; a dot where there is none.
    static let latinAdditional =
        {literal(vietnamese)}
}}
"""
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(out, encoding="utf-8")
print(f"{len(readings)} readings, {len(syllables)} syllables, {len(pairs)} forms, {len(out)} characters")
