internal import SyncCore
internal import SyncProtocol
internal import SyncStore

/// Which devices hold what: those that were let in and have synced, with the areas that are open to
/// them now.
///
/// A device that was let in and has never asked holds nothing yet. One that was revoked has to give
/// back everything, which is another leave.
struct Holders: Sendable {
    struct Device: Sendable {
        let rid: Int64
        let replica: ReplicaID
        let person: PersonID
        let areas: Set<UInt32>
    }
    let devices: [Device]

    init(_ memory: HubMemory, _ tx: borrowing HubTransaction) throws {
        var areas: [PersonID: Set<UInt32>] = [:]
        var found: [Device] = []
        for replica in try tx.replicas() where !replica.id.isHub {
            guard replica.state == DeviceState.approved.rawValue,
                replica.synced_ms != nil || memory.contacts[replica.id] != nil
            else { continue }
            if areas[replica.person] == nil {
                areas[replica.person] = try tx.grants(of: replica.person)
                    .filter { $0.ended == nil }
                    .reduce(into: []) { $0.formUnion(memory.subtree($1.area)) }
            }
            found.append(
                Device(
                    rid: replica.rid, replica: replica.id, person: replica.person,
                    areas: areas[replica.person] ?? []))
        }
        devices = found
    }

    /// Those that hold what lies in one area and not what lies in another.
    func losing(from old: UInt32, to new: UInt32) -> [Device] {
        devices.filter { $0.areas.contains(old) && !$0.areas.contains(new) }
    }

    /// Those that hold what lies in an area.
    func holding(_ area: UInt32) -> [Device] { devices.filter { $0.areas.contains(area) } }
}
