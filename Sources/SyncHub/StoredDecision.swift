internal import SyncCore
internal import SyncProtocol

/// The last decision of a conflict, as its row keeps it.
struct StoredDecision {
    let by: PersonID
    /// The second person, where there had to be one.
    let approvedBy: PersonID?
    let at_ms: Int64
    let act: ResolutionRequest.Act
    /// `nil` where sides were let stand.
    let value: Value?
    let reason: String
    /// The change set; `nil` where it was about no record.
    let name: ChangeSetName?

    init(
        by: PersonID, approvedBy: PersonID?, at_ms: Int64, act: ResolutionRequest.Act,
        value: Value?, reason: String, name: ChangeSetName?
    ) {
        (self.by, self.approvedBy, self.at_ms, self.act) = (by, approvedBy, at_ms, act)
        (self.value, self.reason, self.name) = (value, reason, name)
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.identifier(by)
        writer.optional(approvedBy) { $0.identifier($1) }
        writer.zigzag(at_ms)
        writer.text(act.rawValue)
        writer.optional(value) { $0.value($1) }
        writer.text(reason)
        writer.optional(name) { $0.name($1) }
        return writer.bytes
    }

    init?(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        do {
            by = try reader.identifier()
            approvedBy = try reader.optional { reader throws(CodecError) in
                try reader.identifier(PersonID.self)
            }
            at_ms = try reader.zigzag()
            guard let act = ResolutionRequest.Act(rawValue: try reader.text()) else { return nil }
            self.act = act
            value = try reader.optional { reader throws(CodecError) in try reader.value() }
            reason = try reader.text()
            name = try reader.optional { reader throws(CodecError) in try reader.name() }
        } catch { return nil }
    }
}

/// A decision that waits for a second person, as a conflict's row keeps it.
struct StoredProposal {
    let by: PersonID
    let at_ms: Int64
    let request: ResolutionRequest

    init(by: PersonID, at_ms: Int64, request: ResolutionRequest) {
        (self.by, self.at_ms, self.request) = (by, at_ms, request)
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.identifier(by)
        writer.zigzag(at_ms)
        writer.text(request.version)
        writer.text(request.reason)
        writer.text(request.act.rawValue)
        switch request.choice {
        case .keep(let key), .split(let key): writer.text(key)
        case .compose(let value): writer.value(value)
        case .stand, .join, .putBack: break
        }
        return writer.bytes
    }

    init?(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        do {
            by = try reader.identifier()
            at_ms = try reader.zigzag()
            let version = try reader.text()
            let reason = try reader.text()
            let choice: ResolutionRequest.Choice
            switch ResolutionRequest.Act(rawValue: try reader.text()) {
            case .keep: choice = .keep(try reader.text())
            case .split: choice = .split(try reader.text())
            case .compose: choice = .compose(try reader.value())
            case .stand: choice = .stand
            case .join: choice = .join
            case .putBack: choice = .putBack
            case nil: return nil
            }
            request = ResolutionRequest(version: version, choice: choice, reason: reason)
        } catch { return nil }
    }
}
