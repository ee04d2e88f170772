/// The one place where payloads are sealed before they are written and opened after they are read.
///
/// Each row names the key it was sealed with, so that keys can change without rewriting the store.
/// Key 0 is the null key, under which a payload lies as it is: file permissions protect it until
/// unlocking by a passphrase has its issue.
struct PayloadSeal: Sendable {
    /// The key that new rows are sealed with.
    let keyID: Int64

    /// Payloads lie as they are.
    static let null = PayloadSeal(keyID: 0)

    /// Returns the bytes to write.
    func seal(_ payload: [UInt8]) -> [UInt8] { payload }

    /// Returns the payload of a row.
    func open(_ bytes: [UInt8], keyID: Int64) throws(StoreError) -> [UInt8] {
        guard keyID == self.keyID else { throw .unreadable("sealed with key \(keyID)") }
        return bytes
    }
}
