/// Every address of the hub: method, path, and what is asked before its body is read.
///
/// The one table; the tests walk it, so that no address is left unguarded.
struct Route: Sendable {
    enum Name: Hashable, Sendable {
        case health
        case authority
        case enrol
        case sync
        case watch
        case bundle
        case file
        case login
        case logout
        case deviceCode
        case devices
        case approve
        case revoke
        case conflicts
        case conflict
        case claim
        case resolve
        case assign
        case propose
        case approveDecision
        case comment
        case ask
        case undo
        case bulkPreview
        case bulkResolve
        case areas
        case addArea
        case move
        case grants
        case giveGrant
        case endGrant
        case people
        case addPerson
        case setRoles
        case setPassword
        case deactivate
        case reactivate
        case copies
        case quarantine
        case admit
        case sendBack
        case discard
        case status
        case report
        case keepReport
        case directory
        case putInDirectory
        case staffing
        case importFeed
        case directoryPackage
        case exportRecords
        case policy
        case importPolicy
        case policyText
        case publishPolicy
        case reevaluate
        case discover
        case consoleStyle
        case consoleScript
        case consoleNews
        case consoleHome
        case consoleLogin
        case consoleLoginForm
        case consoleLogout
        case consoleConflicts
        case consoleConflict
        case consoleClaim
        case consoleDecide
        case consoleAct
        case consoleBulk
        case consoleBulkSave
    }

    /// Who may ask at all. What they may do is decided by the hub.
    enum Access: Hashable, Sendable {
        case anyone
        /// `Authorization: Bearer`.
        case bearer
        /// The console's cookie.
        case cookie
    }

    enum Body: Hashable, Sendable {
        case none
        /// `SyncRequest.mediaType`; may be compressed.
        case sync
        case json
        /// A department's file: `Feed.Format`.
        case feed
        /// A catalogue of rules, in JSON.
        case catalogue
        case form
    }

    let name: Name
    let method: String
    /// Segments; one in braces stands for a name.
    let path: String
    let access: Access
    let body: Body

    private init(_ name: Name, _ method: String, _ path: String, _ access: Access, _ body: Body) {
        self.name = name
        self.method = method
        self.path = path
        self.access = access
        self.body = body
    }

    static let all: [Route] = [
        Route(.health, "GET", "/health", .anyone, .none),
        Route(.authority, "GET", "/v1/ca", .anyone, .none),
        Route(.enrol, "POST", "/v1/enrol", .anyone, .json),
        Route(.sync, "POST", "/v1/sync", .anyone, .sync),
        Route(.watch, "POST", "/v1/watch", .anyone, .sync),
        Route(.bundle, "POST", "/v1/bundle", .anyone, .sync),
        Route(.file, "POST", "/v1/file", .anyone, .sync),
        Route(.login, "POST", "/v1/admin/login", .anyone, .json),
        Route(.logout, "POST", "/v1/admin/logout", .bearer, .none),
        Route(.deviceCode, "POST", "/v1/admin/device/code", .bearer, .json),
        Route(.devices, "GET", "/v1/admin/devices", .bearer, .none),
        Route(.approve, "POST", "/v1/admin/devices/{id}/approve", .bearer, .none),
        Route(.revoke, "POST", "/v1/admin/devices/{id}/revoke", .bearer, .none),
        Route(.conflicts, "GET", "/v1/admin/conflicts", .bearer, .none),
        Route(.conflict, "GET", "/v1/admin/conflicts/{id}", .bearer, .none),
        Route(.claim, "POST", "/v1/admin/conflicts/{id}/claim", .bearer, .none),
        Route(.resolve, "POST", "/v1/admin/conflicts/{id}/resolve", .bearer, .json),
        Route(.assign, "POST", "/v1/admin/conflicts/{id}/assign", .bearer, .json),
        Route(.propose, "POST", "/v1/admin/conflicts/{id}/propose", .bearer, .json),
        Route(.approveDecision, "POST", "/v1/admin/conflicts/{id}/approve", .bearer, .json),
        Route(.comment, "POST", "/v1/admin/conflicts/{id}/comment", .bearer, .json),
        Route(.ask, "POST", "/v1/admin/conflicts/{id}/ask", .bearer, .json),
        Route(.undo, "POST", "/v1/admin/conflicts/{id}/undo", .bearer, .json),
        Route(.bulkPreview, "POST", "/v1/admin/bulk/preview", .bearer, .json),
        Route(.bulkResolve, "POST", "/v1/admin/bulk/resolve", .bearer, .json),
        Route(.areas, "GET", "/v1/admin/areas", .bearer, .none),
        Route(.addArea, "POST", "/v1/admin/areas", .bearer, .json),
        Route(.move, "POST", "/v1/admin/moves", .bearer, .json),
        Route(.grants, "GET", "/v1/admin/grants", .bearer, .none),
        Route(.giveGrant, "POST", "/v1/admin/grants", .bearer, .json),
        Route(.endGrant, "POST", "/v1/admin/grants/{id}/end", .bearer, .json),
        Route(.people, "GET", "/v1/admin/people", .bearer, .none),
        Route(.addPerson, "POST", "/v1/admin/people", .bearer, .json),
        Route(.setPassword, "POST", "/v1/admin/people/password", .bearer, .json),
        Route(.setRoles, "POST", "/v1/admin/people/roles", .bearer, .json),
        Route(.deactivate, "POST", "/v1/admin/people/deactivate", .bearer, .json),
        Route(.reactivate, "POST", "/v1/admin/people/reactivate", .bearer, .json),
        Route(.copies, "GET", "/v1/admin/copies", .bearer, .none),
        Route(.quarantine, "GET", "/v1/admin/quarantine", .bearer, .none),
        Route(.admit, "POST", "/v1/admin/quarantine/{id}/admit", .bearer, .json),
        Route(.sendBack, "POST", "/v1/admin/quarantine/{id}/return", .bearer, .json),
        Route(.discard, "POST", "/v1/admin/quarantine/{id}/discard", .bearer, .json),
        Route(.status, "GET", "/v1/admin/status", .bearer, .none),
        Route(.report, "GET", "/v1/admin/reports/{id}", .bearer, .none),
        Route(.keepReport, "POST", "/v1/admin/reports/{id}/keep", .bearer, .json),
        Route(.directory, "GET", "/v1/admin/directory/{id}", .bearer, .none),
        Route(.putInDirectory, "POST", "/v1/admin/directory/{id}", .bearer, .json),
        Route(.importFeed, "POST", "/v1/admin/import", .bearer, .feed),
        Route(.directoryPackage, "GET", "/v1/admin/package", .bearer, .none),
        Route(.exportRecords, "GET", "/v1/admin/records/{id}", .bearer, .none),
        Route(.staffing, "GET", "/v1/admin/staffing", .bearer, .none),
        Route(.policy, "GET", "/v1/admin/policy", .bearer, .none),
        Route(.importPolicy, "POST", "/v1/admin/policy", .bearer, .catalogue),
        Route(.policyText, "GET", "/v1/admin/policy/{id}", .bearer, .none),
        Route(.publishPolicy, "POST", "/v1/admin/policy/{id}/publish", .bearer, .json),
        Route(.reevaluate, "GET", "/v1/admin/policy/{id}/reevaluation", .bearer, .none),
        Route(.discover, "POST", "/v1/admin/discover", .bearer, .none),
        Route(.consoleStyle, "GET", "/console/style.css", .anyone, .none),
        Route(.consoleScript, "GET", "/console/live.js", .anyone, .none),
        Route(.consoleHome, "GET", "/console", .cookie, .none),
        Route(.consoleNews, "GET", "/console/news", .cookie, .none),
        Route(.consoleLogin, "GET", "/console/login", .anyone, .none),
        Route(.consoleLoginForm, "POST", "/console/login", .anyone, .form),
        Route(.consoleLogout, "POST", "/console/logout", .cookie, .form),
        Route(.consoleConflicts, "GET", "/console/conflicts", .cookie, .none),
        Route(.consoleConflict, "GET", "/console/conflicts/{id}", .cookie, .none),
        Route(.consoleClaim, "POST", "/console/conflicts/{id}/claim", .cookie, .form),
        Route(.consoleDecide, "POST", "/console/conflicts/{id}/decide", .cookie, .form),
        Route(.consoleAct, "POST", "/console/conflicts/{id}/act", .cookie, .form),
        Route(.consoleBulk, "GET", "/console/bulk", .cookie, .none),
        Route(.consoleBulkSave, "POST", "/console/bulk", .cookie, .form),
    ]

    enum Match: Sendable {
        /// With the text that stood for `{id}`, which is not empty.
        case found(Route, id: String)
        case wrongMethod(allowed: [String])
        case none
    }

    /// Finds the route of a request. Paths have one spelling: no escapes, no double or closing
    /// slash.
    static func match(method: String, path: String) -> Match {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        var allowed: [String] = []
        for route in all {
            guard let id = route.id(in: segments) else { continue }
            if route.method == method { return .found(route, id: id) }
            allowed.append(route.method)
        }
        return allowed.isEmpty ? .none : .wrongMethod(allowed: allowed)
    }

    /// The part of the path that stands for `{id}`, empty where the route has none; `nil` if it
    /// does not fit.
    private func id(in segments: [Substring]) -> String? {
        let own = path.split(separator: "/", omittingEmptySubsequences: false)
        guard own.count == segments.count else { return nil }
        var id = ""
        for (own, segment) in zip(own, segments) {
            if own == "{id}" {
                guard !segment.isEmpty else { return nil }
                id = String(segment)
            } else if !own.utf8.elementsEqual(segment.utf8) {
                return nil
            }
        }
        return id
    }
}
