/// The stores on one machine: one for each person who works on it, each with its own device name
/// and keys.
///
/// The first person's lies in the home folder itself, others' in `people/NAME` beneath it. The file
/// `current` names whose it is now. A folder is locked while the file `locked` lies in it.
///
/// This keeps one person's records from another only in this program: whoever may read the files
/// reads what is in them, until they are encrypted.
struct Homes {
    let root: String

    /// The name of the first person's store.
    static let first = "first"

    func folder(of name: String) -> String {
        name == Self.first ? root : root + "/people/" + name
    }

    /// Whether a person may be called so on this machine.
    static func isName(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
            }
    }

    /// Whose store commands work on now.
    func current() throws(FileFault) -> String {
        let path = root + "/current"
        guard Files.exists(path) else { return Self.first }
        let name = try Files.text(path, limit: 100).trimmed
        return Self.isName(name) ? name : Self.first
    }

    func setCurrent(_ name: String) throws(FileFault) {
        try Files.makeFolder(folder(of: name))
        try Files.writeSecret(Array(name.utf8), to: root + "/current")
    }

    /// Everybody with a store here, the first person first, then by name.
    func names() throws(FileFault) -> [String] {
        var names = try Files.list(root + "/people").filter(Self.isName).sorted()
        names.removeAll { $0 == Self.first || !hasStore($0) }
        return (hasStore(Self.first) ? [Self.first] : []) + names
    }

    func hasStore(_ name: String) -> Bool { Files.exists(folder(of: name) + "/store.sqlite") }

    // MARK: Locks

    func isLocked(_ name: String) -> Bool { Files.exists(folder(of: name) + "/locked") }

    func lock(_ name: String) throws(FileFault) {
        try Files.writeSecret([], to: folder(of: name) + "/locked")
    }

    func unlock(_ name: String) throws(FileFault) {
        try Files.remove(folder(of: name) + "/locked")
    }

    /// What the passphrase of a person is checked with; `nil` if none was chosen.
    func passphrase(of name: String) throws(FileFault) -> PassphraseHash? {
        let path = folder(of: name) + "/passphrase"
        guard Files.exists(path) else { return nil }
        return PassphraseHash(try Files.text(path, limit: 400))
    }

    func setPassphrase(_ hash: PassphraseHash, of name: String) throws(FileFault) {
        try Files.writeSecret(Array(hash.text.utf8), to: folder(of: name) + "/passphrase")
    }
}
