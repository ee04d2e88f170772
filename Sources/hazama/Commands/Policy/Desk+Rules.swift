import Casework
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

/// A catalogue that this machine can answer by, and where it comes from.
struct KnownRules {
    /// 0 for the one the program carries.
    let version: Int
    let publishedOn: CalendarDate?
    let digest: ContentHash
    /// `nil` for the one the program carries.
    let record: PublishedRules?
}

extension Desk {
    /// The versions this machine has heard of, the program's own first and the newest last.
    func knownRules() throws -> [KnownRules] {
        let own = KnownRules(
            version: 0, publishedOn: nil, digest: FactKey.catalogue.digest, record: nil)
        guard try hasStore() else { return [own] }
        // What everybody may read; who is locked out of their records still has rules.
        let store = try store(beforeApproval: true, whileLocked: true)
        var records: [PublishedRules] = []
        for row in try store.list(.publishedRules, limit: .max) {
            if let found = try store.shown(row.record).flatMap({ PublishedRules($0.state) }),
                found.voidReason == nil
            {
                records.append(found)
            }
        }
        return [own]
            + records.sorted { $1.isNewer(than: $0) }.compactMap { record in
                guard let version = record.version, let digest = record.digest else { return nil }
                return KnownRules(
                    version: version, publishedOn: record.publishedOn, digest: digest,
                    record: record)
            }
    }

    /// The catalogue by which answers are given here: the newest version heard of.
    func rulesInUse() throws -> Casework.Catalogue { try catalogue(of: rules(version: nil)) }

    /// The catalogue by which a command answers, having said which, where it is not the program's
    /// own.
    ///
    /// - Parameter version: `nil` for the newest.
    func rulesTold(version: Int?) throws -> Casework.Catalogue {
        let chosen = try rules(version: version)
        if chosen.record != nil {
            let day = chosen.publishedOn.map { "\($0)" } ?? ""
            let text = console.text(
                RulePhrase.rulesUsed, ["n": "\(chosen.version)", "day": day])
            console.hint(Line(text, .dim))
            console.summarise(["rules": .integer(Int64(chosen.version))])
        } else if version != nil {
            console.hint(Line(console.text(RulePhrase.ownRules), .dim))
        }
        return try catalogue(of: chosen)
    }

    /// What the office's rules say of the values of a key; `nil` for one that no rule asks for.
    func definition(ofFact key: String) throws -> FactDefinition? {
        let facts = try rulesInUse().facts
        return facts.slot(of: key).map { facts[$0] }
    }

    /// Said where somebody names a programme or document that no rule has.
    func noSuchPolicy(_ typed: String, safe: String? = nil) -> Failure {
        Failure(
            status: .failed, code: DeviceCode.noSuchPolicy.rawValue, safe: safe,
            what: console.text(PolicyPhrase.noSuchPolicy, ["id": typed]),
            next: console.text(PolicyPhrase.noSuchPolicyNext))
    }

    func rules(version: Int?) throws -> KnownRules {
        let known = try knownRules()
        guard let chosen = known.last(where: { version == nil || $0.version == version }) else {
            throw Failure(
                status: .failed, code: DeviceCode.noSuchPolicy.rawValue,
                what: console.text(RulePhrase.noSuchVersion, ["n": "\(version ?? 0)"]),
                next: "hazama policy versions")
        }
        return chosen
    }

    private func catalogue(of rules: KnownRules) throws -> Casework.Catalogue {
        guard let record = rules.record else { return FactKey.catalogue }
        return try read(try text(of: record))
    }

    /// The text of a published catalogue, if it is what its digest says.
    func text(of record: PublishedRules) throws -> [UInt8] {
        let text: [UInt8]
        do {
            text = try Zstd.decompress(
                record.packed, maximumBytes: Casework.Catalogue.maximumBytes)
        } catch { throw damaged(record) }
        guard Digests.sha256(text) == record.digest else { throw damaged(record) }
        return text
    }

    /// Answers by other rules than the office's would be worse than none.
    private func damaged(_ record: PublishedRules) -> Failure {
        Failure(
            status: .integrity, code: DeviceCode.badCatalogue.rawValue,
            what: console.text(RulePhrase.rulesDamaged, ["n": "\(record.version ?? 0)"]),
            next: console.text(RulePhrase.rulesDamagedNext))
    }

    /// Reads a catalogue; all of its defects are shown.
    func read(_ bytes: [UInt8]) throws -> Casework.Catalogue {
        do {
            return try Casework.Catalogue(bytes) { Digests.sha256($0) }
        } catch { throw refused(error) }
    }

    /// Reads a catalogue with its test households.
    func readPack(_ bytes: [UInt8]) throws -> RulePack {
        do {
            return try RulePack(bytes) { Digests.sha256($0) }
        } catch { throw refused(error) }
    }

    private func refused(_ refusal: CatalogueRefusal) -> Failure {
        for defect in refusal.defects {
            console.hint(Line(defect.description))
            console.item(
                "defect",
                [
                    "place": .string(defect.place), "reason": .string(defect.code),
                    "text": .string(defect.description),
                ])
        }
        return Failure(
            status: .failed, code: DeviceCode.badCatalogue.rawValue,
            what: console.text(
                .catalogueRefused,
                ["text": refusal.defects.first.map { "\($0)" } ?? ""]))
    }

    private func hasStore() throws -> Bool {
        guard Home.folder(environment: environment) != nil else { return false }
        return Files.exists(try folder() + "/store.sqlite")
    }
}
