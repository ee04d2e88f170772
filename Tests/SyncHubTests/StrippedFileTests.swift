import SyncClient
import Testing

@Suite("what is taken out of a file")
struct StrippedFileTests {
    private func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
        let length = content.count + 2
        return [0xff, marker, UInt8(length >> 8), UInt8(length & 0xff)] + content
    }

    private func text(_ words: String) -> [UInt8] { Array(words.utf8) }

    /// The smallest that is taken apart as a picture: tables and a scan with stuffed bytes and a
    /// restart in it.
    private func jpeg(_ extra: [[UInt8]], after: [UInt8] = []) -> [UInt8] {
        [0xff, 0xd8] + extra.joined() + picture + after
    }
    private var picture: [UInt8] {
        segment(0xdb, [0, 1, 2]) + segment(0xc0, [8, 0, 1, 0, 1])
            + segment(0xda, [1, 1, 0, 0, 63, 0]) + [1, 0xff, 0x00, 2, 0xff, 0xd0, 3]
            + segment(0xc4, [9]) + segment(0xda, [1, 1, 0, 0, 63, 0]) + [4, 5, 0xff, 0xd9]
    }

    /// Which way up, where, and with what, as a camera writes it.
    private func exif(orientation: UInt8?, isLittle: Bool = false) -> [UInt8] {
        func short(_ number: Int) -> [UInt8] {
            let bytes = [UInt8(number >> 8), UInt8(number & 0xff)]
            return isLittle ? bytes.reversed() : bytes
        }
        func long(_ number: Int) -> [UInt8] {
            isLittle ? short(number) + [0, 0] : [0, 0] + short(number)
        }
        var entries = [short(0x010f) + short(2) + long(4) + text("CAM!")]
        if let orientation {
            entries.append(short(0x0112) + short(3) + long(1) + short(Int(orientation)) + [0, 0])
        }
        entries.append(short(0x8825) + short(4) + long(1) + long(99))
        return segment(
            0xe1,
            text("Exif\0\0") + text(isLittle ? "II" : "MM") + short(42) + long(8)
                + short(entries.count) + entries.joined() + [0, 0, 0, 0] + text("51.5N 0.1W"))
    }

    @Test("of a JPEG only the picture is left: no place, no camera, no words, nothing behind it")
    func jpegStripped() throws {
        let jfif = segment(0xe0, text("JFIF\0") + [1, 1, 0, 0, 1, 0, 1, 0, 0])
        let profile = segment(0xe2, text("ICC_PROFILE\0") + [1, 1, 7])
        let adobe = segment(0xee, text("Adobe"))
        let file = jpeg(
            [
                jfif, exif(orientation: nil),
                segment(0xe1, text("http://ns.adobe.com/xap/1.0/\0<x/>")), profile,
                segment(0xe2, text("MPF\0")), segment(0xed, text("Photoshop 3.0\0author")),
                adobe, segment(0xfe, text("taken at home")),
            ], after: text("a second picture"))
        let stripped = try #require(StrippedFile(file))
        #expect(stripped.bytes == [0xff, 0xd8] + jfif + profile + adobe + picture)
        #expect(stripped.type == "image/jpeg" && stripped.isStripped)
        #expect(StrippedFile(stripped.bytes)?.bytes == stripped.bytes)
    }

    @Test("which way up it is stays, and nothing beside it", arguments: [false, true])
    func orientation(isLittle: Bool) throws {
        let file = jpeg([exif(orientation: 6, isLittle: isLittle)])
        let stripped = try #require(StrippedFile(file))
        let kept = segment(
            0xe1,
            text("Exif\0\0MM") + [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]
                + [0, 0, 0, 0])
        #expect(stripped.bytes == [0xff, 0xd8] + kept + picture)
        #expect(StrippedFile(stripped.bytes)?.bytes == stripped.bytes)
        let upright = jpeg([exif(orientation: 1, isLittle: isLittle)])
        #expect(StrippedFile(upright)?.bytes == [0xff, 0xd8] + picture)
    }

    @Test("a JPEG cut at any byte is no picture, and nothing breaks on it")
    func cut() {
        let file = jpeg([exif(orientation: 6)])
        for count in 3..<file.count { #expect(StrippedFile(Array(file[..<count])) == nil) }
    }

    @Test("of a PNG only the chunks that show it are left")
    func png() throws {
        func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
            [0, 0, 0, UInt8(content.count)] + text(name) + content + [1, 2, 3, 4]
        }
        let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        let (head, data, end) = (chunk("IHDR", [1, 2]), chunk("IDAT", [3]), chunk("IEND", []))
        let file =
            signature + head + chunk("tEXt", text("Author\0x")) + chunk("eXIf", [1])
            + chunk("tIME", [1]) + chunk("iTXt", [1]) + data + chunk("prVt", [9]) + end
            + text("behind")
        let stripped = try #require(StrippedFile(file))
        #expect(stripped.bytes == signature + head + data + end)
        #expect(stripped.type == "image/png" && stripped.isStripped)
        let whole = file.count - text("behind").count
        for count in signature.count..<whole {
            #expect(StrippedFile(Array(file[..<count])) == nil)
        }
    }

    @Test("of a WebP only the chunks that show it are left")
    func webP() throws {
        func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
            text(name) + [UInt8(content.count), 0, 0, 0] + content
                + (content.count % 2 == 0 ? [] : [0])
        }
        func file(_ chunks: [UInt8]) -> [UInt8] {
            text("RIFF") + [UInt8(chunks.count + 4), 0, 0, 0] + text("WEBP") + chunks
        }
        let data = chunk("VP8 ", [1, 2, 3])
        let whole = file(
            chunk("VP8X", [0b0011_1100, 0]) + chunk("ICCP", [5]) + data + chunk("EXIF", [7, 7])
                + chunk("XMP ", text("where")) + chunk("oTHR", [1]))
        let stripped = try #require(StrippedFile(whole + text("behind")))
        #expect(
            stripped.bytes == file(chunk("VP8X", [0b0011_0000, 0]) + chunk("ICCP", [5]) + data))
        #expect(stripped.type == "image/webp" && stripped.isStripped && !stripped.mayTellPlace)
        #expect(StrippedFile(stripped.bytes)?.bytes == stripped.bytes)
        for count in 12..<whole.count { #expect(StrippedFile(Array(whole[..<count])) == nil) }
    }

    @Test("a film, and a photo that is kept like one, may say where it was taken")
    func films() {
        for file in [
            [0, 0, 0, 24] + text("ftypheic"), [0, 0, 0, 24] + text("ftypisom"),
            [0x49, 0x49, 42, 0, 8, 0, 0, 0], [0x4d, 0x4d, 0, 42, 0, 0, 0, 8],
        ] {
            #expect(StrippedFile(file)?.mayTellPlace == true)
            #expect(StrippedFile(file)?.isStripped == false)
        }
        #expect(StrippedFile(text("%PDF-1.7"))?.mayTellPlace == false)
    }

    @Test("of other kinds nothing is known: they stay as they are, and that is said")
    func others() {
        let letter = StrippedFile(text("%PDF-1.7 /Author (x)"))
        #expect(letter?.bytes == text("%PDF-1.7 /Author (x)"))
        #expect(letter?.type == "application/pdf" && letter?.isStripped == false)
        #expect(StrippedFile(text("notes"))?.type == "application/octet-stream")
    }
}
