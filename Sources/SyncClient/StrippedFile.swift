/// A file as it may leave the machine: without what a camera or a program wrote into it of places,
/// people and machines.
///
/// JPEG, PNG and WebP are taken apart and put together again from what shows the picture; which way
/// up a JPEG is stays. Of other kinds nothing is known here: they stay as they are, and
/// `isStripped` says so.
public struct StrippedFile: Hashable, Sendable {
    public let bytes: [UInt8]
    /// A media type.
    public let type: String
    /// Whether nothing but the picture is left.
    public let isStripped: Bool
    /// Whether it is of a kind in which cameras write where they were, and which is not taken apart
    /// here: nobody should send one without knowing.
    public let mayTellPlace: Bool

    /// Reads a file; `nil` for one that says it is a picture and is none.
    public init?(_ original: [UInt8]) {
        mayTellPlace = Self.isFilm(original) || Self.isTIFF(original)
        if original.starts(with: [0xff, 0xd8, 0xff]) {
            guard let picture = Self.jpeg(original) else { return nil }
            (bytes, type, isStripped) = (picture, "image/jpeg", true)
        } else if original.starts(with: Self.pngSignature) {
            guard let picture = Self.png(original) else { return nil }
            (bytes, type, isStripped) = (picture, "image/png", true)
        } else if original.starts(with: Array("RIFF".utf8)), Self.name(original, 8) == "WEBP" {
            guard let picture = Self.webP(original) else { return nil }
            (bytes, type, isStripped) = (picture, "image/webp", true)
        } else {
            bytes = original
            type =
                original.starts(with: Array("%PDF-".utf8))
                ? "application/pdf" : "application/octet-stream"
            isStripped = false
        }
    }

    /// HEIC, AVIF, MP4 and MOV. Source: ISO/IEC 14496-12, 4.3.
    private static func isFilm(_ bytes: [UInt8]) -> Bool {
        ["ftyp", "moov", "mdat", "wide"].contains(name(bytes, 4))
    }

    /// TIFF, and the raw files of cameras, which are made like it. Source: TIFF 6.0, 2.
    private static func isTIFF(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x49, 0x49, 42, 0]) || bytes.starts(with: [0x4d, 0x4d, 0, 42])
    }

    /// The four letters at a place; empty where the bytes end before.
    private static func name(_ bytes: [UInt8], _ place: Int) -> String {
        guard place + 4 <= bytes.count else { return "" }
        return String(decoding: bytes[place..<(place + 4)], as: UTF8.self)
    }

    // MARK: JPEG. Source: ITU-T T.81, annex B.

    private static func jpeg(_ bytes: [UInt8]) -> [UInt8]? {
        var kept: [UInt8] = [0xff, 0xd8]
        var orientation: UInt8?
        var place = 2
        while true {
            guard place + 1 < bytes.count, bytes[place] == 0xff else { return nil }
            let marker = bytes[place + 1]
            if marker == 0xff {
                place += 1  // Any number of these may stand before a marker.
                continue
            }
            // What follows the end is no part of the picture.
            if marker == 0xd9 { return kept + [0xff, 0xd9] }
            guard place + 3 < bytes.count else { return nil }
            let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
            let end = place + 2 + length
            guard length >= 2, end <= bytes.count else { return nil }
            let content = bytes[(place + 4)..<end]
            switch marker {
            case 0xe1:
                if orientation == nil, let found = Self.orientation(Array(content)) {
                    orientation = found
                    kept += Self.exif(found)
                }
            case 0xe2 where !content.starts(with: Array("ICC_PROFILE\0".utf8)): break
            // JFIF's density, the colours' profile and Adobe's transform say how to show it; other
            // applications' words and comments do not.
            case 0xe3...0xed, 0xef, 0xfe: break
            default: kept += bytes[place..<end]
            }
            place = end
            guard marker == 0xda else { continue }
            while place + 1 < bytes.count {
                // In the scan a marker's first byte is followed by 0, or by a restart's number.
                let isMarker =
                    bytes[place] == 0xff && bytes[place + 1] != 0
                    && !(0xd0...0xd7).contains(bytes[place + 1]) && bytes[place + 1] != 0xff
                if isMarker { break }
                kept.append(bytes[place])
                place += 1
            }
        }
    }

    /// Which way up the picture is, 2 … 8; `nil` where nothing is said or it is as it lies. Source:
    /// TIFF 6.0, and Exif 2.3, 4.6.2.
    private static func orientation(_ exif: [UInt8]) -> UInt8? {
        guard exif.starts(with: Array("Exif\0\0".utf8)), exif.count >= 14 else { return nil }
        let tiff = Array(exif[6...])
        let isLittle = tiff[0] == 0x49
        func number(_ place: Int, _ count: Int) -> Int? {
            guard place >= 0, place + count <= tiff.count else { return nil }
            let bytes = tiff[place..<(place + count)]
            return (isLittle ? Array(bytes.reversed()) : Array(bytes))
                .reduce(0) { $0 << 8 | Int($1) }
        }
        guard let start = number(4, 4), let count = number(start, 2) else { return nil }
        for entry in 0..<count {
            let place = start + 2 + entry * 12
            guard let tag = number(place, 2) else { return nil }
            guard tag == 0x0112 else { continue }
            return number(place + 8, 2).flatMap { (2...8).contains($0) ? UInt8($0) : nil }
        }
        return nil
    }

    /// A segment that says which way up, and nothing else.
    private static func exif(_ orientation: UInt8) -> [UInt8] {
        [0xff, 0xe1, 0, 34] + Array("Exif\0\0MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1]
            + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0] + [0, 0, 0, 0]
    }

    // MARK: PNG. Source: W3C PNG, third edition, 5.

    private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    /// The chunks that say how it is shown.
    private static let shown: Set<String> = [
        "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "sBIT",
        "bKGD", "hIST", "pHYs", "sPLT", "acTL", "fcTL", "fdAT",
    ]

    private static func png(_ bytes: [UInt8]) -> [UInt8]? {
        var kept = pngSignature
        var place = kept.count
        while place + 12 <= bytes.count {
            let length = bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
            let end = place + 12 + length
            guard end <= bytes.count else { return nil }
            let name = Self.name(bytes, place + 4)
            if shown.contains(name) { kept += bytes[place..<end] }
            if name == "IEND" { return kept }
            place = end
        }
        return nil
    }

    // MARK: WebP. Source: RFC 9649, 2.

    /// The chunks that hold the picture or say how it is shown.
    private static let painted: Set<String> = [
        "VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP",
    ]

    private static func webP(_ bytes: [UInt8]) -> [UInt8]? {
        func number(_ place: Int) -> Int {
            bytes[place..<(place + 4)].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        // What follows the end is no part of the picture.
        let end = 8 + number(4)
        guard end <= bytes.count else { return nil }
        var kept: [UInt8] = []
        var place = 12
        while place < end {
            guard place + 8 <= end else { return nil }
            let length = number(place + 4)
            let next = place + 8 + length + length % 2
            guard next <= end else { return nil }
            let name = Self.name(bytes, place)
            if painted.contains(name) {
                var chunk = Array(bytes[place..<next])
                // That Exif and XMP are there, which they are not any more.
                if name == "VP8X", length > 0 { chunk[8] &= ~0b0000_1100 }
                kept += chunk
            }
            place = next
        }
        guard !kept.isEmpty else { return nil }
        let size = kept.count + 4
        return Array("RIFF".utf8) + (0..<4).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) }
            + Array("WEBP".utf8) + kept
    }
}
