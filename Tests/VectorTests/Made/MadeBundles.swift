import SyncCore
import SyncProtocol

extension Made {
    private static let receiptFile = ReceiptFile(
        mark: SignedMark(mark, key: Specimen.hubKey),
        receipts: [SignedReceipt(receipt, key: Specimen.hubKey)])

    static var bundles: [VectorFile] {
        let bytes = receiptFile.encode()
        let bad: [(String, String, String, [UInt8])] = [
            (
                "receipts-sync", "The first bytes are a sync's.", "notOurs",
                [0x48, 0x5a, 1, 1] + bytes.dropFirst(4)
            ),
            (
                "receipts-version", "Version 2.", "unknownVersion",
                [0x48, 0x5a, 2, 4] + bytes.dropFirst(4)
            ),
            ("receipts-short", "A byte is missing.", "truncated", Array(bytes.dropLast())),
            ("receipts-trailing", "A byte follows.", "trailing", bytes + [0]),
        ]
        return [
            VectorFile(
                "bundle/receipts.json",
                [
                    "about": "What comes back for a bundle.",
                    "key": .hex(Specimen.hubKey.verifying.bytes), "bytes": .hex(bytes),
                    "receipts": receiptFile.rendering,
                ])
        ]
            + bad.map { name, about, error, bytes in
                VectorFile(
                    "bundle/invalid/\(name).json",
                    ["about": .string(about), "error": .string(error), "bytes": .hex(bytes)])
            }
    }
}
