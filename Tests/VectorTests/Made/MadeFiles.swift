import SyncCore
import SyncProtocol

extension Made {
    private static let file = Digests.sha256(Array("a photograph".utf8))

    private static func vector(
        _ name: String, _ about: String, _ offset: Int, _ act: FileRequest.Act,
        _ answer: (isWhole: Bool, offset: Int, bytes: [UInt8])
    ) -> VectorFile {
        let request = FileRequest(
            replica: Specimen.alice, hash: file, offset: offset, act: act)
        let bytes = request.encode(hub: Specimen.hub, key: Specimen.aliceKey)
        let response = FileResponse(
            tag: SyncResponse.tag(ofRequest: bytes), isWhole: answer.isWhole,
            offset: answer.offset, bytes: answer.bytes)
        return VectorFile(
            "file/\(name).json",
            [
                "about": .string(about), "key": .hex(Specimen.aliceKey.verifying.bytes),
                "hub": .string("\(Specimen.hub)"), "bytes": .hex(bytes),
                "request": request.rendering, "answer": .hex(response.encode()),
                "said": response.rendering,
            ])
    }

    static var files: [VectorFile] {
        let photograph = Array("a photograph".utf8)
        let put = FileRequest(
            replica: Specimen.alice, hash: file, offset: 0, act: .put(photograph)
        ).encode(hub: Specimen.hub, key: Specimen.aliceKey)
        var other = put
        other[40] ^= 1
        let unsigned = Array(put.dropLast(64))
        func signed(_ bytes: [UInt8]) -> [UInt8] {
            let hash = Digests.sha256(bytes)
            return bytes
                + Specimen.aliceKey.sign(Specimen.hub.bytes + hash.bytes, for: .file).bytes
        }
        let head = Array(unsigned.prefix(52))
        let bad: [(String, String, String, [UInt8])] = [
            ("other-bytes", "One bit of the hash is another.", "signature", other),
            (
                "sync", "The first bytes are a sync's.", "notOurs",
                [0x48, 0x5a, 1, 1] + put.dropFirst(4)
            ),
            ("version", "Version 2.", "unknownVersion", [0x48, 0x5a, 2, 5] + put.dropFirst(4)),
            ("short", "Shorter than its signature.", "truncated", Array(put.prefix(60))),
            ("act", "An act that is none.", "unknownTag", signed(head + [0, 2, 0])),
            ("trailing", "A byte follows.", "trailing", signed(unsigned + [0])),
            (
                "offset-beyond-limit", "It begins where no file reaches.", "outOfRange",
                signed(head + bytesOf { $0.varint(Limits.fileBytes + 1) } + [1, 0])
            ),
        ]
        return [
            vector(
                "put", "A file in one part.", 0, .put(photograph), (true, photograph.count, [])),
            vector("ask", "No bytes: how many are there?", 0, .put([]), (false, 5, [])),
            vector(
                "get", "What follows the first five bytes.", 5, .get(maximumBytes: 100),
                (true, 5, Array(photograph.dropFirst(5)))),
        ]
            + bad.map { name, about, error, bytes in
                VectorFile(
                    "file/invalid/\(name).json",
                    [
                        "about": .string(about), "error": .string(error),
                        "key": .hex(Specimen.aliceKey.verifying.bytes),
                        "hub": .string("\(Specimen.hub)"), "bytes": .hex(bytes),
                    ])
            }
    }
}

extension FileRequest {
    var rendering: JSON {
        let (act, bytes): (String, JSON) =
            switch act {
            case .put(let bytes): ("put", .hex(bytes))
            case .get(let count): ("get", .integer(Int64(count)))
            }
        return .object([
            "replica": .string("\(replica)"), "hash": .string("\(hash)"),
            "offset": .integer(Int64(offset)), act: bytes,
        ])
    }
}

extension FileResponse {
    var rendering: JSON {
        .object([
            "whole": .bool(isWhole), "offset": .integer(Int64(offset)), "bytes": .hex(bytes),
        ])
    }
}
