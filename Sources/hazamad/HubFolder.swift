import Fieldwork
import Foundation
import HubServer
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore

/// The folder in which a hub lives.
///
/// | file | holds |
/// |---|---|
/// | `hub.sqlite` | the store |
/// | `receipt.key` | the 32 secret bytes that sign receipts and the hub's own change sets |
/// | `ca.pem` `ca.key` `server.pem` `server.key` | see `HubCertificates` |
/// | `first-admin` | the first administrator's password, until somebody removes it |
/// | `journal` | the path of the journal, where one is kept; see `JournalFile` |
/// | `start` | what tells whether the store is the one that was here last; see `StartToken` |
/// | `lock` | held by the one process that owns the folder |
/// | `address` `control` | while a server runs: where it listens, and the socket of its operator |
/// | `unfinished` | while `init` is at work |
struct HubFolder {
    let path: String

    /// Without a slash at its end, so that names can be joined.
    init(path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    static let schema = Schema.fieldwork

    var certificates: HubCertificates { HubCertificates(folder: path) }
    var control: ControlSocket { ControlSocket(folder: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func has(_ name: String) -> Bool { access(file(name), F_OK) == 0 }

    static let clock = WallClock(
        now_ms: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        },
        offset_s: { time_ms in
            var seconds = time_t(time_ms / 1000)
            var local = tm()
            return localtime_r(&seconds, &local) == nil ? 0 : Int(local.tm_gmtoff)
        })

    // MARK: Opening

    /// Makes sure that there is a whole hub here.
    func check() throws {
        guard has("hub.sqlite") else {
            throw Failure("there is no hub in \(path); make one with: hazamad init --data \(path)")
        }
        guard !has("unfinished") else {
            throw Failure("the hub in \(path) was not made to its end; run hazamad init again")
        }
    }

    func openHub() throws -> Hub {
        do {
            let store = try HubStore(path: file("hub.sqlite"), schema: Self.schema)
            let start = StartToken(folder: path)
            let hub = try Hub(
                store: store, key: try receiptKey(), clock: Self.clock.now_ms,
                random: SystemRandomNumberGenerator(), isPutBack: start.isStrange(to: store))
            if let path = try journal() {
                let again = try hub.follow(try JournalFile(path: path, hub: hub.id))
                if again > 0 {
                    Terminal.complain("done again from the journal \(path): \(again) entries")
                }
            } else {
                try hub.keepNoJournal()
            }
            var generator = SystemRandomNumberGenerator()
            try start.renew(in: store, using: &generator)
            return hub
        } catch let fault as StoreFault {
            throw Self.failure(for: fault)
        } catch StoreError.fault(let fault) {
            throw Self.failure(for: fault)
        } catch let fault as FileFault {
            throw Failure("\(fault)")
        }
    }

    private static func failure(for fault: StoreFault) -> Failure {
        Failure(
            fault.kind == .damaged ? .damaged : fault.kind == .busy ? .busy : .failed,
            "the store can't be opened: \(fault)")
    }

    /// The path of the journal; `nil` where none is kept.
    func journal() throws -> String? {
        guard has("journal") else { return nil }
        return String(decoding: try PrivateFile.read(file("journal")), as: UTF8.self)
    }

    /// Has the hub keep its journal in this file from its next start on, or none.
    func keepJournal(at path: String?) throws {
        do {
            if let path {
                let absolute = URL(filePath: path).standardizedFileURL.path
                try PrivateFile.replace(file("journal"), with: Array(absolute.utf8))
            } else if unlink(file("journal")) != 0, errno != ENOENT {
                throw Failure("can't remove \(file("journal"))")
            }
        } catch let fault as FileFault {
            throw Failure("\(fault)")
        }
    }

    private func receiptKey() throws -> SigningKey {
        guard let key = SigningKey(seed: try PrivateFile.read(file("receipt.key"))) else {
            throw Failure(.damaged, "\(file("receipt.key")) is damaged")
        }
        return key
    }

    // MARK: Owning

    /// Takes the folder for this process; `nil` if another has it.
    func take() throws -> FolderLock? {
        let descriptor = open(file("lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure("can't open \(file("lock")): \(String(cString: strerror(errno)))")
        }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            close(descriptor)
            return nil
        }
        return FolderLock(descriptor: descriptor)
    }

    /// Takes the folder, waiting up to 5 seconds for a short command to let go.
    func takeOrWait() async throws -> FolderLock {
        for _ in 0..<50 {
            if let lock = try take() { return lock }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure(.busy, "another process uses the hub in \(path)")
    }

    /// Asks the server that owns the folder, or else looks into the files.
    func ask(_ question: ControlSocket.Question) async throws -> JSON {
        try check()
        var told: FileFault?
        // A server that is just starting has the lock and does not answer yet.
        for _ in 0..<50 {
            if let lock = try take() {
                defer { lock.release() }
                return try question.answer(of: try openHub())
            }
            do { return try control.ask(question) } catch { told = error }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure(
            .busy,
            "another process uses the hub in \(path) and does not answer: \(told?.reason ?? "")")
    }
}

/// The right to a hub's folder, as long as the process lives or until it is released.
struct FolderLock {
    fileprivate let descriptor: Int32

    func release() { close(descriptor) }
}
