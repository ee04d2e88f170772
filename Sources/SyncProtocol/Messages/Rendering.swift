public import SyncCore

// Every message as JSON, for people, tests and `protocol/vectors`. Nothing reads it back: what is
// on the wire is the bytes. Members stand in the order of the bytes; names are base 32, numbers are
// exact however large.

extension JSON {
    static func number(_ value: UInt64) -> JSON {
        Int64(exactly: value).map { .integer($0) } ?? .decimal(String(value))
    }

    static func number(_ value: Int) -> JSON { .integer(Int64(value)) }

    static func text(_ value: some CustomStringConvertible) -> JSON { .string(value.description) }

    static func optional<Content>(_ content: Content?, _ render: (Content) -> JSON) -> JSON {
        content.map(render) ?? .null
    }

    static func bytes(_ value: [UInt8]) -> JSON { .string(Base32.encode(value)) }
}

extension Value {
    /// `null` is *stated to be empty*; bytes, days and references are objects with one member,
    /// groups are arrays.
    public var rendering: JSON {
        switch self {
        case .absent: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .text(let text): .string(text.string)
        case .bytes(let bytes): .object(["bytes": .bytes(bytes)])
        case .day(let day): .object(["day": .text(day)])
        case .reference(let record): .object(["reference": .text(record)])
        case .group(let members): .array(members.map(\.rendering))
        }
    }
}

extension ChangeSetName {
    /// The replica, a slash and the number.
    public var rendering: JSON { .text(self) }
}

// MARK: Change sets

extension ChangeSet {
    /// All of the change set; its hash is not part of it.
    public var rendering: JSON {
        .object([
            "name": name.rendering,
            "previous": .text(previous),
            "author": .text(author),
            "grant": .text(grant),
            "trunk": .object([
                "epoch": .optional(trunk.epoch) { .text($0) },
                "position": .number(trunk.position.value),
            ]),
            "time": time.rendering,
            "intent": .string(intent.string),
            "form": .optional(form) {
                .object(["form": .string($0.form.string), "version": .number(UInt64($0.version))])
            },
            "reason": .optional(reason) { .string($0.string) },
            "schema": .number(UInt64(schema.value)),
            "premises": .array(
                premises.map {
                    .object([
                        "record": .text($0.record), "unit": .number(UInt64($0.unit.value)),
                        "heads": .array($0.heads.map(\.rendering)),
                    ])
                }),
            "saltSeed": .text(saltSeed),
            "changes": .array(changes.map(\.rendering)),
        ])
    }
}

extension WriteTime {
    public var rendering: JSON {
        .object([
            "milliseconds": .number(timestamp.milliseconds),
            "counter": .number(UInt64(timestamp.counter)),
            "wall_ms": .integer(wall_ms),
            "monotonic_ms": .number(monotonic_ms),
            "boot": .number(boot),
            "offset_ms": .optional(offset_ms) { .integer($0) },
            "offsetAge_ms": .optional(offsetAge_ms) { .number($0) },
        ])
    }
}

extension RecordChange {
    public var rendering: JSON {
        .object([
            "record": .text(record),
            "collection": .number(UInt64(collection.value)),
            "creates": .bool(creates),
            "shown": .optional(shown) { .number($0.value) },
            "writes": .array(writes.map(\.rendering)),
        ])
    }
}

extension Write {
    /// The unit and, under the name of what is done, its content.
    public var rendering: JSON {
        let unit = JSONMember("unit", .number(UInt64(unit.value)))
        switch operation {
        case .set(let value, let names):
            return .object([
                unit, JSONMember("set", value.rendering),
                JSONMember("replacing", .array(names.map(\.rendering))),
            ])
        case .change(let adding, let removing):
            let removals = removing.map { removal -> JSON in
                .object([
                    "element": removal.element.rendering,
                    "adds": .array(removal.adds.map(\.rendering)),
                ])
            }
            return .object([
                unit, JSONMember("adding", .array(adding.map(\.rendering))),
                JSONMember("removing", .array(removals)),
            ])
        case .increment(let delta):
            return .object([unit, JSONMember("increment", .integer(delta))])
        case .append(let values):
            return .object([unit, JSONMember("append", .array(values.map(\.rendering)))])
        }
    }
}

extension HashedChangeSet {
    /// The change set, with its hash as first member.
    public var rendering: JSON {
        .object([JSONMember("hash", .text(hash))] + (changeSet.rendering.members ?? []))
    }
}

extension SignedRun {
    /// Its change sets, its gaps if there are any, and the signature; the bytes alone where they
    /// can't be read.
    public var rendering: JSON {
        let content: [JSONMember]
        do { content = try RunCoding.decodeRun(bytes).members } catch {
            content = [JSONMember("unreadable", .bytes(bytes))]
        }
        return .object(content + [JSONMember("signature", .bytes(signature.bytes))])
    }
}

extension HashedRun {
    public var members: [JSONMember] {
        let sets = JSONMember("changeSets", .array(changeSets.map(\.rendering)))
        guard !gaps.isEmpty else { return [sets] }
        let holes = gaps.map { gap in
            JSON.object([
                "name": .text(ChangeSetName(replica, gap.number)),
                "previous": .text(gap.previous), "hash": .text(gap.hash),
            ])
        }
        return [sets, JSONMember("gaps", .array(holes))]
    }
}

// MARK: States

extension RecordState {
    public var rendering: JSON {
        .object([
            "record": .text(record),
            "collection": .number(UInt64(collection.value)),
            "created": .optional(created) { $0.rendering },
            "units": .array(units.map(\.rendering)),
        ])
    }
}

extension Origin {
    public var rendering: JSON {
        .object([
            "name": name.rendering,
            "author": .text(author),
            "time_ms": .number(time.milliseconds),
            "position": .optional(position) { .number($0.value) },
            "shown": .optional(shown) { .number($0.value) },
        ])
    }
}

extension RecordState.Unit {
    /// The unit, and what it holds under the name of its kind.
    public var rendering: JSON {
        let unit = JSONMember("unit", .number(UInt64(id.value)))
        switch state {
        case .register(let register):
            return .object([
                unit, JSONMember("heads", .array(register.heads.map(\.rendering))),
                JSONMember("early", .array(register.early.map(\.rendering))),
                JSONMember("base", .optional(register.base) { $0.rendering }),
            ])
        case .elements(let elements):
            let entries = elements.entries.map { entry -> JSON in
                .object([
                    "element": entry.element.rendering,
                    "adds": .array(entry.adds.map(\.rendering)),
                ])
            }
            let early = elements.early.map { removal -> JSON in
                .object(["element": removal.element.rendering, "add": removal.add.rendering])
            }
            return .object([
                unit, JSONMember("elements", .array(entries)), JSONMember("early", .array(early)),
            ])
        case .total(let total):
            let parts = total.parts.map { part -> JSON in
                .object([
                    "replica": .text(part.replica), "amount": .integer(part.amount),
                    "counted": part.counted.rendering,
                ])
            }
            return .object([unit, JSONMember("total", .array(parts))])
        case .log(let log):
            let entries = log.entries.map { entry -> JSON in
                .object([
                    "origin": entry.origin.rendering, "index": .number(entry.index),
                    "value": entry.value.rendering,
                ])
            }
            return .object([unit, JSONMember("log", .array(entries))])
        }
    }
}

extension Head {
    public var rendering: JSON {
        .object(["origin": origin.rendering, "value": value.rendering])
    }
}

extension NumberSet {
    /// The ranges, each as first and last.
    public var rendering: JSON {
        .array(ranges.map { .array([.number($0.lowerBound), .number($0.upperBound)]) })
    }
}
