public import SyncProtocol
internal import SyncStore

// A text that the office works on at the hub and nobody goes by yet.

extension Hub {
    /// Keeps a text under a name until another takes its place.
    ///
    /// - Parameter subject: what the audit says of it.
    public func keepDraft(
        _ text: [UInt8], as name: String, subject: String, by session: Session
    ) throws(Problem) {
        try require(.administrator, session)
        let now = clock()
        try serving { _ in
            try self.store.write { tx in
                try tx.set("draft.\(name)", Zstd.compress(text))
                try tx.audit(
                    "\(name).import", subject, reason: "", by: session.person, at_ms: now)
            }
        }
    }

    /// The text kept under a name; `nil` where none was.
    public func draft(_ name: String, by session: Session) throws(Problem) -> [UInt8]? {
        try require(.administrator, session)
        return try serving { _ in
            try self.store.read { tx in
                try tx.setting("draft.\(name)").map {
                    try Zstd.decompress($0, maximumBytes: Limits.requestBytesUnpacked)
                }
            }
        }
    }
}
