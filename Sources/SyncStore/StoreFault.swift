internal import GRDB

/// What went wrong beneath a store: the disk, the file, another process. Nothing of the transaction
/// remains.
public struct StoreFault: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// No room is left where the store lies.
        case full
        /// The store may not be written.
        case readOnly
        /// Another process holds it.
        case busy
        /// The file is damaged, or was never a store of ours.
        case damaged
        /// The disk failed.
        case io
        /// The store was written by a newer program.
        case fromTheFuture
        /// Anything else; a fault of ours.
        case other
    }
    public let kind: Kind
    /// SQLite's extended code; 0 where it is not SQLite's.
    public let code: Int32
    public let message: String

    public init(_ kind: Kind, code: Int32 = 0, _ message: String) {
        (self.kind, self.code, self.message) = (kind, code, message)
    }

    /// Says in our words what GRDB said. Statements and their arguments, which may be personal, are
    /// left out.
    public init(_ error: any Error) {
        switch error {
        case let fault as StoreFault: self = fault
        case let error as DatabaseError:
            let kind: Kind =
                switch error.resultCode {
                case .SQLITE_FULL: .full
                // The index of the log could not grow: SQLite's word for a full disk in this place.
                case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE: .full
                case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: .readOnly
                case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
                case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
                case .SQLITE_IOERR, .SQLITE_CANTOPEN: .io
                default: .other
                }
            self.init(
                kind, code: error.extendedResultCode.rawValue,
                error.message ?? "SQLite error \(error.extendedResultCode.rawValue)")
        default: self.init(.other, "\(type(of: error))")
        }
    }

    public var description: String { message }
}

extension StoreFault {
    /// Returns what `body` reads of one record among several; `nil` where that is damaged, which
    /// keeps nobody from the others.
    public static func unlessDamaged<Result>(_ body: () throws -> Result?) throws -> Result? {
        do { return try body() } catch let fault as StoreFault where fault.kind == .damaged {
            return nil
        }
    }
}

extension Database {
    /// Forces to the disk what a program that was ended may have left in the log.
    ///
    /// It had been written there, and perhaps it ended before it was forced: then it is shown, and
    /// answered for, and a loss of power would still take it away. SQLite forces the log before it
    /// copies it into the file, so on a full disk, which has no room for the copy, that is done.
    func forceLog() throws {
        do { _ = try checkpoint(.passive) } catch let error as DatabaseError {
            guard error.resultCode == .SQLITE_FULL else { throw error }
        }
    }
}
