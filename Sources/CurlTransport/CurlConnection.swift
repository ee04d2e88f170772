internal import CCurl
internal import SyncClient
internal import SyncProtocol

/// libcurl's handles for one kept connection.
///
/// Unchecked, because `perform` is only ever called on the queue of the transport that owns this,
/// and `wake` makes the one call that libcurl allows from any thread. The pointers never change.
final class CurlConnection: @unchecked Sendable {
    /// Whose certificate will do.
    enum Trust {
        case authority(pem: [UInt8])
        /// See `CurlTransport.fetchUntrusted`.
        case anybody
    }

    private let easy: UnsafeMutableRawPointer
    /// Holds the connection between requests; unlike `curl_easy_perform`, it can be woken.
    private let multi: UnsafeMutableRawPointer
    /// Where libcurl puts its own words for an error.
    private let words: UnsafeMutablePointer<CChar>

    private var optionFailure = CURLE_OK

    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init() {
        guard Self.isReady, let easy = curl_easy_init(), let multi = curl_multi_init() else {
            preconditionFailure("libcurl cannot start: out of memory")
        }
        (self.easy, self.multi) = (easy, multi)
        words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 1)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_multi_cleanup(multi)
        words.deallocate()
    }

    /// Makes a running `perform` look whether its caller is gone. From any thread.
    func wake() {
        curl_multi_wakeup(multi)
    }

    /// Sends one request and returns when it is answered, has failed or nobody waits any more.
    func perform(
        _ request: TransportRequest, to hub: HubAddress, trusting trust: Trust,
        timeouts: TransportTimeouts, pending: PendingAnswer,
        progress: @escaping @Sendable (TransferProgress) -> Void
    ) -> Result<TransportResponse, TransportError> {
        guard request.hasCleanPath, let headers = HeaderList(request) else {
            // Tokens come from files and answers: a line break in one must not become a header.
            return .failure(.unreachable("the request has a character that HTTP does not allow"))
        }
        let incoming = Incoming(
            maximumBytes: request.maximumResponseBytes, pending: pending, progress: progress)
        // Options of the last request are gone, the connection stays.
        curl_easy_reset(easy)
        words.pointee = 0
        optionFailure = CURLE_OK
        setConnection(hub, trust, timeouts)
        setCallbacks(incoming)
        set(CURLOPT_URL, hub.description + request.path)
        note(ccurl_set_list(easy, CURLOPT_HTTPHEADER, headers.first))
        let code = request.body.withUnsafeBytes { body in
            setBody(request.method, body)
            // Callbacks and body are only lent: nothing of them is used after this.
            return withExtendedLifetime((incoming, headers)) { run(pending) }
        }
        return answer(to: request, at: hub, incoming, headers, code)
    }

    // MARK: Options

    /// Remembers the first option that this libcurl does not know: none of them may just be
    /// missing.
    private func note(_ code: CURLcode) {
        if optionFailure == CURLE_OK { optionFailure = code }
    }

    private func set(_ option: CURLoption, _ value: Int) {
        note(ccurl_set_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ text: String?) {
        note(ccurl_set_string(easy, option, text))
    }

    private func setConnection(_ hub: HubAddress, _ trust: Trust, _ timeouts: TransportTimeouts) {
        note(ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, words))
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROTOCOLS_STR, hub.isPlain ? "http" : "https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PATH_AS_IS, 1)
        // libcurl 7.88 and the hub's HTTP/2 disagree about what a flood is, and one request at a
        // time gains nothing from it.
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        // An empty text means none; unset would mean the environment's.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "*")
        set(CURLOPT_UPLOAD_BUFFERSIZE, 512 << 10)
        set(CURLOPT_BUFFERSIZE, 256 << 10)

        set(CURLOPT_CONNECTTIMEOUT_MS, max(timeouts.connect.milliseconds, 1))
        set(CURLOPT_LOW_SPEED_LIMIT, 1)
        set(CURLOPT_LOW_SPEED_TIME, max((timeouts.stall.milliseconds + 999) / 1000, 1))

        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // Debian's libcurl starts out with the system's authorities as file and as folder.
        set(CURLOPT_CAINFO, nil)
        set(CURLOPT_CAPATH, nil)
        switch trust {
        case .authority(let pem):
            set(CURLOPT_SSL_VERIFYPEER, 1)
            set(CURLOPT_SSL_VERIFYHOST, 2)
            pem.withUnsafeBytes { bytes in
                note(ccurl_set_blob(easy, CURLOPT_CAINFO_BLOB, bytes.baseAddress, bytes.count))
            }
        case .anybody:
            set(CURLOPT_SSL_VERIFYPEER, 0)
            set(CURLOPT_SSL_VERIFYHOST, 0)
        }
    }

    private func setCallbacks(_ incoming: Incoming) {
        let context = Unmanaged.passUnretained(incoming).toOpaque()
        // A callback that returns another count than it was given ends the transfer.
        let write: curl_write_callback = { bytes, _, count, context in
            let part = UnsafeRawBufferPointer(start: bytes, count: count)
            return Incoming.at(context).take(part) ? count : -1
        }
        let header: curl_write_callback = { _, _, count, context in
            Incoming.at(context).takeHead(count) ? count : -1
        }
        let progress: curl_xferinfo_callback = { context, toReceive, received, toSend, sent in
            Incoming.at(context).report(
                TransferProgress(
                    sent: sent, toSend: toSend, received: received, toReceive: toReceive))
            return 0
        }
        note(ccurl_set_write(easy, write, context))
        note(ccurl_set_header(easy, header, context))
        note(ccurl_set_progress(easy, progress, context))
    }

    private func setBody(_ method: TransportRequest.Method, _ body: UnsafeRawBufferPointer) {
        switch method {
        case .get: set(CURLOPT_HTTPGET, 1)
        case .post:
            set(CURLOPT_POST, 1)
            note(ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            // A body in memory is sent with its head in one packet, and can be sent again without a
            // seek callback. NULL would mean to read standard input.
            note(
                ccurl_set_pointer(
                    easy, CURLOPT_POSTFIELDS, body.baseAddress ?? UnsafeRawPointer(words)))
        }
    }

    // MARK: The transfer

    private func run(_ pending: PendingAnswer) -> CURLcode {
        guard optionFailure == CURLE_OK else { return optionFailure }
        guard curl_multi_add_handle(multi, easy) == CURLM_OK else { return CURLE_FAILED_INIT }
        // Removing an unfinished transfer closes its connection.
        defer { curl_multi_remove_handle(multi, easy) }
        while true {
            var running: Int32 = 0
            guard curl_multi_perform(multi, &running) == CURLM_OK else { return CURLE_FAILED_INIT }
            if running == 0 {
                var result = CURLE_FAILED_INIT
                return ccurl_multi_take_result(multi, &result) == 1 ? result : CURLE_FAILED_INIT
            }
            if pending.isOver { return CURLE_ABORTED_BY_CALLBACK }
            // `wake` ends this at once, also if it was called just before.
            guard curl_multi_poll(multi, nil, 0, 1000, nil) == CURLM_OK else {
                return CURLE_FAILED_INIT
            }
        }
    }

    private func answer(
        to request: TransportRequest, at hub: HubAddress, _ incoming: Incoming,
        _ headers: HeaderList, _ code: CURLcode
    ) -> Result<TransportResponse, TransportError> {
        if incoming.isTooLarge {
            return .failure(.tooLarge(maximumBytes: request.maximumResponseBytes))
        }
        if incoming.isHeadTooLarge {
            return .failure(.garbled("the head of the answer never ends"))
        }
        let status = count(CURLINFO_RESPONSE_CODE)
        let encoding = header("Content-Encoding")?.lowercased()
        var brokenOff: TransportError?
        if code != CURLE_OK {
            let reason = error(code)
            // A frame that was cut short says nothing; bytes as they are do.
            guard request.takesBeginning, status == 200, encoding == nil, !incoming.body.isEmpty,
                reason != .cancelled
            else { return .failure(reason) }
            brokenOff = reason
        }
        let body: [UInt8]
        switch encoding {
        case nil, "identity": body = incoming.body
        case "zstd":
            do throws(ZstdError) {
                body = try Zstd.decompress(
                    incoming.body, maximumBytes: request.maximumResponseBytes)
            } catch {
                return switch error {
                case .tooLarge(let maximum): .failure(.tooLarge(maximumBytes: maximum))
                case .damaged: .failure(.garbled("the answer is not one whole zstd frame"))
                }
            }
        case let other?: return .failure(.garbled("unasked-for compression: \(other)"))
        }
        return .success(
            TransportResponse(
                status: status, contentType: mediaType,
                retryAfter: header("Retry-After").flatMap { text in
                    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
                },
                body: body, brokenOff: brokenOff,
                bytesUp: bytesUp(request, headers.byteCount(of: request, to: hub)),
                bytesDown: count(CURLINFO_HEADER_SIZE) + offset(CURLINFO_SIZE_DOWNLOAD_T)))
    }

    /// The words of `TransportError` for a code of libcurl.
    private func error(_ code: CURLcode) -> TransportError {
        let said = String(cString: words)
        let text = said.isEmpty ? String(cString: curl_easy_strerror(code)) : said
        switch code {
        case CURLE_OPERATION_TIMEDOUT: return .timedOut
        case CURLE_ABORTED_BY_CALLBACK: return .cancelled
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            return .untrusted(text)
        case CURLE_SSL_CONNECT_ERROR:
            // A handshake fails for many reasons; only some say that this is not our hub. There is
            // no code to tell them apart: the result of the verification reads "failed" until it
            // begins.
            return text.contains("certificate") ? .untrusted(text) : .unreachable(text)
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            // The first is how libcurl refuses an answer that does not begin with HTTP.
            return .garbled(text)
        default: return .unreachable(text)
        }
    }

    // MARK: What the answer says

    /// Counts a request that libcurl had to send again twice.
    private func bytesUp(_ request: TransportRequest, _ head: Int) -> Int {
        // Documented as the size of the head, but libcurl 7.88 counts a body below 64 kB with it.
        let counted = count(CURLINFO_REQUEST_SIZE)
        return counted >= head + request.body.count ? counted : counted + request.body.count
    }

    private var mediaType: String? {
        header("Content-Type")?.split(separator: ";").first.map { type in
            String(type.filter { !$0.isWhitespace }).lowercased()
        }
    }

    private func header(_ name: String) -> String? {
        var found: UnsafeMutablePointer<curl_header>?
        let code = curl_easy_header(easy, name, 0, UInt32(CURLH_HEADER), -1, &found)
        guard code == CURLHE_OK, let found else { return nil }
        return String(cString: found.pointee.value)
    }

    private func count(_ info: CURLINFO) -> Int {
        var value = 0
        ccurl_get_long(easy, info, &value)
        return value
    }

    private func offset(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        ccurl_get_offset(easy, info, &value)
        return value
    }
}

extension TransportRequest {
    fileprivate var hasCleanPath: Bool {
        path.utf8.first == UInt8(ascii: "/") && path.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}

extension Duration {
    /// A day at most: libcurl counts in 32 bits on some machines.
    fileprivate var milliseconds: Int {
        Int(clamping: min(max(components.seconds, 0), 86_400)) * 1000
            + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}

/// The fields of a request's head: as few as there can be, for an idle sync is mostly heads.
private final class HeaderList {
    private(set) var first: UnsafeMutablePointer<curl_slist>?
    private let fields: [String]

    /// `nil` if a field holds what would end its line.
    init?(_ request: TransportRequest) {
        // As a field of ours and not by libcurl's option, so that the body arrives as it was sent:
        // libcurl takes a zstd frame that was cut short for a whole one.
        var fields = ["Accept-Encoding: zstd"]
        if let type = request.contentType { fields.append("Content-Type: \(type)") }
        if request.isCompressed { fields.append("Content-Encoding: zstd") }
        if let token = request.token { fields.append("Authorization: Bearer \(token)") }
        self.fields = fields
        // Named without a value, a field that libcurl would add is left out.
        let leftOut =
            ["Accept:", "Expect:"] + (request.contentType == nil ? ["Content-Type:"] : [])
        for line in fields + leftOut {
            guard line.utf8.allSatisfy({ (0x20...0x7e).contains($0) }),
                let longer = curl_slist_append(first, line)
            else { return nil }  // what there is of the list goes with `deinit`
            first = longer
        }
    }

    deinit { curl_slist_free_all(first) }

    /// The size of the head that libcurl makes of these fields.
    func byteCount(of request: TransportRequest, to hub: HubAddress) -> Int {
        var lines = [
            "\(request.method.rawValue) \(request.path) HTTP/1.1", "Host: \(hub.authority)",
        ]
        lines += fields
        if request.method == .post { lines.append("Content-Length: \(request.body.count)") }
        return lines.reduce(0) { $0 + $1.utf8.count + 2 } + 2
    }
}
