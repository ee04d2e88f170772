import ArgumentParser
import Foundation
import HubServer
import Logging
import SyncHub
import SyncStore

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve devices, administrators and the console.")

    @OptionGroup var data: FolderOption
    @Option(
        help: ArgumentHelp(
            "Where to listen; port 0 lets the system choose. The choice is written to DIR/address.",
            valueName: "host:port"))
    var listen = "127.0.0.1:0"
    @Flag(help: "Plain HTTP, without TLS. Only on loopback addresses.")
    var plain = false
    @Flag(help: "Log every request.")
    var verbose = false

    func run() async throws {
        let folder = try data.folder()
        let (host, port) = try Self.parse(listen)
        try folder.check()
        let lock = try await folder.takeOrWait()
        defer { lock.release() }
        allowManyFiles()
        let isVerbose = verbose
        let logger = Logger(label: "hazamad") { _ in LineLog(level: isVerbose ? .debug : .info) }
        let server = HubServer(
            hub: try folder.openHub(), schema: HubFolder.schema,
            certificates: folder.certificates,
            configuration: .init(host: host, port: port, isPlain: plain), wall: HubFolder.clock,
            logger: logger)
        // What an earlier run left: whoever waits for the file must not find an old address.
        unlink(folder.file("address"))
        defer { unlink(folder.file("address")) }
        let scheme = plain ? "http" : "https"
        do {
            try await server.run { host, port in
                let address = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
                try PrivateFile.replace(
                    folder.file("address"), with: Array("\(address)\n".utf8), mode: 0o644)
                logger.info("listening", metadata: ["address": "\(scheme)://\(address)"])
            }
        } catch is CancellationError {
            throw Failure("the server did not end in time")
        } catch {
            throw Failure("\(error)")
        }
        logger.info("ended")
    }

    /// Reads `host:port`, with brackets around a host that has colons.
    static func parse(_ text: String) throws -> (host: String, port: Int) {
        let wrong = Failure(
            .usage, "\"\(text)\" is no address to listen on: give HOST:PORT, as in 127.0.0.1:8443")
        guard let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { throw wrong }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw wrong
        }
        guard !host.isEmpty else { throw wrong }
        return (host, port)
    }

    /// A connection is an open file; take what the system allows. No core file: it would hold keys.
    private func allowManyFiles() {
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }
}
