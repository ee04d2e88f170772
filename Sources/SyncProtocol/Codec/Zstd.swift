import CZstd

/// Compression of one whole message as one zstd frame with a checksum.
///
/// Source: RFC 8878; the window limit is that of RFC 9659, so a frame never costs its reader more
/// than 8 MB beside its output.
public enum Zstd {
    /// Returns one frame that holds `bytes`.
    ///
    /// - Parameter level: clamped to `1 ... 19`; what lies above 19 would need a larger window than
    ///   readers have to offer.
    public static func compress(_ bytes: [UInt8], level: Int32 = 3) -> [UInt8] {
        guard let context = ZSTD_createCCtx() else { preconditionFailure("out of memory") }
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, min(max(level, 1), 19))
        // Four bytes, so that damage is found here and not by whoever reads the content.
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)

        return [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) {
            buffer, count in
            count = bytes.withUnsafeBytes { source in
                ZSTD_compress2(
                    context, buffer.baseAddress, buffer.count, source.baseAddress, source.count)
            }
            // With room for the bound and a context there is no way left to fail but memory.
            precondition(
                ZSTD_isError(count) == 0, "zstd: \(String(cString: ZSTD_getErrorName(count)))")
        }
    }

    /// Returns what the one frame in `bytes` holds.
    ///
    /// Skippable frames, a second frame, a foreign dictionary and trailing bytes are damage too.
    /// Memory grows with what was really decompressed, whatever size the frame declares.
    public static func decompress(
        _ bytes: [UInt8], maximumBytes: Int
    ) throws(ZstdError) -> [UInt8] {
        // The library also reads skippable frames and formats older than the standard; we don't.
        guard bytes.starts(with: magic) else { throw .damaged }
        let declared = bytes.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        guard declared != contentSizeError else { throw .damaged }
        if declared != contentSizeUnknown, declared > UInt64(max(maximumBytes, 0)) {
            throw .tooLarge(maximumBytes: maximumBytes)
        }
        guard let context = ZSTD_createDCtx() else { preconditionFailure("out of memory") }
        defer { ZSTD_freeDCtx(context) }
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, windowLogMaximum)

        // One byte of room more than allowed: only a frame that is too large ever fills it.
        let limit = max(maximumBytes, 0).addingReportingOverflow(1)
        let room = limit.overflow ? Int.max : limit.partialValue
        let guess = min(declared, UInt64(firstRoom - 1)) + 1
        var output = [UInt8](repeating: 0, count: min(Int(guess), room))
        var consumed = 0
        var produced = 0
        while true {
            let result = step(context, bytes, &consumed, &output, &produced)
            guard ZSTD_isError(result) == 0 else { throw .damaged }
            guard produced < room else { throw .tooLarge(maximumBytes: maximumBytes) }
            if result == 0 { break }
            if produced == output.count {
                let doubled = output.count.multipliedReportingOverflow(by: 2)
                let larger = min(doubled.overflow ? room : doubled.partialValue, room)
                output.append(contentsOf: repeatElement(0, count: larger - output.count))
            } else if consumed == bytes.count {
                // Room was left and nothing came: the frame is not all here.
                throw .damaged
            }
        }
        guard consumed == bytes.count else { throw .damaged }
        output.removeLast(output.count - produced)
        return output
    }

    private static func step(
        _ context: OpaquePointer, _ bytes: [UInt8], _ consumed: inout Int, _ output: inout [UInt8],
        _ produced: inout Int
    ) -> Int {
        bytes.withUnsafeBytes { source in
            output.withUnsafeMutableBytes { target in
                var input = ZSTD_inBuffer(
                    src: source.baseAddress, size: source.count, pos: consumed)
                var room = ZSTD_outBuffer(
                    dst: target.baseAddress, size: target.count, pos: produced)
                let result = ZSTD_decompressStream(context, &room, &input)
                (consumed, produced) = (input.pos, room.pos)
                return result
            }
        }
    }

    private static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]
    /// 8 MB; RFC 9659.
    private static let windowLogMaximum: Int32 = 23
    /// Where the output starts, before it doubles.
    private static let firstRoom = 1 << 16
    // `ZSTD_CONTENTSIZE_UNKNOWN` and `_ERROR` are macros that Swift does not import.
    private static let contentSizeUnknown = UInt64.max
    private static let contentSizeError = UInt64.max - 1
}

/// Why a frame was not decompressed. In both cases its sender would send the same again.
public enum ZstdError: Error, Hashable, Sendable {
    /// Not exactly one whole frame, or its checksum does not fit.
    case damaged
    /// It holds, or says that it holds, more than the reader allows.
    case tooLarge(maximumBytes: Int)
}
