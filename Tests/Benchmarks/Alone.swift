import Foundation
import SyncClient
import SyncHub
import SyncProtocol
import SyncStore
import Synchronization

/// A line to a hub in this process: no TLS, no HTTP, no second thread. What is left of an upload is
/// the hub's own work, for a profiler to look at.
final class Alone: Transport {
    /// CPU seconds of each sync at the hub.
    private let spent = Mutex<[Double]>([])
    private let hub: Hub

    init(_ hub: Hub) { self.hub = hub }

    /// What the syncs cost since this was last asked.
    func takeSpent() -> [Double] {
        spent.withLock { spent in
            defer { spent = [] }
            return spent
        }
    }

    func send(
        _ request: TransportRequest, progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws(TransportError) -> TransportResponse {
        let before = Clocks.nanoseconds(CLOCK_THREAD_CPUTIME_ID)
        let answer: [UInt8]
        do {
            let body =
                request.isCompressed
                ? try Zstd.decompress(request.body, maximumBytes: Limits.requestBytesUnpacked)
                : request.body
            answer = try hub.sync(body)
        } catch {
            throw .garbled("\(error)")
        }
        let after = Clocks.nanoseconds(CLOCK_THREAD_CPUTIME_ID)
        spent.withLock { $0.append(Double(after - before) / 1e9) }
        return TransportResponse(
            status: 200, contentType: SyncRequest.mediaType, body: answer,
            bytesUp: request.body.count, bytesDown: answer.count)
    }
}

extension Bench {
    /// S1 at a hub in this process: CPU seconds of each upload, the first of which warms it up.
    func alone(uploads: Int) async throws -> [Double] {
        let folder = try template.copy(to: "\(scratch)/alone")
        let hub = try folder.open()
        let session = try hub.administration()
        let line = Alone(hub)
        var spent: [Double] = []
        for number in 0...uploads {
            let device = try FieldDevice(
                "\(scratch)/alone-device-\(number)", number: number, at: hub, in: folder,
                by: session)
            try await device.pull(over: line)
            try device.record(Intent.visits(workload.week(of: number)))
            _ = line.takeSpent()
            _ = try await device.client(over: line).sync()
            spent.append(line.takeSpent().reduce(0, +))
            try device.discard()
        }
        try hub.store.close()
        return Array(spent.dropFirst())
    }
}
