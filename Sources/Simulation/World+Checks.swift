internal import Fieldwork
internal import SyncClient
internal import SyncCore
internal import SyncExchange
internal import SyncHub
internal import SyncProtocol
internal import SyncStore

extension World {
    // MARK: After every decision

    /// What can be seen of one device at any time.
    func check(_ device: Device) throws {
        guard !device.isLost else { return }
        checks += 1
        let store = try device.opened()
        guard try store.status().lastNumber?.value ?? 0 == UInt64(device.recorded.count) else {
            throw Violation("what was recorded is in the outbox", "the last is missing")
        }
        if let last = device.recorded.last,
            let number = ChangeSetNumber(UInt64(device.recorded.count))
        {
            guard try store.outboxEntry(number)?.hash == last else {
                throw Violation("what was recorded is in the outbox", "number \(number) differs")
            }
        }
    }

    /// Every change set that was recorded, with its hash.
    func checkOutbox(_ device: Device) throws {
        checks += 1
        let held = try device.opened().outbox(limit: 1_000_000).reversed().map(\.hash)
        guard held == device.recorded else {
            throw Violation(
                "what was recorded is in the outbox",
                "\(held.count) of \(device.recorded.count)")
        }
    }

    /// The author sees what they have just written.
    func checkOwn(_ sealed: HashedChangeSet, _ device: Device) throws {
        checks += 1
        for change in sealed.changeSet.changes {
            guard let shown = try device.opened().shown(change.record)?.parts.first else {
                throw Violation("own work is seen at once", "\(change.record) is not there")
            }
            for write in change.writes {
                guard case .set = write.operation,
                    case .register(let register)? = shown.state[write.unit]
                else { continue }
                guard register.heads.contains(where: { $0.origin.name == sealed.changeSet.name })
                else {
                    throw Violation("own work is seen at once", "unit \(write.unit.value)")
                }
            }
        }
    }

    /// Nothing of a record goes to who may not hold it.
    func checkSent(_ device: Device) throws {
        checks += 1
        let seen = device.transport.takeSeen()
        guard seen.isWhole else {
            throw Violation("the hub's answers can be read", "device \(device.person)")
        }
        let found =
            seen.plots.map { streets.indices.contains($0) ? streets[$0] : nil }
            + seen.records.map(street)
        let may = device.isRevoked ? [] : device.streets
        guard found.allSatisfy({ $0.map(may.contains) ?? false }) else {
            throw Violation(
                "nothing out of scope is sent",
                "of \(seen.plots.sorted()), \(seen.records.count) records, to device "
                    + "\(device.person)")
        }
    }

    /// The street a record lies in; `nil` for one that nobody made.
    func street(of record: RecordID) -> Int? {
        (plots + trees + nests).first { $0.id == record }.map(street)
    }

    /// Takes down what the hub has signed for.
    func takeReceipts(_ device: Device, _ count: Int) throws {
        guard count > 0 else { return }
        for entry in try device.opened().outbox(limit: count + 10) {
            if case .received(let became) = entry.state, became != .gap {
                receipted.insert(entry.hash)
            }
        }
    }

    /// Two records of a device that has everything show what the writes amount to.
    func checkSome(_ device: Device, _ roll: UInt64) throws {
        var chance = SeededGenerator(seed: roll)
        // What came in may have made the hub write.
        try learnFromHub()
        let standing = try presentStanding(device)
        let store = try device.opened()
        for _ in 0..<2 {
            let all = chance.next() % 4 == 0 && !trees.isEmpty ? trees : plots
            let known = all[Int(chance.next() % UInt64(all.count))]
            guard device.streets.contains(street(of: known)),
                let shown = try store.shown(known.id)?.parts.first
            else { continue }
            checks += 1
            if let complaint = oracle.complaint(about: shown.state, standing) {
                throw Violation(
                    "a synced device shows what the writes amount to",
                    "\(known.id) at device \(device.person): \(complaint)")
            }
            try checkGroups(shown.state)
        }
    }

    /// What counts for a device that has just synced: all the hub has merged, and its own.
    private func presentStanding(_ device: Device) throws -> [Int: Oracle.Standing] {
        let hub = try running()
        var standing: [Int: Oracle.Standing] = [:]
        try hub.store.read { tx in
            for replica in try tx.replicas() {
                let branch = try self.branch(replica, tx)
                for upload in try tx.uploads(of: replica.rid, first: 1, last: replica.stored) {
                    for set in try RunCoding.decodeRun(upload.run.bytes).changeSets {
                        let number = set.changeSet.name.number
                        guard replica.merged.contains(number),
                            number.value >= replica.branch?.first ?? 1,
                            let place = oracle.places[set.hash]
                        else { continue }
                        standing[place] = Oracle.Standing(
                            name: ChangeSetName(replica.id, number),
                            branch: branch)
                    }
                }
            }
        }
        let replica = try device.opened().identity().replica
        // What was discarded is returned to nobody any more, and counts nowhere.
        let aside = discarded.union(try device.opened().returned().map(\.hash))
        for (index, hash) in device.recorded.enumerated()
        where !aside.contains(hash) && !device.flippedWork.contains(hash) {
            guard let place = oracle.places[hash], let number = ChangeSetNumber(UInt64(index + 1))
            else { continue }
            standing[place] = Oracle.Standing(name: ChangeSetName(replica, number))
        }
        return standing
    }

    /// How the hub calls what a replica wrote, where it is a branch of another.
    private func branch(
        _ replica: StoredReplica, _ tx: borrowing HubTransaction
    ) throws -> Oracle.Branch? {
        var parts: [(id: ReplicaID, first: UInt64)] = []
        var last = replica
        while let branch = last.branch, let trunk = try tx.replica(rid: branch.trunk) {
            parts.append((last.id, branch.first))
            last = trunk
        }
        return parts.isEmpty ? nil : Oracle.Branch(trunk: last.id, parts: parts)
    }

    /// The members of a group are of one write.
    private func checkGroups(_ state: RecordState) throws {
        guard case .register(let register)? = state[Plot.pay], state.collection == .plot else {
            return
        }
        for head in register.heads {
            if case .group(let members) = head.value, case .integer(let amount) = members[0],
                members[1] != .text("proof of \(amount)")
            {
                throw Violation("a group never mixes", "\(state.record)")
            }
        }
    }

    /// A device in service holds what the hub does, and fetches everything again only where it may
    /// not have heard what has left.
    func checkDigest(_ summary: SyncSummary, _ device: Device) throws {
        // A hub that has a damaged record gives it to nobody.
        guard device.isInService, hubFlips.isEmpty else { return }
        checks += 1
        if summary.isRepaired { note(.repaired) }
        let mayRepair = device.hasTwin || !device.flipped.isEmpty || hasFlippedAtHub
        // A repair that a limit on bytes ends is gone on with at the next sync.
        guard summary.digestMatches != false || summary.isCutShort,
            mayRepair || !summary.isRepaired
        else {
            throw Violation("digests agree", "device \(device.person)")
        }
    }

    // MARK: At the hub

    /// All that the hub has signed for is in its log.
    func checkReceipted() throws {
        checks += 1
        let log = try readLog()
        for hash in receipted where log.merged[hash] == nil && log.aside[hash] == nil {
            throw Violation("what was receipted is in the log", "\(hash)")
        }
    }

    /// A conflict's page shows every side, with its author.
    func checkPage(_ page: ConflictDetail) throws {
        checks += 1
        guard page.sides.count >= 2, page.sides.allSatisfy({ !$0.writes.isEmpty }) else {
            throw Violation("every side of a conflict is shown", "\(page.view.id)")
        }
    }

    /// A decision names exactly the sides that were on its page, and settles them.
    ///
    /// - Parameter records: those that the page is about, where the decision is of others as well.
    func checkDecision(
        _ page: ConflictDetail, _ value: Value, _ after: ConflictDetail, in records: [RecordID]?
    ) throws {
        checks += 1
        try learnFromHub()
        let names = Set(page.sides.flatMap(\.writes).map(\.name))
        // Of records that are one, each is written to.
        var values: [Value] = []
        var replaced: Set<ChangeSetName> = []
        let changes = oracle.entries.last?.changes.filter {
            records?.contains($0.record) ?? true
        }
        for write in changes?.flatMap(\.writes) ?? [] where write.unit == page.view.unit {
            guard case .set(let value, let names) = write.operation else { continue }
            values.append(value)
            replaced.formUnion(names)
        }
        guard !values.isEmpty else {
            throw Violation("a decision is an ordinary change set", "\(page.view.id)")
        }
        // Work done unaware of a voiding is a side of it, but no write that could be replaced.
        let isNamed =
            page.view.kind == .deletion
            ? replaced.isSubset(of: names) : replaced == names
        guard values.allSatisfy({ $0 == value }), isNamed else {
            throw Violation("a decision names the sides of its page", "\(page.view.id)")
        }
        guard after.sides.count == 1, after.sides[0].value.agrees(with: value) else {
            throw Violation("a decision settles", "\(page.view.id)")
        }
    }

    /// What the log of the hub holds, by hash.
    struct Log {
        /// Merged, and so counted.
        var merged: [ContentHash: Oracle.Standing] = [:]
        /// Held, quarantined or of another branch: with the reason.
        var aside: [ContentHash: String] = [:]
        /// What is in the log twice.
        var twice: [ContentHash] = []
        /// The device's clock when what was merged was sent.
        var boots: [ContentHash: UInt64] = [:]
        var received: [ContentHash: Int64] = [:]
        /// What its device had lost when it told of it.
        var gaps: Set<ContentHash> = []
    }

    func readLog() throws -> Log {
        let key = fleet.hubKey.verifying
        var log = Log()
        try running().store.read { tx in
            try tx.allUploads { upload in
                let run = try RunCoding.decodeRun(upload.run.bytes)
                log.gaps.formUnion(run.gaps.map(\.hash))
                let branch = try tx.replica(rid: upload.replica).flatMap { try self.branch($0, tx) }
                let receipt = upload.receipt.flatMap { stored in
                    Signature(bytes: stored[..<64]).flatMap {
                        SignedReceipt(bytes: Array(stored[64...]), signature: $0).verified(by: key)
                    }
                }
                for set in run.changeSets {
                    let number = set.changeSet.name.number
                    guard upload.state == .judged, upload.holds(number.value) else {
                        // What came again says nothing new.
                        if log.merged[set.hash] == nil, log.aside[set.hash] == nil {
                            log.aside[set.hash] = "\(upload.state)"
                        }
                        continue
                    }
                    if log.merged[set.hash] != nil { log.twice.append(set.hash) }
                    let entry = receipt?[number]
                    guard let entry, entry.disposition.isMerged else {
                        log.aside[set.hash] = entry?.reason.string ?? "no receipt"
                        continue
                    }
                    if entry.disposition == .late { note(.lateWork) }
                    log.aside[set.hash] = nil
                    log.merged[set.hash] = Oracle.Standing(
                        name: branch?.name(set.changeSet.name) ?? set.changeSet.name,
                        position: entry.position, time: entry.time(of: set.changeSet),
                        branch: branch)
                    // What was said in an earlier life of the log stands, by whatever clock.
                    let isSaid = upload.earlier.contains {
                        $0.verified(by: key)?[number] != nil
                    }
                    if !isSaid { log.boots[set.hash] = upload.sent.boot }
                    log.received[set.hash] = upload.received_ms
                }
            }
        }
        return log
    }

    // MARK: Once it is quiet

    /// Repairs everything, lets all sync until nothing moves, and looks whether all agree.
    func settle() async throws {
        try lookOver()
        // In the end the hub has a program that understands everybody.
        if devices.contains(where: { $0.schema.version != hubSchema.version }) {
            try renewHub()
        }
        var isQuiet = false
        var rounds = 0
        while !isQuiet {
            rounds += 1
            guard rounds <= 10 else {
                throw Violation("everything comes to rest", "not within ten rounds")
            }
            isQuiet = rounds > 1
            for device in devices where !device.isLost {
                pass(60_000)
                do {
                    let summary = try await run(device, SyncOptions())
                    try look(device)
                    try checkStanding(device)
                    try learnHealed()
                    guard device.isInService else { continue }
                    if summary.sent > 0 || summary.received > 0 || summary.unsent > 0
                        || summary.takenOff > 0 || summary.delivered > 0
                        || summary.digestMatches != true
                    {
                        isQuiet = false
                    }
                    try checkDigest(summary, device)
                    try learnHealed(summary, device)
                } catch let interruption as SyncInterruption {
                    try look(device)
                    try learnHealed()
                    if isOfFlip(interruption) { isQuiet = false }
                    guard device.isCopied || device.isStranded || !isQuiet else {
                        throw Violation("nothing fails without a fault", "\(interruption.failure)")
                    }
                }
            }
        }
        try learnFromHub()
        let log = try readLog()
        try checkHub(log)
        try checkDevices(log)
        try checkNotices()
        try checkSifted(log)
        note(.converged)
        trace(UInt64(checks))
        let digest = try running().status().digest
        trace(digest.high)
    }

    /// A device that the hub lends nothing to knows it, and so does its person.
    private func checkStanding(_ device: Device) throws {
        guard device.isRevoked || device.isCopied || device.hasLeft else { return }
        checks += 1
        let standing = try device.opened().identity().enrolment
        guard standing == .revoked || standing == .copied else {
            throw Violation("a device knows its standing", "device \(device.person): \(standing)")
        }
    }

    private func checkHub(_ log: Log) throws {
        let hub = try running()
        checks += 1
        let findings = try hub.doctor().filter { $0.severity == .damage }
        guard findings.isEmpty else {
            throw Violation("the hub is sound", findings[0].text)
        }
        guard log.twice.isEmpty else {
            throw Violation("each change set is in the log once", "\(log.twice[0])")
        }
        // What a hub that was put back has lost, only those can give back who are there.
        let kept = Set(devices.filter(\.isInService).flatMap(\.recorded))
            .subtracting(devices.flatMap(\.flippedWork))
        for hash in receipted where log.merged[hash] == nil && log.aside[hash] == nil {
            guard hasRolledBack, !kept.contains(hash) else {
                throw Violation("what was receipted is in the log", "\(hash)")
            }
        }
        for hash in log.merged.keys.sorted() {
            guard let place = oracle.places[hash] else {
                throw Violation("nobody else writes", "\(hash)")
            }
            let entry = oracle.entries[place]
            let time = log.merged[hash]!.time?.milliseconds ?? 0
            // In one run of a machine its wall clock decides nothing.
            if !hasForked, faults[Fault.delayRequest.rawValue] == nil,
                log.boots[hash] == entry.boot, entry.boot > 0,
                abs(Int64(clamping: time) - entry.made_ms) > 1000
            {
                throw Violation(
                    "the time of a write does not depend on a wall clock",
                    "\(hash): \(time) instead of \(entry.made_ms)")
            }
        }
        for hash in revokedWork.sorted() where log.merged[hash] != nil {
            throw Violation("what a revoked device delivers waits for a person", "\(hash)")
        }
        // Every position was given once: to a change set, or to a grant that began or ended.
        var positions = log.merged.values.compactMap(\.position?.value)
        guard Set(positions).count == positions.count else {
            throw Violation("positions are given once", "\(positions.count)")
        }
        try hub.store.read { tx in
            for person in try tx.people() {
                for grant in try tx.grants(of: person.id) {
                    positions += [grant.began.value] + (grant.ended.map { [$0.value] } ?? [])
                }
            }
        }
        let given = Set(positions).subtracting([0])
        guard given.count == Int(given.max() ?? 0) else {
            throw Violation("positions have no gaps", "\(given.count)")
        }
    }

    private func checkDevices(_ log: Log) throws {
        var standing: [Int: Oracle.Standing] = [:]
        for (hash, it) in log.merged {
            if let place = oracle.places[hash] { standing[place] = it }
        }
        let records = oracle.records(standing)
        try checkConflicts(records, standing)
        try checkGuarded(records, standing)
        try checkOveruse(records, standing)
        let streets = Dictionary(
            (plots + trees + nests).map { ($0.id, street(of: $0)) },
            uniquingKeysWith: { first, _ in first })
        let status = try running().status()
        var unknown: [(device: Device, record: RecordID)] = []
        for device in devices where !device.isLost {
            let store = try device.opened()
            try checkOutbox(device)
            try checkDelivered(device, log)
            let receipts = try store.verifyReceipts()
            guard receipts.faults.isEmpty, receipts.missing.isEmpty || !device.isInService else {
                throw Violation("receipts verify", "device \(device.person): \(receipts)")
            }
            guard device.isInService else { continue }
            checks += 1
            let held = Set(device.streets.map { fleet.streets[$0] })
            var expected = StateDigest.zero
            for area in status.areas where held.contains(area.scope) { expected += area.digest }
            let digest = try store.totalDigest()
            guard digest == expected else {
                throw Violation(
                    "all hold the same once it is quiet", "device \(device.person)")
            }
            for record in records {
                guard let street = streets[record], device.streets.contains(street) else {
                    // What a lost life of the hub had sent is kept: the hub may have lost it.
                    let held = try store.shown(record)
                    if let held, !hasRolledBack || !held.isStale {
                        throw Violation(
                            "nothing out of scope is held", "\(record) at device \(device.person)")
                    }
                    continue
                }
                checks += 1
                if oracle.collection(of: record).flatMap(device.schema.collection) == nil {
                    note(.newerUnknown)
                    unknown.append((device, record))
                    continue
                }
                guard let shown = try store.shown(record) else {
                    throw Violation("nothing is lost", "\(record) at device \(device.person)")
                }
                let state = shown.parts[0].state
                let own = try standingOfHeld(shown, device, standing)
                let complaint =
                    oracle.complaint(about: state, own ?? standing)
                    ?? (own == nil
                        ? oracle.complaint(aboutOutcomeOf: state, standing, device.schema) : nil)
                    ?? complaint(aboutJoining: shown)
                if let complaint {
                    throw Violation(
                        "states are what the writes amount to",
                        "\(record) at device \(device.person): \(complaint)")
                }
                guard own != nil || shown.laidOver.isEmpty else {
                    throw Violation("nothing is laid over twice", "\(record)")
                }
                try checkGroups(state)
                noteOutcomes(state)
            }
        }
        // In the end everybody has a program that shows what the older one only kept.
        for (device, record) in unknown {
            if device.schema.version != Schema.simulatedNext.version { try upgrade(device) }
            checks += 1
            guard let shown = try device.opened().shown(record) else {
                throw Violation(
                    "a newer program shows what was kept", "\(record) at device \(device.person)")
            }
            if let complaint = oracle.complaint(about: shown.parts[0].state, standing) {
                throw Violation(
                    "states are what the writes amount to",
                    "\(record) at device \(device.person): \(complaint)")
            }
        }
    }

    /// What counts on a device that shows own work which the hub holds until more has come; `nil`
    /// for a record without any.
    private func standingOfHeld(
        _ shown: ShownRecord, _ device: Device, _ standing: [Int: Oracle.Standing]
    ) throws -> [Int: Oracle.Standing]? {
        guard !shown.held.isEmpty else { return nil }
        let replica = try replica(device)
        var own = standing
        for number in shown.held {
            guard let place = oracle.places[device.recorded[Int(number.value) - 1]] else {
                continue
            }
            own[place] = Oracle.Standing(name: ChangeSetName(replica, number))
        }
        return own
    }

    /// Records that are one show what each of them holds; those that were voided only where all
    /// were.
    private func complaint(aboutJoining shown: ShownRecord) -> String? {
        guard shown.parts.count > 1 else { return nil }
        note(.joinedSeen)
        let states = shown.parts.map(\.state)
        let alive = states.filter { state in
            guard let unit = Schema.simulated.unit(.void, of: state.collection),
                case .text? = state.outcome(of: unit)?.value
            else { return true }
            return false
        }
        for unit in Plot.edited + [Plot.deed, Plot.seal] {
            guard let found = shown.state[unit] else {
                if (alive.isEmpty ? states : alive).contains(where: { $0[unit] != nil }) {
                    return "unit \(unit.value) of records that are one is missing"
                }
                continue
            }
            let parts = (alive.isEmpty ? states : alive).compactMap { $0[unit] }
            guard Self.contents([found]) == Self.contents(parts) else {
                return "unit \(unit.value) of records that are one is not all of theirs"
            }
        }
        return nil
    }

    /// What was written, as far as it counts: in a set, for what shows as one shows it once.
    private static func contents(_ units: [UnitState]) -> Set<String> {
        var total: Int64 = 0
        var found: Set<String> = []
        // What one decision said in two spellings is one.
        func spelt(_ value: Value) -> String {
            guard case .text(let text) = value else { return "\(value)" }
            return text.string.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        for unit in units {
            switch unit {
            case .register(let register):
                found.formUnion(register.heads.map { "\($0.origin.name) \(spelt($0.value))" })
            case .elements(let elements):
                for entry in elements.entries {
                    found.formUnion(entry.adds.map { "\($0.name) \(entry.element)" })
                }
            case .total(let sum): total += sum.amount
            case .log(let log):
                found.formUnion(log.entries.map { "\($0.origin.name) \($0.value)" })
            }
        }
        return found.union(["\(total)"])
    }

    /// Notes which ways of putting differing writes together were met.
    private func noteOutcomes(_ state: RecordState) {
        for unit in state.units {
            guard case .register(let register) = unit.state, register.heads.count > 1,
                let declaration = Schema.simulated.unit(unit.id, of: state.collection),
                let outcome = state.outcome(of: declaration)
            else { continue }
            switch (declaration.policy, outcome) {
            case (_, .settled): note(.sameWords)
            case (.text, .combined): note(.textsCombined)
            case (.text, .disputed): note(.textsCollide)
            case (.ranked, .chosen): note(.sourceRanked)
            case (.ranked, .disputed): note(.sourcesDisputed)
            case (.states, .chosen): note(.furtherState)
            case (.states, .disputed): note(.statesDisputed)
            case (.withdrawalWins, .disputed): note(.withdrawn)
            case (.raiseWins, .disputed): note(.raised)
            default: break
            }
        }
    }

    /// The queue holds every unit that people must decide, and nothing else.
    private func checkConflicts(
        _ records: [RecordID], _ standing: [Int: Oracle.Standing]
    ) throws {
        checks += 1
        let open = try running().conflicts(state: nil, by: fleet.administrators[0])
        var found: Set<String> = []
        for view in open where World.settledBySide.contains(view.kind) {
            guard let record = view.record, let unit = view.unit else { continue }
            found.insert("\(record) \(unit.value)")
        }
        var expected: Set<String> = []
        // What records that are one disagree on is asked under the first of them. The oracle knows
        // it for the units in review.
        let groups = oracle.groups(records, standing)
        let plot = hubSchema.collection(.plot)?.units ?? []
        for group in groups {
            let disputed = oracle.disputed(group, standing, hubSchema)
            for record in group {
                for unit in plot {
                    if case .review = unit.policy, unit.id != .void, disputed != nil { continue }
                    found.remove("\(record) \(unit.id.value)")
                }
            }
            for unit in disputed ?? [] where unit != .void {
                expected.insert("\(group[0]) \(unit.value)")
            }
        }
        let joined = Set(groups.joined())
        for record in records where !joined.contains(record) {
            for unit in oracle.disputed(record, standing, hubSchema) {
                expected.insert("\(record) \(unit.value)")
            }
        }
        for record in records {
            for unit in oracle.untold(record, standing, hubSchema) {
                found.remove("\(record) \(unit.value)")
                expected.remove("\(record) \(unit.value)")
            }
        }
        // A voiding of one head against work unaware of it is no matter of the heads the oracle
        // works out.
        for view in open where view.kind == .deletion {
            guard let record = view.record, let unit = view.unit else { continue }
            let name = "\(record) \(unit.value)"
            if !expected.contains(name) { found.remove(name) }
        }
        guard found == expected else {
            throw Violation(
                "every conflict is in the queue",
                "missing \(expected.subtracting(found).sorted()), "
                    + "too many \(found.subtracting(expected).sorted())")
        }
    }

    /// What a device recorded is at the hub: merged, or set aside for a reason that the world
    /// knows.
    private func checkDelivered(_ device: Device, _ log: Log) throws {
        let isAfterGrace = firstMove_ms.map { now_ms - $0 > Admission.grace_ms } ?? false
        var isBehind = false
        var hasLost = false
        for hash in device.recorded {
            checks += 1
            if log.merged[hash] != nil { continue }
            let entry = oracle.places[hash].map { oracle.entries[$0] }
            guard let reason = log.aside[hash] else {
                // Exactly that, and told to the hub as lost: nothing else is forgiven.
                if device.flippedWork.contains(hash), device.isStranded || log.gaps.contains(hash) {
                    note(.gapPassed)
                    try checkTold(of: hash, device)
                    hasLost = true
                    continue
                }
                // A copy delivers as well; only what was enrolled in a lost life is not known.
                if !device.isStranded {
                    throw Violation("every queue drains", "device \(device.person): \(hash)")
                }
                continue
            }
            // A draft may have closed what its author was not shown; what follows waits behind it.
            let isFromDraft = entry?.isFromDraft ?? false
            isBehind = isBehind || isFromDraft
            let isKnown =
                hasForked || hasRolledBack || device.isRevoked || doomed.contains(hash)
                || (reason == "HZ-5009" && isFromDraft)
                // What was lost had brought two sides together, and this was written on that.
                || (reason == "HZ-5009" && hasLost)
                // It had sealed that before, and the disk has lost it.
                || (reason == "HZ-5008" && faults[Fault.deviceFlip.rawValue] != nil)
                || (reason == "HZ-5102" && isBehind) || reason == "HZ-5101"
                || (reason == "HZ-5003" && firstMove_ms != nil)
                || (reason == "HZ-5004" && isAfterGrace)
            if reason == "HZ-5004" { note(.tooLate) }
            isBehind = isBehind || ["HZ-5003", "HZ-5004", "HZ-5101"].contains(reason)
            guard isKnown else {
                throw Violation(
                    "ordinary work is never set aside", "device \(device.person): \(reason)")
            }
        }
    }

    /// Who lost work is told so, as long as no copy of it was found.
    private func checkTold(of hash: ContentHash, _ device: Device) throws {
        checks += 1
        let store = try device.opened()
        let lost = try store.lost()
        guard let place = device.recorded.firstIndex(of: hash),
            lost.contains(where: { $0.value == UInt64(place + 1) })
        else { throw Violation("who loses work is told", "device \(device.person)") }
    }

    /// Who had written a side is told what was decided.
    private func checkNotices() throws {
        // What is taken off takes its news along.
        for device in devices where device.isInService && firstMove_ms == nil {
            let store = try device.opened()
            guard let person = try store.identity().person else { continue }
            let told = try store.notices().filter { $0.notice.kind == .decision }
            for decision in decisions where decision.author == person {
                checks += 1
                guard
                    told.contains(where: {
                        $0.notice.record.map(decision.records.contains) ?? false
                            && $0.notice.unit == decision.unit
                    })
                else {
                    throw Violation("authors are told of decisions", "device \(device.person)")
                }
                note(.toldOfDecision)
            }
        }
    }
}
