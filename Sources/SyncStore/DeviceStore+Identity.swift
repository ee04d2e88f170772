internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol

extension DeviceStore {
    /// Returns who this device is. Needs no key.
    public func identity() throws(StoreError) -> DeviceIdentity {
        try read { db in try self.identity(db) }
    }

    func identity(_ db: Database) throws -> DeviceIdentity {
        let identity = try db.first(
            """
            SELECT replica, device, enrolment, url, hub, district, person, person_name,
                receipt_key, e.id, sealing_key
            FROM sync_replica r LEFT JOIN sync_epochs e ON e.era = r.era
            """
        ) { row in
            guard let enrolment = DeviceIdentity.Enrolment(rawValue: try row.text(2)) else {
                throw StoreFault(.damaged, "the state of enrolment is no word of ours")
            }
            return DeviceIdentity(
                replica: try row.name(0), deviceName: try row.text(1), enrolment: enrolment,
                url: try row.textOrNil(3),
                hub: try row.nameOrNil(4), epoch: try row.nameOrNil(9), district: try row.text(5),
                person: try row.nameOrNil(6), personName: try row.text(7),
                receiptKey: try row.blobOrNil(8).flatMap { VerifyingKey(bytes: $0) },
                sealingKey: try row.blobOrNil(10).flatMap { SealingKey(bytes: $0) })
        }
        guard let identity else { throw StoreFault(.damaged, "the store does not know its name") }
        return identity
    }

    /// Reads the secret key of this device. Throws `.keyMissing` where it is gone.
    public func signingKey() throws(StoreError) -> SigningKey {
        guard let seed = try disk.read(keyPath, maximumBytes: 32),
            let key = SigningKey(seed: seed)
        else { throw .keyMissing }
        return key
    }

    /// Returns the certificate of the hub's authority, as PEM; `nil` before enrolment.
    public func authority() throws(StoreError) -> [UInt8]? {
        try disk.read(authorityPath, maximumBytes: 1 << 20)
    }

    /// Keeps the hub's address, its authority's certificate and the device's name, before the hub
    /// is asked.
    ///
    /// Throws `.alreadyEnrolled` where a hub has answered: another enrolment needs a folder of its
    /// own.
    public func beginEnrolment(
        url: String, deviceName: String, authority: [UInt8]
    ) throws(StoreError) {
        // One hub for the life of a store: numbers and receipts mean nothing to another.
        guard try identity().hub == nil else { throw .alreadyEnrolled }
        try disk.write(authority, to: authorityPath)
        try write { db in
            try db.run("UPDATE sync_replica SET url = ?, device = ?", [url, deviceName])
        }
    }

    /// Keeps what the hub answered. Repeating it is harmless; another hub is refused.
    public func completeEnrolment(
        _ facts: EnrolmentFacts, now: ClockReading
    ) throws(StoreError) {
        try write { db in
            let known = try identity(db)
            guard known.hub == nil || known.hub == facts.hub else {
                throw StoreError.alreadyEnrolled
            }
            try db.run(
                """
                UPDATE sync_replica SET hub = ?, district = ?, receipt_key = ?, sealing_key = ?,
                    person = ?, person_name = ?, enrolment = ?
                """,
                [
                    facts.hub.stored, facts.district, facts.receiptKey.bytes.stored,
                    facts.sealingKey.bytes.stored, facts.person.stored, facts.personName,
                    facts.enrolment.rawValue,
                ])
            if known.epoch == nil { try beginEra(facts.epoch, now, db) }
        }
    }

    /// Keeps what the hub last said of this device's enrolment.
    public func setEnrolment(_ enrolment: DeviceIdentity.Enrolment) throws(StoreError) {
        try write { db in
            try db.run(
                "UPDATE sync_replica SET enrolment = ? WHERE enrolment <> ?",
                [enrolment.rawValue, enrolment.rawValue])
        }
    }

    /// Keeps another address of the same hub.
    public func setURL(_ url: String) throws(StoreError) {
        try write { db in try db.run("UPDATE sync_replica SET url = ?", [url]) }
    }

    // MARK: The hub's word for this device

    /// Returns the hub's word who this device is, for others; `nil` before the hub gave it.
    public func credential() throws(StoreError) -> SignedCredential? {
        try read { db in try self.credential(db) }
    }

    func credential(_ db: Database) throws -> SignedCredential? {
        try db.first("SELECT credential FROM sync_replica") { row in
            guard let stored = try row.blobOrNil(0) else { return nil as SignedCredential? }
            guard stored.count > 64, let signature = Signature(bytes: stored[..<64]) else {
                throw StoreFault(.damaged, "the credential is too short")
            }
            return SignedCredential(bytes: Array(stored[64...]), signature: signature)
        } ?? nil
    }

    /// Verifies that a credential is the hub's, and of this device.
    func verify(_ signed: SignedCredential, _ db: Database) throws {
        let identity = try self.identity(db)
        guard let key = identity.receiptKey, let hub = identity.hub else {
            throw StoreError.notEnrolled
        }
        guard let credential = signed.verified(by: key) else {
            throw StoreError.badAnswer(.badReceiptSignature)
        }
        guard credential.hub == hub, credential.replica == identity.replica else {
            throw StoreError.badAnswer(.foreignReceipt)
        }
    }

    func keep(_ signed: SignedCredential, _ db: Database) throws {
        try db.run(
            "UPDATE sync_replica SET credential = ?",
            [(signed.signature.bytes + signed.bytes).stored])
    }

    /// Whether the hub is to be asked for a credential: it lends this device what it holds, and
    /// what it said is lost, or half over as of the last sync.
    func wantsCredential(_ db: Database) throws -> Bool {
        let synced = try db.first(
            """
            SELECT ifnull(synced_hub_ms, 0) FROM sync_replica
            WHERE grants_version <> 0 AND lease_ms > 0
            """
        ) { try $0.int(0) }
        guard let synced else { return false }
        guard let signed = try credential(db) else { return true }
        let credential: Credential
        do {
            credential = try Credential.decode(signed.bytes)
        } catch {
            return true
        }
        return synced > Int64(clamping: credential.issued_ms / 2 + credential.until_ms / 2)
    }

    /// The number of the hub's present life as this device counts them; 0 before the first.
    func era(_ db: Database) throws -> Int64 {
        let row = try HotStatement("SELECT era FROM sync_replica", db)
        defer { row.reset() }
        return try row.step() ? row.present(0) : 0
    }
}
