import SyncCore
import SyncProtocol

extension Made {
    private static let receiptFile = ReceiptFile(
        mark: SignedMark(mark, key: Specimen.hubKey),
        receipts: [SignedReceipt(receipt, key: Specimen.hubKey)])

    private static let card = DeviceCard(
        SignedCredential(credential, key: Specimen.hubKey), key: Specimen.aliceKey)

    /// Three change sets of which the second is closed.
    private static let shared: SharedBundle = {
        var sets = [HashedChangeSet(hashing: Specimen.smallest)]
        for _ in 0..<2 {
            let before = sets[sets.count - 1]
            let set = before.changeSet
            sets.append(
                HashedChangeSet(
                    hashing: ChangeSet(
                        name: ChangeSetName(set.name.replica, set.name.number.next),
                        previous: before.hash, author: set.author, grant: set.grant,
                        trunk: set.trunk, time: set.time, intent: set.intent, form: set.form,
                        reason: set.reason, schema: set.schema, premises: set.premises,
                        saltSeed: set.saltSeed, changes: set.changes)!))
        }
        return SharedBundle(
            credential: SignedCredential(credential, key: Specimen.hubKey),
            bundle: [0x48, 0x5a, 1, 3] + Specimen.hub.bytes + [UInt8](0..<60),
            first: sets[0].changeSet.name.number, previous: sets[0].changeSet.previous,
            parts: SharedBundle.parts(sets, [true, false, true]))
    }()

    static var bundles: [VectorFile] {
        let key = JSON.hex(Specimen.hubKey.verifying.bytes)
        return [
            VectorFile(
                "bundle/receipts.json",
                [
                    "about": "What comes back for a bundle.", "form": "receipts", "key": key,
                    "bytes": .hex(receiptFile.encode()), "says": receiptFile.rendering,
                ]),
            VectorFile(
                "bundle/card.json",
                [
                    "about": "What a device hands to another.", "form": "card", "key": key,
                    "bytes": .hex(card.encode()), "says": card.rendering,
                ]),
            VectorFile(
                "bundle/shared.json",
                [
                    "about": "What is sealed for another device: unpacked, without its signature.",
                    "form": "shared", "key": key, "bytes": .hex(shared.content),
                    "says": shared.rendering,
                ]),
        ] + bad(receiptFile.encode(), "receipts") + bad(card.encode(), "card") + [
            VectorFile(
                "bundle/invalid/shared-part.json",
                [
                    "about": "A part that is neither closed nor open.", "error": "unknownTag",
                    "form": "shared",
                    "bytes": .hex(
                        SharedBundle(
                            credential: shared.credential, bundle: [], first: shared.first,
                            previous: shared.previous, parts: []
                        ).content.dropLast() + [1, 2]),
                ]),
            VectorFile(
                "bundle/invalid/shared-empty-part.json",
                [
                    "about": "A part of no change set.", "error": "outOfRange", "form": "shared",
                    "bytes": .hex(
                        SharedBundle(
                            credential: shared.credential, bundle: [], first: shared.first,
                            previous: shared.previous, parts: [.closed(0, head: .none)]
                        ).content),
                ]),
        ]
    }

    /// Another kind of file, another version, one byte less and one more.
    private static func bad(_ bytes: [UInt8], _ form: String) -> [VectorFile] {
        let files: [(String, String, String, [UInt8])] = [
            (
                "sync", "The first bytes are a sync's.", "notOurs",
                [0x48, 0x5a, 1, 1] + bytes.dropFirst(4)
            ),
            (
                "version", "Version 2.", "unknownVersion",
                [0x48, 0x5a, 2, bytes[3]] + bytes.dropFirst(4)
            ),
            ("short", "A byte is missing.", "truncated", Array(bytes.dropLast())),
            ("trailing", "A byte follows.", "trailing", bytes + [0]),
        ]
        return files.map { name, about, error, bytes in
            VectorFile(
                "bundle/invalid/\(form)-\(name).json",
                [
                    "about": .string(about), "error": .string(error), "form": .string(form),
                    "bytes": .hex(bytes),
                ])
        }
    }
}
