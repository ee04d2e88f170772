public import Fieldwork
public import SyncCore

/// The directory in the form others read: the Human Services Data Specification, version 3.0, of
/// Open Referral.
///
/// Departments and partners are its organisations, what they can give its services, stations its
/// locations, sessions its schedules, kinds of need its taxonomy. It is made to be published: who
/// helps as a person and not as a body is left out, and whoever has not been verified.
///
/// Source: openreferral/specification 3.0, `schema/` and `datapackage.json`.
public struct HumanServicesPackage: Sendable {
    /// One object of the specification, as a table.
    public struct Table: Sendable {
        public let name: String
        /// The file it has in a tabular data package.
        public let path: String
        public let fields: [Field]
        public fileprivate(set) var rows: [[JSONMember]] = []

        fileprivate init(_ name: String, _ path: String, _ fields: [Field]) {
            (self.name, self.path, self.fields) = (name, path, fields)
        }
    }

    public struct Field: Hashable, Sendable {
        public let name: String
        let type: String
        let isRequired: Bool
    }

    /// What there is of the directory.
    public struct Directory: Sendable {
        /// The district: who runs the stations.
        public var district: ScopeID
        public var districtName: String
        public var areas: [ScopeID: String] = [:]
        public var departments: [Department] = []
        public var partners: [Partner] = []
        public var resources: [Resource] = []
        public var stations: [Station] = []
        public var sessions: [StationSession] = []

        public init(_ district: ScopeID, name: String) {
            (self.district, districtName) = (district, name)
        }
    }

    /// Tables that have rows.
    public var tables: [Table] { all.filter { !$0.rows.isEmpty } }
    private var all: [Table] = Self.empty
    private let hash: @Sendable ([UInt8]) -> ContentHash
    private let today: CalendarDate

    /// - Parameter hash: SHA-256, of which names are made for what has none of its own.
    public init(
        _ directory: Directory, asOf today: CalendarDate,
        hash: @escaping @Sendable ([UInt8]) -> ContentHash
    ) {
        (self.hash, self.today) = (hash, today)
        let office = Self.uuid(directory.district)
        add(
            .organization,
            ["id": office, "name": directory.districtName, "description": directory.districtName])
        var givers: [RecordID: Giver] = [:]
        for department in directory.departments where department.voidReason == nil {
            guard let contact = department.contact else { continue }
            givers[department.id] = Giver(status: "active", reach: [])
            addOrganization(department.id, contact.name, contact.address ?? contact.name)
            addPhone(contact.phone, "organization_id", Self.uuid(department.id))
        }
        for partner in directory.partners {
            guard let giver = Giver(partner), let name = partner.name else { continue }
            givers[partner.id] = giver
            let kind = partner.kind?.spoken.english ?? ""
            addOrganization(
                partner.id, name,
                [kind, partner.contact ?? ""].filter { !$0.isEmpty }.joined(separator: "; "))
        }
        addNeeds()
        for resource in directory.resources {
            add(resource, givers, directory.areas)
        }
        for station in directory.stations where station.voidReason == nil {
            add(station, of: office, directory.sessions)
        }
        for place in all.indices {
            all[place].rows.sort { left, right in
                (left.first?.value.string ?? "") < (right.first?.value.string ?? "")
            }
        }
    }

    /// A body that gives something, as far as what it gives follows from it.
    private struct Giver {
        let status: String
        let reach: [ScopeID]

        init(status: String, reach: [ScopeID]) { (self.status, self.reach) = (status, reach) }

        /// `nil` for one that is not to be published.
        init?(_ partner: Partner) {
            guard partner.voidReason == nil, partner.kind != .person, partner.kind != .informal
            else { return nil }
            switch partner.progress {
            case .verified, .active: status = "active"
            case .resting: status = "temporarily closed"
            case .offered, .ended, nil: return nil
            }
            reach = partner.reach
        }
    }

    // MARK: Objects

    private mutating func addOrganization(
        _ id: RecordID, _ name: String, _ description: String
    ) {
        add(
            .organization,
            ["id": Self.uuid(id), "name": name, "description": description])
    }

    private mutating func addPhone(_ number: String?, _ owner: String, _ id: String) {
        guard let number else { return }
        add(.phone, ["id": name("phone", id, number), owner: id, "number": number])
    }

    private mutating func addNeeds() {
        let taxonomy = name("taxonomy")
        add(
            .taxonomy,
            [
                "id": taxonomy, "name": "Kinds of need",
                "description": "What a household may need, as Hazama counts it.",
            ])
        for kind in NeedKind.allCases {
            add(
                .term,
                [
                    "id": name("need", kind.rawValue), "code": kind.rawValue,
                    "name": kind.spoken.english, "description": kind.spoken.chinese,
                    "taxonomy_id": taxonomy, "language": "en",
                ])
        }
    }

    private mutating func add(
        _ resource: Resource, _ givers: [RecordID: Giver], _ areas: [ScopeID: String]
    ) {
        guard resource.voidReason == nil, let provider = resource.provider,
            let giver = givers[provider], let title = resource.title
        else { return }
        let id = Self.uuid(resource.id)
        let amount = resource.capacity.map { "\($0) \(resource.unit ?? "")" }
        let isOver = resource.until.map { $0 < today } ?? false
        add(
            .service,
            [
                "id": id, "organization_id": Self.uuid(provider), "name": title,
                "description": [resource.kind?.spoken.english, amount]
                    .compactMap(\.self).joined(separator: "; "),
                "status": isOver ? "inactive" : giver.status,
            ])
        for scope in resource.reach.isEmpty ? giver.reach : resource.reach {
            guard let area = areas[scope] else { continue }
            add(
                .serviceArea,
                ["id": name("service_area", id, "\(scope)"), "service_id": id, "name": area])
        }
        for kind in resource.needKinds {
            add(
                .attribute,
                [
                    "id": name("attribute", id, kind.rawValue), "link_id": id,
                    "taxonomy_term_id": name("need", kind.rawValue), "link_entity": "service",
                ])
        }
    }

    private mutating func add(
        _ station: Station, of office: String, _ sessions: [StationSession]
    ) {
        let id = Self.uuid(station.id)
        // An address of the specification has a postal code, which nobody keeps here.
        add(
            .location,
            [
                "id": id, "location_type": "physical", "organization_id": office,
                "name": station.name ?? "", "description": station.contact?.address ?? "",
            ])
        addPhone(station.contact?.phone, "location_id", id)
        let own = sessions.filter { $0.station == station.id && $0.voidReason == nil }
        let kinds = station.services + own.compactMap(\.kind)
        for kind in SessionKind.allCases where kinds.contains(kind) {
            let service = name("service", id, kind.rawValue)
            let place = name("service_at_location", id, kind.rawValue)
            add(
                .service,
                [
                    "id": service, "organization_id": office,
                    "name": "\(station.name ?? "") \(kind.spoken.english)",
                    "description": kind.spoken.chinese, "status": "active",
                ])
            add(
                .serviceAtLocation,
                ["id": place, "service_id": service, "location_id": id])
            for session in own where session.kind == kind {
                guard let day = session.day else { continue }
                let hour = session.time.flatMap(Self.hour)
                add(
                    .schedule,
                    [
                        "id": Self.uuid(session.id), "service_at_location_id": place,
                        "valid_from": "\(day)", "valid_to": "\(day)", "dtstart": "\(day)",
                        "opens_at": hour ?? "",
                        "description": session.capacity.map { "\($0)" } ?? "",
                    ])
            }
        }
    }

    /// `14:00` as a time; `nil` for what is none.
    private static func hour(_ text: String) -> String? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]),
            (0...23).contains(hour), (0...59).contains(minute), parts[1].count == 2
        else { return nil }
        return (parts[0].count == 1 ? "0" : "") + text
    }

    private mutating func add(_ kind: Kind, _ cells: KeyValuePairs<String, String>) {
        all[kind.rawValue].rows.append(
            cells.filter { !$0.value.isEmpty }.map { JSONMember($0.key, .string($0.value)) })
    }

    // MARK: Names

    /// A record's or area's name as the specification has names: a UUID.
    static func uuid(_ id: some Identifier) -> String { uuid(id.high, id.low) }

    private static func uuid(_ high: UInt64, _ low: UInt64) -> String {
        func hex(_ number: UInt64) -> String {
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }
        let all = Array(hex(high) + hex(low))
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return parts.map { String(all[$0]) }.joined(separator: "-")
    }

    /// The name of what the specification has and we have no record of: the same in every package.
    private func name(_ parts: String...) -> String {
        let bytes = hash(Array(parts.joined(separator: "\u{1F}").utf8)).bytes
        func word(_ range: Range<Int>) -> UInt64 {
            bytes[range].reduce(0) { $0 << 8 | UInt64($1) }
        }
        return Self.uuid(
            word(0..<8) & ~0xf000 | 0x8000, word(8..<16) & (.max >> 2) | 1 << 63)
    }
}

// MARK: As files

extension HumanServicesPackage {
    /// `datapackage.json`: the files and their columns, for whoever reads a tabular data package.
    public var descriptor: JSON {
        .object([
            "name": "human_services_data", "title": "Human Services Data Specification",
            "profile": "tabular-data-package", "version": "3.0.0",
            "homepage": "http://docs.openreferral.org",
            "resources": .array(
                tables.map { table in
                    .object([
                        "name": .string(table.name), "path": .string(table.path),
                        "profile": "tabular-data-resource", "format": "csv",
                        "mediatype": "text/csv", "encoding": "utf-8",
                        "schema": .object([
                            "primaryKey": "id", "fields": .array(table.fields.map(\.json)),
                        ]),
                    ])
                }),
        ])
    }

    /// Each service with all that belongs to it within it, as the specification's interface gives
    /// a service.
    public var services: [JSON] {
        rows(.service).map { service in
            let id = Self.text(service, "id")
            var members = service.filter { $0.key != "organization_id" }
            let organization = rows(.organization).first {
                Self.text($0, "id") == Self.text(service, "organization_id")
            }
            if let organization {
                members.append(
                    JSONMember(
                        "organization",
                        .object(
                            organization
                                + Self.nested(
                                    "phones",
                                    rows(
                                        .phone, where: "organization_id",
                                        is: Self.text(organization, "id"))))))
            }
            members += Self.nested("service_areas", rows(.serviceArea, where: "service_id", is: id))
            members += Self.nested(
                "attributes",
                rows(.attribute, where: "link_id", is: id).map { attribute in
                    let term = rows(.term).first {
                        Self.text($0, "id") == Self.text(attribute, "taxonomy_term_id")
                    }
                    return attribute
                        + (term.map { [JSONMember("taxonomy_term", .object($0))] } ?? [])
                })
            members += Self.nested(
                "service_at_locations",
                rows(.serviceAtLocation, where: "service_id", is: id).map(nested))
            return .object(members)
        }
    }

    private func nested(_ place: [JSONMember]) -> [JSONMember] {
        let location = rows(.location).first {
            Self.text($0, "id") == Self.text(place, "location_id")
        }
        let schedules = rows(
            .schedule, where: "service_at_location_id", is: Self.text(place, "id"))
        return place
            + (location.map { location in
                [
                    JSONMember(
                        "location",
                        .object(
                            location
                                + Self.nested(
                                    "phones",
                                    rows(
                                        .phone, where: "location_id",
                                        is: Self.text(location, "id")))))
                ]
            } ?? []) + Self.nested("schedules", schedules)
    }

    private static func nested(_ name: String, _ rows: [[JSONMember]]) -> [JSONMember] {
        rows.isEmpty ? [] : [JSONMember(name, .array(rows.map { .object($0) }))]
    }

    private func rows(_ kind: Kind) -> [[JSONMember]] { all[kind.rawValue].rows }

    private func rows(_ kind: Kind, where column: String, is id: String) -> [[JSONMember]] {
        rows(kind).filter { Self.text($0, column) == id }
    }

    private static func text(_ row: [JSONMember], _ column: String) -> String {
        row.first { $0.key == column }?.value.string ?? ""
    }

    /// The objects of the specification that are used, in this order.
    private enum Kind: Int {
        case organization, service, serviceArea, location, serviceAtLocation, phone, schedule
        case taxonomy, term, attribute
    }

    private static let empty: [Table] = [
        Table("organization", "organizations.csv", fields("id! name! description!")),
        Table(
            "service", "services.csv", fields("id! organization_id! name! description status!")),
        Table("service_area", "service_areas.csv", fields("id! service_id name")),
        Table(
            "location", "locations.csv",
            fields("id! location_type! organization_id name description")),
        Table(
            "service_at_location", "service_at_location.csv",
            fields("id! service_id! location_id!")),
        Table(
            "phone", "phones.csv", fields("id! organization_id location_id number!")),
        Table(
            "schedule", "schedules.csv",
            fields(
                "id! service_at_location_id valid_from:date valid_to:date dtstart:date "
                    + "opens_at:time description")),
        Table("taxonomy", "taxonomies.csv", fields("id! name! description!")),
        Table(
            "taxonomy_term", "taxonomy_terms.csv",
            fields("id! code name! description! taxonomy_id language")),
        Table(
            "attribute", "attributes.csv",
            fields("id! link_id! taxonomy_term_id! link_entity!")),
    ]

    /// Columns by name: one that ends with `!` is required, one with `:date` is a day.
    private static func fields(_ text: String) -> [Field] {
        text.split(separator: " ").map { word in
            let parts = word.split(separator: ":")
            let isRequired = parts[0].hasSuffix("!")
            return Field(
                name: String(isRequired ? parts[0].dropLast() : parts[0]),
                type: parts.count > 1 ? String(parts[1]) : "string", isRequired: isRequired)
        }
    }
}

extension HumanServicesPackage.Field {
    fileprivate var json: JSON {
        .object([
            "name": .string(name), "type": .string(type),
            "constraints": .object(["required": .bool(isRequired)]),
        ])
    }
}
