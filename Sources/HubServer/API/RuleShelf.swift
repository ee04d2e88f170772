internal import Casework
internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import Synchronization

/// A catalogue that everybody goes by, or once went by.
struct RuleVersion: Sendable {
    /// 0 for the one that the program carries, which holds until another is published.
    let number: Int
    let publishedOn: CalendarDate?
    let author: PersonID?
    let pack: RulePack
    let text: [UInt8]

    var catalogue: Catalogue { pack.catalogue }
}

/// The published catalogues, read once each.
final class RuleShelf: Sendable {
    private let known = Mutex<[RecordID: RuleVersion]>([:])
    private let carried = Mutex<RuleVersion?>(nil)

    /// All versions, the one the program carries first and the one that holds last.
    func versions(_ hub: Hub, by session: Session) throws(Problem) -> [RuleVersion] {
        let records = try hub.reference(.publishedRules, by: session)
            .compactMap { PublishedRules($0.state) }
            .filter { $0.voidReason == nil }
            .sorted { $1.isNewer(than: $0) }
        var versions = [try shipped()]
        for record in records { versions.append(try version(record)) }
        return versions
    }

    private func version(_ record: PublishedRules) throws(Problem) -> RuleVersion {
        if let version = known.withLock({ $0[record.id] }) { return version }
        let text: [UInt8]
        do {
            text = try Zstd.decompress(record.packed, maximumBytes: Catalogue.maximumBytes)
        } catch { throw Problem(.failed, "A published catalogue can't be unpacked.") }
        guard let number = record.version, Digests.sha256(text) == record.digest else {
            throw Problem(.failed, "A published catalogue is not what its digest says.")
        }
        let version = RuleVersion(
            number: number, publishedOn: record.publishedOn, author: record.author,
            pack: try Self.pack(text), text: text)
        known.withLock { $0[record.id] = version }
        return version
    }

    private func shipped() throws(Problem) -> RuleVersion {
        if let version = carried.withLock({ $0 }) { return version }
        let text = Array(Catalogue.shippedText.utf8)
        let version = RuleVersion(
            number: 0, publishedOn: nil, author: nil, pack: try Self.pack(text), text: text)
        carried.withLock { $0 = version }
        return version
    }

    /// Reads a pack; the first of its defects is told, with how many there are.
    static func pack(_ text: [UInt8]) throws(Problem) -> RulePack {
        do {
            return try RulePack(text) { Digests.sha256($0) }
        } catch {
            let first = error.defects.first.map { "\($0)" } ?? ""
            throw Problem(
                .rulesRefused,
                "The catalogue does not hold together, in \(error.defects.count) places: \(first)")
        }
    }
}

extension [RuleVersion] {
    /// The version that everybody went by on a day: the newest published until then.
    func inForce(on day: CalendarDate) -> RuleVersion? {
        last { $0.publishedOn.map { $0 <= day } ?? true }
    }
}
