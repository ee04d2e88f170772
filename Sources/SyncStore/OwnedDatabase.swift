internal import GRDB

extension Configuration {
    /// For a database that one process at a time owns. So the log's index may lie in memory: as a
    /// file it would need room, and then a full disk could not even be read.
    init(of label: String, _ pragmas: String) {
        self.init()
        self.label = label
        foreignKeysEnabled = false
        prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA locking_mode = EXCLUSIVE;
                    PRAGMA trusted_schema = OFF;
                    \(pragmas)
                    """)
        }
    }
}
