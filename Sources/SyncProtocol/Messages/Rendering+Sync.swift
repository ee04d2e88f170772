public import SyncCore

// Requests, answers and receipts as JSON; see `Rendering.swift`.

extension SyncRequest {
    public var rendering: JSON {
        .object([
            "replica": .text(replica),
            "epochTag": .number(UInt64(epochTag)),
            "mark": .object([
                "number": .number(mark.number), "check": .number(mark.check),
            ]),
            "grantsVersion": .number(grantsVersion),
            "cursors": .array(
                cursors.map {
                    .object(["count": .number($0.count), "position": .number($0.position.value)])
                }),
            "noticeCursor": .number(noticeCursor),
            "writerCursor": .number(UInt64(writerCursor)),
            "digest": .optional(digest) { .text($0) },
            "clock": .object([
                "wall_ms": .integer(clock.wall_ms), "monotonic_ms": .number(clock.monotonic_ms),
                "boot": .number(clock.boot),
            ]),
            "maximumDownBytes": .number(maximumDownBytes),
            "isDryRun": .bool(isDryRun),
            "takesEcho": .bool(takesEcho),
            "wantsCredential": .bool(wantsCredential),
            "diskFree_MB": .number(diskFree_MB),
            "pending": .number(pending),
            "unsettled": .array(unsettled.map { .number($0.value) }),
            "proof": .optional(proof) { $0.rendering },
            "receipts": .array(receipts.map(\.rendering)),
            "purges": .array(purges.map(\.rendering)),
            "stretches": .array(stretches.map(\.rendering)),
            "copies": .array(copies.map(\.rendering)),
            "runs": .array(runs.map(\.rendering)),
        ])
    }
}

extension SyncResponse {
    /// All of the answer. States are their bytes: reading them takes writers of earlier answers.
    public var rendering: JSON {
        .object([
            "requestTag": .number(requestTag),
            "epoch": .optional(epoch) { .text($0) },
            "hub_ms": .number(hub_ms),
            "hasMore": .bool(hasMore),
            "digestDiffers": .bool(digestDiffers),
            "lease_ms": .number(lease_ms),
            "merged": merged.rendering,
            "grants": .optional(grants) { $0.rendering },
            "writers": .array(
                writers.map {
                    .object([
                        "number": .number(UInt64($0.number)), "replica": .text($0.writer.replica),
                        "author": .text($0.writer.author),
                    ])
                }),
            "people": .array(
                people.map { .object(["id": .text($0.id), "name": .string($0.name.string)]) }),
            "receipts": .array(receipts.map(\.rendering)),
            "pages": .array(pages.map(\.rendering)),
            "notices": .array(notices.map(\.rendering)),
            "estimate": .optional(estimate) {
                .object(["records": .number($0.records), "bytes": .number($0.bytes)])
            },
            "mark": .optional(mark) { $0.rendering },
            "leaves": .array(leaves.map(\.rendering)),
            "echo": .optional(echo) {
                .object(["records": .number($0.records), "digest": .text($0.digest)])
            },
            "comparison": .array(comparison.map(\.rendering)),
            "wanted": .array(wanted.map(\.rendering)),
            "credential": .optional(credential) { $0.rendering },
        ])
    }
}

extension SignedCredential {
    /// What it says, unless that can't be read.
    public var rendering: JSON {
        let credential: JSON
        do {
            credential = try Credential.decode(bytes).rendering
        } catch {
            credential = .bytes(bytes)
        }
        return .object(["credential": credential, "signature": .bytes(signature.bytes)])
    }
}

extension Credential {
    public var rendering: JSON {
        .object([
            "hub": .text(hub), "replica": .text(replica), "key": .bytes(key.bytes),
            "person": .text(person), "name": .string(name.string),
            "issued_ms": .number(issued_ms), "until_ms": .number(until_ms),
            "scopes": .array(scopes.map { .text($0) }),
        ])
    }
}

extension DeviceCard {
    public var rendering: JSON {
        .object([
            "credential": credential.rendering, "sealingKey": .bytes(sealingKey.bytes),
        ])
    }
}

extension SharedBundle {
    public var rendering: JSON {
        .object([
            "credential": credential.rendering, "bundle": .bytes(bundle),
            "first": .number(first.value), "previous": .text(previous),
            "parts": .array(
                parts.map { part in
                    switch part {
                    case .closed(let count, let head):
                        .object(["count": .number(count), "head": .text(head)])
                    case .open(let sets): .object(["changeSets": .array(sets.map(\.rendering))])
                    }
                }),
        ])
    }
}

extension ReceiptFile {
    public var rendering: JSON {
        .object([
            "mark": mark.rendering, "receipts": .array(receipts.map(\.rendering)),
        ])
    }
}

extension SyncResponse.Grants {
    public var rendering: JSON {
        .object([
            "version": .number(version),
            "grants": .array(
                grants.map {
                    .object([
                        "id": .text($0.id), "scope": .text($0.scope),
                        "isReadOnly": .bool($0.isReadOnly),
                    ])
                }),
            "areas": .array(
                areas.map {
                    .object([
                        "number": .number(UInt64($0.number)), "scope": .text($0.scope),
                        "parent": .optional($0.parent) { .number(UInt64($0)) },
                        "name": .string($0.name.string),
                    ])
                }),
        ])
    }
}

extension SyncResponse.Page {
    public var rendering: JSON {
        .object([
            "grants": .array(grants.map { .number($0) }),
            "through": .number(through.value),
            "records": .array(
                records.map {
                    .object([
                        "collection": .number(UInt64($0.collection.value)),
                        "record": .text($0.record), "area": .number(UInt64($0.area)),
                        "position": .number($0.position.value), "state": .bytes($0.state),
                    ])
                }),
        ])
    }
}

extension SyncResponse.Leave {
    public var rendering: JSON {
        let word =
            switch reason {
            case .reassigned: "reassigned"
            case .revoked: "revoked"
            }
        var members = [JSONMember("number", .number(number)), JSONMember("reason", .string(word))]
        switch subject {
        case .record(let record, let collection):
            members.append(JSONMember("record", .text(record)))
            members.append(JSONMember("collection", .number(UInt64(collection.value))))
        case .grant(let grant): members.append(JSONMember("grant", .text(grant)))
        }
        return .object(members)
    }
}

extension Purge {
    public var rendering: JSON {
        .object([
            "hub": .text(hub),
            "replica": .text(replica),
            "at_ms": .integer(at_ms),
            "leaves": .array(leaves.map { .number($0) }),
        ])
    }
}

extension SignedPurge {
    /// What it says and the signature, which is not checked here; the bytes alone where they can't
    /// be read.
    public var rendering: JSON {
        let content: JSONMember
        do {
            content = JSONMember("purge", try Purge.decode(bytes).rendering)
        } catch {
            content = JSONMember("unreadable", .bytes(bytes))
        }
        return .object([content, JSONMember("signature", .bytes(signature.bytes))])
    }
}

extension SyncResponse.Notice {
    public var rendering: JSON {
        let word =
            switch kind {
            case .decision: "decision"
            case .returned: "returned"
            case .fork: "fork"
            case .question: "question"
            case .discarded: "discarded"
            case .assigned: "assigned"
            }
        var members = [
            JSONMember("number", .number(number)), JSONMember("kind", .string(word)),
            JSONMember("at_ms", .number(at_ms)), JSONMember("by", .optional(by) { .text($0) }),
            JSONMember("record", .optional(record) { .text($0) }),
            JSONMember("collection", .optional(collection) { .number(UInt64($0.value)) }),
            JSONMember("unit", .optional(unit) { .number(UInt64($0.value)) }),
        ]
        // Left out where there is none: `null` would say that it is stated to be empty.
        if let value { members.append(JSONMember("value", value.rendering)) }
        if let yours { members.append(JSONMember("yours", yours.rendering)) }
        members.append(JSONMember("reason", .string(reason.string)))
        return .object(members)
    }
}

extension Receipt {
    public var rendering: JSON {
        .object([
            "hub": .text(hub),
            "epoch": .text(epoch),
            "replica": .text(replica),
            "first": .number(first.value),
            "lastHash": .text(lastHash),
            "received_ms": .number(received_ms),
            "anchored": .number(anchored.value),
            "entries": .array(entries.map(\.rendering)),
        ])
    }
}

extension ReceiptEntry {
    public var rendering: JSON {
        .object([
            "disposition": .string(disposition.word),
            "position": .optional(position) { .number($0.value) },
            "shift_ms": .integer(shift_ms),
            "reason": .string(reason.string),
        ])
    }
}

extension SignedReceipt {
    /// What it says and the signature, which is not checked here; the bytes alone where they can't
    /// be read.
    public var rendering: JSON {
        let content: JSONMember
        do {
            content = JSONMember("receipt", try Receipt.decode(bytes).rendering)
        } catch {
            content = JSONMember("unreadable", .bytes(bytes))
        }
        return .object([content, JSONMember("signature", .bytes(signature.bytes))])
    }
}

extension SignedMark {
    /// What it says and the signature, which is not checked here; the bytes alone where they can't
    /// be read.
    public var rendering: JSON {
        let content: JSONMember
        do {
            let mark = try LogMark.decode(bytes)
            content = JSONMember(
                "mark",
                .object([
                    "hub": .text(mark.hub), "epoch": .text(mark.epoch),
                    "number": .number(mark.number), "hash": .text(mark.hash),
                    "anchored": .number(mark.anchored.value),
                ]))
        } catch {
            content = JSONMember("unreadable", .bytes(bytes))
        }
        return .object([content, JSONMember("signature", .bytes(signature.bytes))])
    }
}

extension Disposition {
    fileprivate var word: String {
        switch self {
        case .applied: "applied"
        case .conflicted: "conflicted"
        case .late: "late"
        case .held: "held"
        case .quarantined: "quarantined"
        case .gap: "gap"
        }
    }
}
