internal import Fieldwork
public import SyncCore

extension Catalogue {
    /// What everybody reads, as records: the departments, and the tags of the dictionary.
    ///
    /// - Parameters:
    ///   - area: the area they lie in, which no device writes.
    ///   - district: whose they are.
    ///   - day: the day from which they hold.
    public func directory(
        in area: ScopeID, of district: ScopeID, from day: CalendarDate
    ) throws(SchemaViolation) -> [RecordChange] {
        var changes: [RecordChange] = []
        for department in departments {
            let contact = ContactPoint(
                department.name.chinese, by: .decision, effective: day)
            changes.append(
                try Department.Draft(area: area, code: department.id, contact: contact).creation)
        }
        for tag in tags {
            guard let level = TagLevel(rawValue: tag.level), let kind = TagKind(rawValue: tag.kind)
            else { continue }
            changes.append(
                try TagDefinition.Draft(
                    area: area, code: tag.id, level: level, owner: district, kind: kind,
                    wording: TagWording(tag.name.chinese, by: level, effective: day)
                ).creation)
        }
        return changes.sorted { $0.record < $1.record }
    }
}
