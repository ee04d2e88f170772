import SyncProtocol
import Testing

@Suite("Zstd")
struct ZstdTests {
    /// Compressible, longer than one block (128 kB) and than the first output buffer.
    static let long = (0..<300_000).map { UInt8(truncatingIfNeeded: ($0 / 7) &* ($0 % 13)) }
    static let short = Array("住户 household household household".utf8)

    @Test(
        "what was compressed comes back",
        arguments: [0, 1, 2, 255, 65_535, 65_536, 65_537, 300_000])
    func roundTrip(count: Int) throws {
        let bytes = Array(Self.long.prefix(count))
        #expect(try Zstd.decompress(Zstd.compress(bytes), maximumBytes: count) == bytes)
    }

    @Test(
        "every level is readable, also levels that do not exist", arguments: [-9, 0, 1, 6, 19, 99])
    func levels(level: Int32) throws {
        let frame = Zstd.compress(Self.long, level: level)
        #expect(try Zstd.decompress(frame, maximumBytes: Self.long.count) == Self.long)
    }

    @Test("repetition gets smaller")
    func smaller() {
        #expect(Zstd.compress([UInt8](repeating: 7, count: 100_000)).count < 100)
    }

    @Test("one byte above the maximum is too large", arguments: [1, 33, 65_536, 65_537, 300_000])
    func limit(count: Int) {
        let frame = Zstd.compress(Array(Self.long.prefix(count)))
        #expect(throws: ZstdError.tooLarge(maximumBytes: count - 1)) {
            try Zstd.decompress(frame, maximumBytes: count - 1)
        }
    }

    @Test("a frame that does not declare its size is held to the maximum all the same")
    func undeclaredSize() throws {
        let bomb = Self.zeros(blocks: 8192)
        #expect(bomb.count < 40_000)
        #expect(throws: ZstdError.tooLarge(maximumBytes: 1000)) {
            try Zstd.decompress(bomb, maximumBytes: 1000)
        }
        let small = Self.zeros(blocks: 8)
        #expect(
            try Zstd.decompress(small, maximumBytes: 1 << 20)
                == [UInt8](repeating: 0, count: 1 << 20))
    }

    @Test("a declared size above the maximum is refused before anything is decompressed")
    func declaredBomb() {
        #expect(throws: ZstdError.tooLarge(maximumBytes: 1 << 26)) {
            try Zstd.decompress(Self.declaring(UInt64(1) << 62), maximumBytes: 1 << 26)
        }
        #expect(throws: ZstdError.tooLarge(maximumBytes: .max)) {
            try Zstd.decompress(Self.declaring(UInt64(1) << 63), maximumBytes: .max)
        }
    }

    @Test("a size that is declared but not held is damage, and reserves nothing")
    func lie() {
        #expect(throws: ZstdError.damaged) {
            try Zstd.decompress(Self.declaring(UInt64(Int.max)), maximumBytes: .max)
        }
    }

    @Test("a window above 8 MB is damage")
    func window() {
        // Window descriptor: exponent 14 above 2^10, which is 16 MB; then one empty last block.
        #expect(throws: ZstdError.damaged) {
            try Zstd.decompress(
                Self.magic + [0x00, 14 << 3, 0x01, 0x00, 0x00], maximumBytes: 1 << 26)
        }
        #expect(throws: Never.self) {
            try Zstd.decompress(
                Self.magic + [0x00, 13 << 3, 0x01, 0x00, 0x00], maximumBytes: 1 << 26)
        }
    }

    @Test("a frame cut anywhere is damaged")
    func truncated() {
        for frame in [Zstd.compress(Self.short), Zstd.compress([]), Self.zeros(blocks: 3)] {
            for count in 0..<frame.count {
                #expect(throws: ZstdError.damaged, "cut at \(count)") {
                    try Zstd.decompress(Array(frame.prefix(count)), maximumBytes: 1 << 20)
                }
            }
        }
    }

    @Test("a second frame, a skippable one or a trailing byte is damage")
    func exactlyOne() {
        let frame = Zstd.compress(Self.short)
        let skippable: [UInt8] = [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 9]
        for bytes in [frame + frame, frame + [0], frame + skippable, skippable + frame, skippable] {
            #expect(throws: ZstdError.damaged) {
                try Zstd.decompress(bytes, maximumBytes: 1 << 20)
            }
        }
    }

    @Test("a flipped bit is noticed or says the same, and never traps")
    func flipped() {
        let frame = Zstd.compress(Self.short)
        for bit in 0..<frame.count * 8 {
            var damaged = frame
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            do throws(ZstdError) {
                // The unused bit of the frame header may be flipped; the checksum catches the rest.
                #expect(try Zstd.decompress(damaged, maximumBytes: 1 << 16) == Self.short)
            } catch {
                switch error {
                case .damaged: break
                case .tooLarge(let maximum): #expect(maximum == 1 << 16)
                }
            }
        }
    }

    @Test("other formats are damage", arguments: [[], [0x1f, 0x8b, 8], [0x27, 0xb5, 0x2f, 0xfd]])
    func foreign(bytes: [UInt8]) {
        #expect(throws: ZstdError.damaged) { try Zstd.decompress(bytes, maximumBytes: 10) }
    }

    private static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    /// A frame that declares `size` and holds one block of three bytes.
    private static func declaring(_ size: UInt64) -> [UInt8] {
        let little = (0..<8).map { UInt8(truncatingIfNeeded: size >> UInt64($0 * 8)) }
        return magic + [0xc0, 0x00] + little + [0x19, 0x00, 0x00, 1, 2, 3]
    }

    /// A hand-made frame of run-length blocks (four bytes for 128 kB) that does not declare its
    /// size.
    private static func zeros(blocks: Int) -> [UInt8] {
        var frame = magic + [0x00, 7 << 3]
        for block in 1...blocks {
            // Block header: last, kind 1 (run length), size 2^17; little endian, 24 bits.
            let header = (1 << 17) << 3 | 1 << 1 | (block == blocks ? 1 : 0)
            frame += [0, 8, 16].map { UInt8(truncatingIfNeeded: header >> $0) } + [0]
        }
        return frame
    }
}
