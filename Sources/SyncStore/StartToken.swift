/// A word of chance beside a hub's database and in it, another one at each start: a database that
/// was put back alone bears an old one.
///
/// While it changes the file holds the old and the new one, so that a fall between the two writes
/// shows nothing.
public struct StartToken: Sendable {
    private static let length = 16
    private static let setting = "start"
    private let path: String

    /// - Parameter folder: where the database lies.
    public init(folder: String) { path = "\(folder)/start" }

    /// Whether the store is not the one that was last opened here.
    public func isStrange(to store: HubStore) throws -> Bool {
        let word = try store.read { tx in try tx.setting(Self.setting) }
        guard let bytes = try MachineDisk().read(path, maximumBytes: 2 * Self.length) else {
            return word != nil
        }
        let words = stride(from: 0, to: bytes.count, by: Self.length).map {
            Array(bytes[$0..<min($0 + Self.length, bytes.count)])
        }
        return word.map { !words.contains($0) } ?? true
    }

    /// Changes it. To be called when whatever a strange store asks for is done.
    public func renew(
        in store: HubStore, using generator: inout some RandomNumberGenerator
    ) throws {
        let old = try store.read { tx in try tx.setting(Self.setting) } ?? []
        let new = (0..<Self.length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        try MachineDisk().write(old + new, to: path)
        try store.write { tx in try tx.set(Self.setting, new) }
        try MachineDisk().write(new, to: path)
    }
}
