/// Receipts as a file, on their way back to the device whose bundle was handed in.
///
/// With them goes how far the hub's log had come when they were given: a hub that is put back to
/// before that is found out by whoever was shown them. Form: `protocol/bundle.md`.
public struct ReceiptFile: Hashable, Sendable {
    public let mark: SignedMark
    public let receipts: [SignedReceipt]

    public init(mark: SignedMark, receipts: [SignedReceipt]) {
        (self.mark, self.receipts) = (mark, receipts)
    }

    private static let magic: [UInt8] = [0x48, 0x5a, 1, 4]

    /// Returns the file's bytes. All in it is signed, and names nobody.
    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(Self.magic)
        writer.counted(mark.bytes)
        writer.raw(mark.signature.bytes)
        writer.varint(receipts.count)
        for receipt in receipts {
            writer.counted(receipt.bytes)
            writer.raw(receipt.signature.bytes)
        }
        return writer.bytes
    }

    /// Reads such a file. Nothing in it is verified yet.
    public static func decode(_ bytes: [UInt8]) throws(CodecError) -> ReceiptFile {
        guard bytes.count >= 4, bytes[0] == magic[0], bytes[1] == magic[1], bytes[3] == magic[3]
        else { throw .notOurs }
        guard bytes[2] == magic[2] else { throw .unknownVersion(bytes[2]) }
        var reader = ByteReader(bytes[4...])
        let mark = SignedMark(
            bytes: try reader.counted(), signature: Signature(bytes: try reader.raw(64))!)
        var receipts: [SignedReceipt] = []
        for _ in 0..<(try reader.count()) {
            receipts.append(
                SignedReceipt(
                    bytes: try reader.counted(), signature: Signature(bytes: try reader.raw(64))!))
        }
        try reader.finish()
        return ReceiptFile(mark: mark, receipts: receipts)
    }
}
