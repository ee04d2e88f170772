import Casework
import Fieldwork
import Glibc
import SyncCore

/// Measures the whole reference district: `Benchmarks district`, and who is found in it that never
/// asked: `Benchmarks silent`. One core, no store.
struct DistrictBench {
    private let district: ReferenceDistrict
    private let catalogue: Catalogue
    private let discovery: Discovery
    private let account: DistrictAccount
    private let reading_ms: Double

    private static let day = CalendarDate("2021-11-01")!

    init(seed: UInt64 = 20_220_216) throws {
        district = ReferenceDistrict(seed: seed, asOf: Self.day)
        catalogue = try Catalogue(Array(Catalogue.shippedText.utf8)) { _ in .none }
        discovery = try Discovery(Rulebook(catalogue, asOf: Self.day))
        var entries: [HouseholdEntry] = []
        var lying: [DistrictAccount.Lying] = []
        var reading: UInt64 = 0
        let area = district.district.id
        for place in 0..<district.count {
            let states = district.home(place).changes.map(\.alone)
            let start = Self.cpu_ns()
            if let records = HouseholdRecords(states),
                let entry = HouseholdEntry(records, catalogue: catalogue, asOf: Self.day)
            {
                entries.append(entry)
            }
            lying += states.compactMap {
                DistrictAccount.Lying($0, in: area, asOf: Self.day)
            }
            reading += Self.cpu_ns() - start
        }
        lying += district.gatherings.joined().compactMap {
            DistrictAccount.Lying($0.alone, in: area, asOf: Self.day)
        }
        account = DistrictAccount(entries, lying: lying)
        reading_ms = Double(reading) / 1e6
    }

    static func run() throws {
        let bench = try DistrictBench()
        print("| | measured |\n|---|---|")
        print("| households, from records to what reports need | \(Int(bench.reading_ms)) ms |")
        bench.everything()
        for kind in DistrictReport.Kind.allCases { bench.report(kind) }
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        print("| peak memory | \(usage.ru_maxrss / 1024) MB |")
    }

    /// Assessment, programmes, warnings and routing of every household.
    private func everything() {
        var best = UInt64.max
        var levels: [Level: Int] = [:]
        var (candidates, alerts) = (0, 0)
        for _ in 0..<3 {
            let start = Self.cpu_ns()
            (levels, candidates, alerts) = ([:], 0, 0)
            for entry in account.entries {
                let situation = discovery.situation(entry.facts, chronicle: entry.chronicle)
                let warnings = situation.warnings
                let routing = Routing(situation, severities: warnings.map(\.severity))
                if entry.wasSurveyed { levels[situation.level, default: 0] += 1 }
                candidates += situation.answer.members.reduce(0) { sum, answers in
                    sum + answers.count { $0.truth != .no }
                }
                alerts += warnings.count + (routing.primary == .none ? 0 : 1)
            }
            best = min(best, Self.cpu_ns() - start)
        }
        let shown = [Level.high, .medium, .low, .none, .pending]
            .map { "\(levels[$0, default: 0])" }.joined(separator: " / ")
        print(
            """
            | \(account.entries.count) households assessed, matched, warned of and routed \
            (\(shown); \(candidates) candidates, \(alerts) findings) | \(best / 1_000_000) ms |
            """)
    }

    private func report(_ kind: DistrictReport.Kind) {
        let start = Self.cpu_ns()
        let report = DistrictReport(
            kind, of: account, discovery: discovery, places: DistrictPlaces([]))
        let bytes = report.json.bytes().count
        print("| report \(kind.rawValue), \(bytes) B | \((Self.cpu_ns() - start) / 1_000_000) ms |")
    }

    /// On seeds on which nothing was ever tried out.
    static func silent() throws {
        print("| seed | planted | within 500 | recall | precision at 100 | at 500 | listed |")
        print("|---|---|---|---|---|---|---|")
        for seed: UInt64 in [7, 11, 13] {
            let bench = try DistrictBench(seed: seed)
            let planted = Set(bench.district.silent)
            let list = SilentList(of: bench.account.entries, discovery: bench.discovery)
            let found = list.lines.prefix(500).count { planted.contains($0.household) }
            let listed = list.lines.count { planted.contains($0.household) }
            print(
                """
                | \(seed) | \(planted.count) | \(found) | \(listed * 1000 / planted.count) ‰ \
                | \(list.precision(at: 100, of: planted)) ‰ \
                | \(list.precision(at: 500, of: planted)) ‰ | \(list.lines.count) |
                """)
        }
    }

    private static func cpu_ns() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension RecordChange {
    /// What is seen of the record if nothing else is ever written.
    fileprivate var alone: RecordState {
        var state = RecordState(record: record, collection: collection)
        state.merge(
            self,
            from: Origin(
                name: ChangeSetName(ReplicaID(high: 1, low: 1), .first),
                author: PersonID(high: 0, low: 0), time: CorrectedTime(clamping: 0),
                position: .start, shown: nil), hasMerged: { _ in false })
        return state
    }
}
