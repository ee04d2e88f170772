public import SyncCore
public import SyncHub
internal import SyncProtocol

extension HubStatus {
    /// As `GET /v1/admin/status` and `hazamad status --json` give it.
    public var json: JSON {
        .object([
            "hub": .string("\(hub)"), "epoch": .string("\(epoch)"), "district": .string(district),
            "position": .integer(Int64(position.value)), "records": .integer(Int64(records)),
            "changeSets": .integer(Int64(clamping: changeSets)),
            "uploads": .integer(Int64(uploads)),
            "held": .integer(Int64(held)), "quarantined": .integer(Int64(quarantined)),
            "openConflicts": .integer(Int64(openConflicts)), "devices": .integer(Int64(devices)),
            "digest": .string("\(digest)"),
            "areas": .array(
                areas.map { area in
                    .object([
                        "scope": .string("\(area.scope)"), "name": .string(area.name),
                        "digest": .string("\(area.digest)"),
                        "records": .integer(Int64(area.records)),
                    ])
                }),
        ])
    }
}

extension DeviceView {
    var json: JSON {
        .object([
            "replica": .string("\(replica)"), "name": .string(name),
            "person": .string("\(person)"), "personName": .string(personName),
            "fingerprint": .string(fingerprint), "state": .string(state.rawValue),
            "enrolled_ms": .integer(enrolled_ms),
            "lastSync_ms": lastSync_ms.map { .integer($0) } ?? .null,
            "reportedPending": .integer(Int64(clamping: reportedPending)),
            "clockSkew_ms": .integer(clockSkew_ms),
            "accepted": .integer(Int64(clamping: accepted)),
            "areas": .array(areas.map { .string($0) }),
        ])
    }
}

extension ConflictView {
    func json(_ schema: Schema) -> JSON {
        .object([
            "id": .string("\(id)"), "record": .string("\(record)"),
            "collection": .string(schema.name(of: collection)),
            "unit": .string(schema.name(of: unit, in: collection)),
            "kind": .string(kind.word), "state": .string(state.rawValue),
            "isHighStakes": .bool(isHighStakes), "area": .string(area), "title": .string(title),
            "opened_ms": .integer(opened_ms), "owner": owner.map { .string("\($0)") } ?? .null,
            "ownerName": ownerName.map { .string($0) } ?? .null,
            "authors": .array(authors.map { .string($0) }), "sides": .integer(Int64(sides)),
            "proposals": .integer(Int64(proposals)),
            "timesReopened": .integer(Int64(timesReopened)),
        ])
    }
}

extension ConflictDetail {
    func json(_ schema: Schema) -> JSON {
        var members = [
            JSONMember("conflict", view.json(schema)),
            JSONMember("base", base?.json ?? .null),
            JSONMember("sides", .array(sides.map(\.json))),
            JSONMember("version", .string(version)),
            JSONMember("discussion", .array(discussion.map(\.json))),
            JSONMember("decision", decision?.json ?? .null),
        ]
        // Left out where nothing is shown: `null` would say that an empty value is.
        if let shown { members.append(JSONMember("shown", shown.json)) }
        return .object(members)
    }
}

extension ConflictDetail.SideView {
    fileprivate var json: JSON {
        .object([
            "key": .string(key), "value": value.json, "writes": .array(writes.map(\.json)),
        ])
    }
}

extension ConflictDetail.Authorship {
    fileprivate var json: JSON {
        var members = [
            JSONMember("name", .string("\(name)")),
            JSONMember("authorName", .string(authorName)),
            JSONMember("deviceName", .string(deviceName)),
            JSONMember("madeAt_ms", .integer(madeAt_ms)),
            JSONMember("corrected_ms", .integer(corrected_ms)),
            JSONMember("received_ms", .integer(received_ms)),
            JSONMember("position", .integer(Int64(position.value))),
            JSONMember("shown", shown.map { .integer(Int64($0.value)) } ?? .null),
            JSONMember("intent", .string(intent)),
            JSONMember("reason", reason.map { .string($0) } ?? .null),
        ]
        if let shownValue { members.append(JSONMember("shownValue", shownValue.json)) }
        return .object(members)
    }
}

extension ConflictDetail.Remark {
    fileprivate var json: JSON {
        .object([
            "authorName": .string(authorName), "corrected_ms": .integer(corrected_ms),
            "isProposal": .bool(isProposal), "keep": .string(keep), "text": .string(text),
        ])
    }
}

extension ConflictDetail.Decision {
    fileprivate var json: JSON {
        .object([
            "byName": .string(byName), "at_ms": .integer(at_ms), "value": value.json,
            "reason": .string(reason),
        ])
    }
}

extension Schema {
    /// A collection's name; its number for one that this version does not know.
    func name(of collection: CollectionID) -> String {
        self.collection(collection)?.name ?? "#\(collection.value)"
    }

    /// A unit's name; its number for one that this version does not know.
    func name(of unit: UnitID, in collection: CollectionID) -> String {
        self.unit(unit, of: collection)?.name ?? "#\(unit.value)"
    }
}

extension Dispute.Kind {
    var word: String {
        switch self {
        case .value: "value"
        case .group: "group"
        case .contestation: "contestation"
        case .deletion: "deletion"
        }
    }
}
