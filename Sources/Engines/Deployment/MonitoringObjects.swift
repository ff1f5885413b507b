/// The monitoring objects that this DbTools deploys: their version, places and scripts.
package enum MonitoringObjects {
    /// Grows with each change of the engines' `deploy/objects.sql`, which says it too, and of SQL Server's collectors, whose procedures are
    /// deployed.
    package static let version = 4

    /// Where the objects go when nobody says otherwise.
    package static func defaultDatabase(_ engine: EngineKind, connectsTo database: String?) -> String {
        switch engine {
        case .sqlserver: "DbTools"
        case .postgresql: database ?? "postgres"
        case .mysql: "dbtools"
        }
    }

    /// The schema's name in `database`.
    package static func schema(_ engine: EngineKind, database: String) -> String {
        switch engine {
        case .sqlserver: "DbTools"
        case .postgresql: "dbtools"
        case .mysql: database
        }
    }

    /// Why the objects may not go there; nil when they may.
    package static func refusal(_ engine: EngineKind, database: String) -> String? {
        let name = database.lowercased()
        switch engine {
        case .sqlserver where ["master", "model", "msdb", "tempdb", "resource", "mssqlsystemresource", "distribution"].contains(name):
            let reason =
                name == "tempdb"
                ? "is emptied at every restart" : name == "model" ? "is copied into every new database" : "belongs to SQL Server itself"
            return "\(reason): name a database of your own, or let DbTools make a small one named DbTools"
        case .postgresql where ["template0", "template1"].contains(name):
            return "is copied into every new database: name another one"
        case .mysql where ["mysql", "sys", "information_schema", "performance_schema"].contains(name):
            return "belongs to the server itself: name another one, such as dbtools"
        default: return nil
        }
    }

    /// All that a deployment runs, for a DBA to read or to run by hand.
    ///
    /// - Parameter traits: of the server; nil: not known, and taken for the newest SQL Server as one installs it.
    package static func script(
        _ engine: EngineKind, database: String, createDatabase: Bool, monitorLogin: String? = nil, traits: ServerTraits? = nil
    ) -> String {
        let head = "DbTools monitoring objects, version \(version)"
        switch engine {
        case .sqlserver:
            let procedures = CollectorProceduresSQL.procedures(for: traits ?? ServerTraits(version: "99"))
            return sqlServerScript(
                head, database: database, createDatabase: createDatabase, monitorLogin: monitorLogin, procedures: procedures)
        case .postgresql:
            let grants = monitorLogin.map { "\n\(PostgreSQLName.monitorGrants($0))\n" } ?? ""
            return
                "-- \(head)\n-- \\connect \(PostgreSQLName.quoted(database))\nBEGIN;\n\n\(CollectorSQL.postgreSQLDeployObjects)\n\(grants)\nCOMMIT;\n"
        case .mysql:
            let place = MySQLName.quoted(database)
            // Which of the two it is decides what their procedures read: of a server that was never read it is not known.
            let procedures = traits.map { MySQLCollectorProceduresSQL.procedures(for: $0).map(\.statement) } ?? []
            let collectors = (MySQLCollectorProceduresSQL.drops() + procedures).map { $0 + "\n$$" }.joined(separator: "\n")
            return """
                -- \(head)
                CREATE DATABASE IF NOT EXISTS \(place);
                USE \(place);
                \(CollectorSQL.mySQLDeployObjects)
                \(collectors)
                DELETE FROM schema_version
                $$
                INSERT INTO schema_version (version, applied_at, applied_by, created_schema)
                VALUES (\(version), UTC_TIMESTAMP(3), CURRENT_USER(), 0)
                $$
                DELIMITER ;

                """
        }
    }

    static func sqlServerScript(
        _ head: String, database: String, createDatabase: Bool, monitorLogin: String?, procedures: [CollectorProceduresSQL.Procedure]
    ) -> String {
        let place = SQLServerName.quoted(database)
        let make =
            createDatabase ? "IF DB_ID(N'\(SQLServerName.escaped(database))') IS NULL\n    CREATE DATABASE \(place);\nGO\n" : ""
        let batches =
            [CollectorProceduresSQL.drop()] + procedures.map(\.batch) + (monitorLogin.map { SQLServerName.monitorBatches($0) } ?? [])
        return "-- \(head)\n\(make)USE \(place);\nGO\n\(CollectorSQL.sqlServerDeployObjects)\n"
            + batches.map { $0 + "\nGO\n" }.joined()
    }

    /// What gives `login` the right to deploy there, for whoever may grant it.
    package static func grantScript(_ engine: EngineKind, database: String, createDatabase: Bool, login: String) -> String {
        switch engine {
        case .sqlserver:
            let name = SQLServerName.quoted(login)
            if createDatabase { return "USE master;\nGRANT CREATE ANY DATABASE TO \(name);" }
            return SQLServerName.deployGrants(database: database, login: login)
        case .postgresql:
            return "GRANT CREATE ON DATABASE \(PostgreSQLName.quoted(database)) TO \(PostgreSQLName.quoted(login));"
        case .mysql:
            return MySQLName.deployGrant(database: database, account: login + "@%")
        }
    }

    /// The parts of a script between lines that hold nothing but `separator`.
    static func batches(_ script: String, separator: String) -> [String] {
        var batches: [String] = []
        var lines: [Substring] = []
        for line in script.split(separator: "\n", omittingEmptySubsequences: false) {
            let word = line.split(separator: " ").joined(separator: " ").uppercased()
            if word == "DELIMITER $$" { continue }
            guard word == separator else {
                lines.append(line)
                continue
            }
            batches.append(lines.joined(separator: "\n"))
            lines = []
        }
        batches.append(lines.joined(separator: "\n"))
        return batches.filter { $0.contains { !$0.isWhitespace } }
    }
}
