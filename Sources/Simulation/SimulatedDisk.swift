internal import CGatheredLog
internal import CSimulatedDisk
internal import Glibc
internal import SyncCore
internal import SyncStore
internal import Synchronization

/// A machine's disk, in memory. What was not synced may be gone after a loss of power, and any call
/// can be made to fail.
///
/// SQLite reaches it by its own file system, `CSimulatedDisk`; a device's plain files by this type.
final class SimulatedDisk: DeviceDisk {
    let number: Int32
    private let locked = Mutex<Set<String>>([])

    /// Its log is written as on a real disk.
    private static let isRegistered =
        simulated_disk_register() == 0
        && gathered_log_register(strdup("gathered-simulated"), "simulated") == 0

    init() {
        precondition(Self.isRegistered, "SQLite here does not take names that are addresses")
        number = simulated_disk_make()
    }

    deinit { simulated_disk_remove(number) }

    /// Holds what programs see on `other`, all of it synced: a copied folder.
    convenience init(copying other: SimulatedDisk) {
        self.init()
        simulated_disk_copy(other.number, number)
    }

    /// Holds what programs see on `other`, and nothing it held before.
    func become(_ other: SimulatedDisk) { simulated_disk_copy(other.number, number) }

    // MARK: Bad luck

    /// Lets the `call`th call that changes a file, or that reads where it is a read that fails, go
    /// wrong.
    func arm(_ fault: simulated_fault, at call: UInt64, seed: UInt64) {
        simulated_disk_arm(number, fault, call, seed)
    }
    func disarm() { simulated_disk_disarm(number) }
    func pullPlug() { simulated_disk_stop(number) }
    var hasFailed: Bool { simulated_disk_has_failed(number) != 0 }
    /// Whether the machine stands still until it is restarted.
    var isDead: Bool { simulated_disk_is_dead(number) != 0 }
    var isInUse: Bool { simulated_disk_handles(number) != 0 }
    /// Stands for every call that changed a file, in order.
    var trace: UInt64 { simulated_disk_trace(number) }

    /// Starts the machine again, once every file is closed.
    func restart(seed: UInt64, lostPower: Bool) {
        locked.withLock { $0 = [] }
        simulated_disk_restart(number, seed, lostPower ? 1 : 0)
    }

    /// Flips one bit of what a file holds, wherever it holds these bytes. Returns whether it does.
    ///
    /// - Parameter place: counted in bits from the start of `bytes`.
    func flip(_ place: Int, of bytes: [UInt8], in path: String) -> Bool {
        let size = simulated_disk_size(number, path)
        // What lies in a log is kept by the log's own sums.
        guard size > 0, simulated_disk_size(number, path + "-wal") <= 0 else { return false }
        var file = [UInt8](repeating: 0, count: Int(size))
        guard simulated_disk_read(number, path, &file, size) == size else { return false }
        var found = false
        var start = 0
        while start + bytes.count <= file.count {
            if file[start] == bytes[0], file[start..<start + bytes.count].elementsEqual(bytes) {
                found =
                    simulated_disk_flip(
                        number, path, Int64(start + place / 8), Int32(place % 8)) == 0
                start += bytes.count
            } else {
                start += 1
            }
        }
        return found
    }

    // MARK: A device's files

    private final class Lock: Sendable {
        private let free: @Sendable () -> Void
        init(_ free: @escaping @Sendable () -> Void) { self.free = free }
        deinit { free() }
    }

    func lock(
        _ path: String, makes: Bool, waits: (Int) -> Bool
    ) throws(StoreError) -> any AnyObject & Sendable {
        guard locked.withLock({ $0.insert(path).inserted }) else { throw .inUse }
        return Lock { [weak self] in self?.locked.withLock { _ = $0.remove(path) } }
    }

    func check(_ path: String) throws(StoreError) -> Bool {
        simulated_disk_exists(number, path) != 0
    }

    func make(_ path: String) throws(StoreError) {
        try found(simulated_disk_create(number, path), path)
    }

    func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        try found(simulated_disk_replace(number, path, bytes, Int64(bytes.count)), path)
    }

    func read(_ path: String, maximumBytes: Int) throws(StoreError) -> [UInt8]? {
        guard simulated_disk_exists(number, path) != 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: maximumBytes)
        let count = Int(simulated_disk_read(number, path, &bytes, Int64(maximumBytes)))
        guard count >= 0 else { throw .fault(StoreFault(.io, "the disk failed at \(path)")) }
        guard count <= maximumBytes else { throw .unreadable("\(path) is too long") }
        return Array(bytes[..<count])
    }

    func address(_ path: String) -> String { "file:/\(number)/\(path)?vfs=gathered-simulated" }

    func freeBytes(_ path: String) -> UInt64? { 1 << 30 }

    private func found(_ code: Int32, _ path: String) throws(StoreError) {
        switch code {
        case 0: return
        case ENOSPC: throw .fault(StoreFault(.full, "no room is left at \(path)"))
        default: throw .fault(StoreFault(.io, "the disk failed at \(path)"))
        }
    }
}
