import CurlTransport
import SyncClient
import SyncCore
import SyncProtocol

/// An administrator's door to the hub: its address, whose certificate to trust, and the token of
/// the login.
///
/// Kept beside the store in `admin.json`, which only its owner reads. The token ends by itself
/// after some hours.
struct OfficeLogin: Hashable, Sendable {
    let url: String
    /// The hub's authority as PEM.
    let authority: String
    let token: String
    let name: String
    let expires_ms: Int64
    /// The versions of the conflicts that were shown last: what a decision says it has seen.
    var seen: [RecordID: String] = [:]

    init(url: String, authority: String, token: String, name: String, expires_ms: Int64) {
        (self.url, self.authority, self.token) = (url, authority, token)
        (self.name, self.expires_ms) = (name, expires_ms)
    }

    func encode() -> [UInt8] {
        JSON.object([
            "v": 1, "url": .string(url), "ca": .string(authority), "token": .string(token),
            "name": .string(name), "expires_ms": .integer(expires_ms),
            "seen": .object(
                seen.sorted { $0.key < $1.key }.map {
                    JSONMember("\($0.key)", .string($0.value))
                }),
        ]).bytes()
    }

    init?(_ bytes: [UInt8]) {
        let json: JSON
        do { json = try JSON.parse(bytes) } catch { return nil }
        guard json["v"]?.integer == 1, let url = json["url"]?.string,
            let authority = json["ca"]?.string, let token = json["token"]?.string,
            let name = json["name"]?.string, let expires = json["expires_ms"]?.integer
        else { return nil }
        self.init(url: url, authority: authority, token: token, name: name, expires_ms: expires)
        for member in json["seen"]?.members ?? [] {
            if let id = RecordID(member.key), let version = member.value.string {
                seen[id] = version
            }
        }
    }
}

/// The hub's JSON API, as a login may use it.
struct Office {
    let transport: CurlTransport
    /// `nil` for the login itself.
    let token: String?

    init(url: String, authority: String, token: String?, desk: Desk) throws {
        // A report on a large district takes the hub a while, the first time after its start.
        transport = CurlTransport(
            hub: try desk.hubAddress(url), authority: Array(authority.utf8),
            timeouts: TransportTimeouts(stall: .seconds(180)))
        self.token = token
    }

    func get(_ path: String) async throws -> JSON { try Self.json(await text(path)) }

    func post(_ path: String, _ body: JSON? = nil) async throws -> JSON {
        try Self.json(await send(.post, path, body?.bytes()))
    }

    /// Sends JSON as its author wrote it, to the last blank.
    func post(_ path: String, text: [UInt8]) async throws -> JSON {
        try Self.json(await send(.post, path, text))
    }

    /// Returns JSON as it was written.
    func text(_ path: String) async throws -> [UInt8] { try await send(.get, path, nil) }

    private static func json(_ bytes: [UInt8]) throws -> JSON {
        do { return try JSON.parse(bytes) } catch {
            throw TransportError.garbled("JSON: \(error.reason) at byte \(error.offset)")
        }
    }

    /// Sends a file as it is.
    func post(
        _ path: String, _ bytes: [UInt8], as type: String,
        progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws -> JSON {
        try Self.json(
            await send(
                TransportRequest(
                    method: .post, path: path, contentType: type, token: token, body: bytes),
                progress))
    }

    private func send(
        _ method: TransportRequest.Method, _ path: String, _ body: [UInt8]?
    ) async throws -> [UInt8] {
        try await send(
            TransportRequest(
                method: method, path: path, contentType: body == nil ? nil : "application/json",
                token: token, body: body ?? [])
        ) { _ in }
    }

    private func send(
        _ request: TransportRequest, _ progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws -> [UInt8] {
        let response = try await transport.send(request, progress: progress)
        guard response.contentType == "application/json" else {
            throw TransportError.garbled("\(response.status) \(response.contentType ?? "")")
        }
        guard (200..<300).contains(response.status) else {
            let json = try Self.json(response.body)
            // A code of a newer hub is treated by its status.
            let code = json["code"]?.string.flatMap(Problem.Code.init(rawValue:))
            throw Problem(
                code ?? Self.code(ofStatus: response.status), json["text"]?.string,
                retryAfter_s: response.retryAfter)
        }
        return response.body
    }

    private static func code(ofStatus status: Int) -> Problem.Code {
        switch status {
        case 401: .notLoggedIn
        case 403: .notAllowed
        case 404: .notFound
        case 409: .staleView
        case 413: .tooLarge
        case 429: .tooManyRequests
        case 503: .busy
        case 507: .storageFull
        case 400..<500: .malformed
        default: .failed
        }
    }
}

extension Desk {
    /// The address of a hub as it was typed.
    func hubAddress(_ url: String) throws -> HubAddress {
        do {
            // Plain HTTP only ever works to this very machine.
            return try HubAddress(url, allowPlain: true)
        } catch {
            throw fail(
                .usage, .badInput, error == .plain ? .addressPlain : .badAddress, ["text": url])
        }
    }

    private func loginPath() throws -> String { try folder() + "/admin.json" }

    func keep(_ login: OfficeLogin) throws {
        try Files.makeFolder(folder())
        try Files.writeSecret(login.encode(), to: loginPath())
    }

    func forgetLogin() throws { try Files.remove(loginPath()) }

    /// Who is logged in as an administrator; refused before anything is asked of the hub.
    func login() throws -> OfficeLogin {
        let path = try loginPath()
        guard Files.exists(path), let login = OfficeLogin(try Files.read(path, limit: 1 << 20))
        else {
            throw fail(.locked, .noAdministrator, .noAdministrator, next: .loginFirst)
        }
        return login
    }

    /// The hub's API for whoever is logged in.
    func office() throws -> Office {
        let login = try login()
        return try Office(
            url: login.url, authority: login.authority, token: login.token, desk: self)
    }
}
