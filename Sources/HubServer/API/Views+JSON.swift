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
            "devicesApart": .integer(Int64(devicesApart)),
            "digest": .string("\(digest)"),
            "areas": .array(
                areas.map { area in
                    .object([
                        "scope": .string("\(area.scope)"), "name": .string(area.name),
                        "digest": .string("\(area.digest)"),
                        "records": .integer(Int64(area.records)),
                    ])
                }),
            "journal": journal.map { journal in
                .object([
                    "path": .string(journal.path), "written": .integer(Int64(journal.written)),
                    "last": .integer(Int64(journal.last)),
                ])
            } ?? .null,
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
            "id": .string("\(id)"), "record": record.map { .string("\($0)") } ?? .null,
            "collection": collection.map { .string(schema.name(of: $0)) } ?? .null,
            "unit": .string(schema.name(of: self)),
            "kind": .string(kind.word), "state": .string(state.rawValue),
            "severity": .string(severity.word), "isHighStakes": .bool(isHighStakes),
            "needsTwoPersons": .bool(needsTwoPersons), "area": .string(area),
            "title": .string(title), "opened_ms": .integer(opened_ms), "due_ms": .integer(due_ms),
            "owner": owner.map { .string("\($0)") } ?? .null,
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
            JSONMember("base", base?.json(schema) ?? .null),
            JSONMember("sides", .array(sides.map { $0.json(schema) })),
            JSONMember("version", .string(version)),
            JSONMember("acts", .array(acts.sorted().map { .string($0.rawValue) })),
            JSONMember("discussion", .array(discussion.map(\.json))),
            JSONMember("proposal", proposal?.json ?? .null),
            JSONMember("decision", decision?.json ?? .null),
            JSONMember("dependents", .array(dependents.map(\.json))),
            JSONMember("history", .array(history.map(\.json))),
        ]
        // Left out where nothing is shown: `null` would say that an empty value is.
        if let shown { members.append(JSONMember("shown", shown.json)) }
        if let likeness { members.append(JSONMember("likeness", likeness.json)) }
        if let asks { members.append(JSONMember("asks", .string(asks))) }
        if !putsBack.isEmpty {
            members.append(JSONMember("putsBack", .array(putsBack.map { $0.json(schema) })))
        }
        return .object(members)
    }
}

extension ConflictDetail.PutBack {
    fileprivate func json(_ schema: Schema) -> JSON {
        .object([
            "record": .string("\(record)"), "collection": .string(schema.name(of: collection)),
            "unit": .string(schema.name(of: unit, in: collection)), "title": .string(title),
            "before": before.json, "after": after.json,
        ])
    }
}

extension ConflictDetail.SideView {
    fileprivate func json(_ schema: Schema) -> JSON {
        var members = [
            JSONMember("key", .string(key)), JSONMember("record", .string("\(record)")),
            JSONMember("collection", .string(schema.name(of: collection))),
            JSONMember("unit", .string(schema.name(of: unit, in: collection))),
            JSONMember("title", .string(title)), JSONMember("value", value.json),
            JSONMember("writes", .array(writes.map(\.json))),
        ]
        if !units.isEmpty {
            let shown = units.map { shown -> JSON in
                .object([
                    "unit": .string(schema.name(of: shown.unit, in: collection)),
                    "values": .array(shown.values.map(\.json)),
                ])
            }
            members.append(JSONMember("units", .array(shown)))
        }
        return .object(members)
    }
}

extension Likeness {
    fileprivate var json: JSON {
        .object([
            "score": .integer(Int64(score)),
            "reasons": .array(
                reasons.map { reason in
                    .object([
                        "code": .string(reason.code),
                        "values": .array(reason.values.map { .string($0) }),
                    ])
                }),
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

extension ConflictDetail.RemarkView {
    fileprivate var json: JSON {
        .object([
            "authorName": .string(authorName), "corrected_ms": .integer(corrected_ms),
            "act": .string(act.rawValue), "isProposal": .bool(isProposal),
            "keep": .string(keep), "text": .string(text),
        ])
    }
}

extension ConflictDetail.Proposal {
    fileprivate var json: JSON {
        var members = [
            JSONMember("by", .string("\(by)")), JSONMember("byName", .string(byName)),
            JSONMember("at_ms", .integer(at_ms)), JSONMember("isFresh", .bool(isFresh)),
            JSONMember("act", .string(request.act.rawValue)),
            JSONMember("reason", .string(request.reason)),
        ]
        switch request.choice {
        case .keep(let key), .split(let key): members.append(JSONMember("side", .string(key)))
        case .compose(let value): members.append(JSONMember("value", value.json))
        case .stand, .join, .putBack: break
        }
        return .object(members)
    }
}

extension ConflictDetail.Decision {
    fileprivate var json: JSON {
        var members = [
            JSONMember("byName", .string(byName)),
            JSONMember("approvedByName", approvedByName.map { .string($0) } ?? .null),
            JSONMember("at_ms", .integer(at_ms)), JSONMember("act", .string(act.rawValue)),
            JSONMember("reason", .string(reason)),
        ]
        if let value { members.append(JSONMember("value", value.json)) }
        return .object(members)
    }
}

extension ConflictDetail.Step {
    fileprivate var json: JSON {
        .object([
            "at_ms": .integer(at_ms), "personName": personName.map { .string($0) } ?? .null,
            "act": .string(act), "text": .string(text),
        ])
    }
}

extension BulkPreview {
    func json(_ schema: Schema) -> JSON {
        .object([
            "token": .string(token), "left": .integer(Int64(left)),
            "lines": .array(
                lines.map { line in
                    var members = [JSONMember("conflict", line.view.json(schema))]
                    if let after = line.after { members.append(JSONMember("after", after.json)) }
                    if !line.putsBack.isEmpty {
                        members.append(
                            JSONMember("putsBack", .array(line.putsBack.map { $0.json(schema) })))
                    }
                    if let before = line.before {
                        members.append(JSONMember("before", before.json))
                    }
                    return .object(members)
                }),
        ])
    }
}

extension Schema {
    /// A collection's name; its number for one that this version does not know.
    func name(of collection: CollectionID) -> String {
        self.collection(collection)?.name ?? "#\(collection.value)"
    }

    /// The name of the unit that a conflict is listed under; empty if it is about a device.
    func name(of view: ConflictView) -> String {
        guard let unit = view.unit, let collection = view.collection else { return "" }
        return name(of: unit, in: collection)
    }

    /// A unit's name; its number for one that this version does not know.
    func name(of unit: UnitID, in collection: CollectionID) -> String {
        self.unit(unit, of: collection)?.name ?? "#\(unit.value)"
    }
}
