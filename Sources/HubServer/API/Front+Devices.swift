internal import HTTPTypes
internal import Logging
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

extension Front {
    func authority() throws(Problem) -> Answer {
        do {
            return Answer(
                contentType: "application/x-pem-file",
                body: Array(try certificates.authorityPEM().utf8))
        } catch {
            logger.error("certificate", metadata: ["reason": "\(error)"])
            throw Problem(.failed)
        }
    }

    func enrol(_ call: Call) async throws(Problem) -> Answer {
        if let seconds = brake.wait_s(call.address) {
            throw Problem(.tooManyRequests, retryAfter_s: seconds)
        }
        let fields = try JSONFields(call.body)
        let request = EnrolmentRequest(
            secret: try fields.bytes("secret", count: 16),
            replica: try fields.identifier("replica"),
            key: try fields.key("key"),
            deviceName: try fields.string("deviceName", maximumBytes: 80),
            signature: try fields.signature("signature"))
        do throws(Problem) {
            let answer = try await work.run { () throws(Problem) in try hub.enrol(request) }
            return .json(answer.json)
        } catch {
            if error.code == .badCode { brake.failed(call.address) }
            throw error
        }
    }

    func sync(_ call: Call, isCompressed: Bool) async throws(Problem) -> Answer {
        let body = call.body
        let mayCompress = call.acceptsZstd
        let (bytes, isSmaller) = try await work.run { () throws(Problem) in
            let request = isCompressed ? try Self.unpacked(body) : body
            let response = try hub.sync(request)
            // Below this the frame and the field that names it cost more than they save. Pages that
            // are compressed already go as they are: then what came of a broken answer is of use.
            if mayCompress, response.count > 160 {
                let packed = Zstd.compress(response)
                if packed.count + 24 < response.count * 15 / 16 { return (packed, true) }
            }
            return (response, false)
        }
        // Its first bytes say what it is, and to which request.
        var answer = Answer(body: bytes)
        if isSmaller { answer.fields.append((.contentEncoding, "zstd")) }
        return answer
    }

    /// Takes in a bundle. Not compressed: what is sealed does not shrink.
    func bundle(_ call: Call) async throws(Problem) -> Answer {
        if let seconds = brake.wait_s(call.address) {
            throw Problem(.tooManyRequests, retryAfter_s: seconds)
        }
        do throws(Problem) {
            let file = try await work.run { () throws(Problem) in
                try hub.take(bundle: call.body)
            }
            return Answer(contentType: SyncRequest.mediaType, body: file.encode())
        } catch {
            // Anybody may try, so not for ever.
            if error.code == .badBundle { brake.failed(call.address) }
            throw error
        }
    }

    /// Keeps or sends a part of a file. Not compressed: photographs do not shrink.
    func file(_ call: Call) async throws(Problem) -> Answer {
        let body = call.body
        let answer = try await work.run { () throws(Problem) in try hub.file(body) }
        return Answer(contentType: SyncRequest.mediaType, body: answer)
    }

    static func unpacked(_ body: [UInt8]) throws(Problem) -> [UInt8] {
        do {
            return try Zstd.decompress(body, maximumBytes: Limits.requestBytesUnpacked)
        } catch {
            switch error {
            case .damaged: throw Problem(.malformed)
            case .tooLarge: throw Problem(.tooLarge)
            }
        }
    }
}

extension EnrolmentAnswer {
    fileprivate var json: JSON {
        .object([
            "hub": .string("\(hub)"), "epoch": .string("\(epoch)"), "district": .string(district),
            "receiptKey": .string("\(receiptKey)"),
            "sealingKey": .string("\(sealingKey)"), "person": .string("\(person)"),
            "personName": .string(personName), "state": .string(state.rawValue),
        ])
    }
}
