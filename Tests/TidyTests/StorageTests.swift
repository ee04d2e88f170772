import Testing

/// Names each statement of SQL outside the room that writes it, and each trigger anywhere.
func straySQL(in file: TextFile) -> [Offence] {
    guard let room = file.room else { return [] }
    let starts = [
        "SELECT ", "INSERT INTO ", "INSERT OR ", "REPLACE INTO ", "UPDATE ", "DELETE FROM ",
        "CREATE TABLE ", "CREATE INDEX ", "CREATE UNIQUE ", "CREATE VIRTUAL ", "CREATE VIEW ",
        "DROP TABLE ", "DROP INDEX ", "ALTER TABLE ", "PRAGMA ", "BEGIN IMMEDIATE", "VACUUM",
    ]
    return file.swift.literals.compactMap { literal in
        if literal.text.contains("CREATE TRIGGER") {
            return Offence(file.path, literal.line, "a trigger")
        }
        let text = literal.text.drop(while: \.isWhitespace)
        guard room != "SyncStore", starts.contains(where: text.hasPrefix) else { return nil }
        return Offence(file.path, literal.line, "SQL in \(room)")
    }
}

@Suite("Storage")
struct StorageTests {
    @Test("only the store writes SQL, and no trigger does")
    func sources() {
        expectNone(Repository.here.swift(in: "Sources/").flatMap(straySQL(in:)))
    }

    @Test(
        "a stray statement is noticed",
        arguments: [
            ("SyncHub", "let a = \"SELECT id FROM visit\""),
            ("hazamad", "db.execute(\"PRAGMA integrity_check\")"),
            ("HubServer", "let a = \"\"\"\n  UPDATE person SET a = 1\n  \"\"\""),
            ("SyncStore", "let a = \"CREATE TRIGGER t AFTER INSERT ON visit\""),
        ] as [(String, String)])
    func canary(room: String, text: String) {
        #expect(straySQL(in: TextFile(path: "Sources/\(room)/A.swift", text: text)).count == 1)
    }

    @Test("the store's statements and plain words are left alone")
    func innocent() {
        let store = TextFile(
            path: "Sources/SyncStore/A.swift", text: "let a = \"SELECT id FROM visit\"")
        #expect(straySQL(in: store) == [])
        let words = TextFile(
            path: "Sources/hazama/A.swift", text: "let a = \"Select a household to update\"")
        #expect(straySQL(in: words) == [])
    }
}
