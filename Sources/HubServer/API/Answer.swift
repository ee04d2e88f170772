internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import SyncCore
internal import SyncProtocol

/// What is answered to one request: a status, a body, and no field that nobody needs.
struct Answer: Sendable {
    var status: Int
    var contentType: String?
    var body: [UInt8]
    var fields: [(HTTPField.Name, String)] = []
    /// Whether the connection ends with this answer, because the request was not read to its end.
    var closes = false

    init(status: Int = 200, contentType: String? = nil, body: [UInt8] = []) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    static func json(_ value: JSON, status: Int = 200) -> Answer {
        Answer(status: status, contentType: "application/json", body: value.bytes())
    }

    static func problem(_ problem: Problem) -> Answer {
        var answer = Answer(
            status: problem.code.status, contentType: "application/json", body: problem.json.bytes()
        )
        if let seconds = problem.retryAfter_s { answer.fields.append((.retryAfter, "\(seconds)")) }
        if problem.code == .notLoggedIn { answer.fields.append((.wwwAuthenticate, "Bearer")) }
        return answer
    }

    /// Sends the browser on with GET.
    static func seeOther(_ location: String) -> Answer {
        var answer = Answer(status: 303)
        answer.fields.append((.location, location))
        return answer
    }

    var response: Response {
        var fields = HTTPFields()
        if let contentType { fields[.contentType] = contentType }
        for (name, value) in self.fields { fields.append(HTTPField(name: name, value: value)) }
        if closes { fields[.connection] = "close" }
        // Hummingbird adds the length.
        return Response(
            status: HTTPResponse.Status(code: status), headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
