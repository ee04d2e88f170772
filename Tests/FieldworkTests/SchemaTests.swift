import Fieldwork
import SyncCore
import Testing

@Suite("fieldwork schema")
struct SchemaTests {
    @Test("collections keep their numbers, units theirs within them")
    func collections() {
        #expect(Schema.fieldwork.version == SchemaVersion(1))
        #expect(
            Schema.fieldwork.collections.map(\.id.value)
                == Array(1...UInt16(Schema.fieldwork.collections.count)))
        for collection in Schema.fieldwork.collections {
            let own = collection.units.map(\.id.value).filter { $0 >= 16 }
            #expect(own == Array(16..<16 + UInt16(own.count)), "\(collection.name)")
        }
    }

    @Test(
        "a household and a person may come to lie elsewhere, what happened may not; where a record lies is open"
    )
    func homes() {
        let moving = ["household", "person"]
        for collection in Schema.fieldwork.collections {
            switch collection.home {
            case .scope(let unit), .with(let unit):
                #expect(
                    collection.unit(unit)?.policy
                        == (moving.contains(collection.name)
                            ? .review(shown: .previous) : .immutable))
                #expect(collection.unit(unit)?.sensitivity == .open)
            }
        }
    }

    @Test("a record that is worked on has its state as a column, and a log of its steps")
    func work() {
        for collection in Schema.fieldwork.collections {
            guard let steps = collection.unit(named: "steps") else { continue }
            #expect(steps.policy == .append)
            let state = collection.unit(named: "state")
            #expect(state?.isColumn == true)
            if case .states? = state?.policy { continue }
            Issue.record("\(collection.name) has steps and no states")
        }
    }

    @Test("nothing special is a column: an index would hold it in clear")
    func columns() {
        for collection in Schema.fieldwork.collections {
            for unit in collection.units where unit.isColumn {
                #expect(unit.sensitivity < .special, "\(collection.name).\(unit.name)")
            }
        }
    }
}
