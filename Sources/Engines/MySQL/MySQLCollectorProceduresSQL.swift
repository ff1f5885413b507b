/// The stored procedures of the collectors on MySQL and MariaDB: one for each collector, word for word its text, and one for each cadence
/// that calls those of it (see `CollectorProceduresSQL`).
enum MySQLCollectorProceduresSQL {
    /// How the names of the collectors' procedures begin: what else is called so was made by another version of ours.
    static let prefix = "collector_"

    static func name(_ collector: CollectorDefinition) -> String { prefix + collector.name }
    static func name(_ cadence: Cadence) -> String { "collect_" + cadence.rawValue }

    /// A procedure, the statement that makes it, and its body as the catalog shows it.
    struct Procedure {
        let name: String
        let statement: String
        let body: String
    }

    /// The procedures for a server like this one. Those that need performance_schema are made where it is off too: it may be turned on.
    static func procedures(for traits: ServerTraits) -> [Procedure] {
        var traits = traits
        traits.hasPerformanceSchema = true
        let fitting = CollectorCatalogue.of(.mysql).filter { $0.applies(to: traits) }
        return fitting.map { procedure(name($0), "", "BEGIN\n\($0.sql)\nEND") }
            + Cadence.allCases.map { cadence in procedure(cadence, fitting.filter { $0.cadence == cadence }) }
    }

    private static func procedure(_ name: String, _ parameters: String, _ body: String) -> Procedure {
        Procedure(
            name: name,
            statement: """
                CREATE PROCEDURE \(name)(\(parameters))
                    READS SQL DATA
                    SQL SECURITY INVOKER
                    COMMENT 'DbTools: collectors'
                \(body)
                """, body: body)
    }

    private static func procedure(_ cadence: Cadence, _ collectors: [CollectorDefinition]) -> Procedure {
        let version = MonitoringObjects.version
        let calls = collectors.map { collector in
            "    IF LOCATE(',\(collector.name),', left_out) = 0 THEN\n        CALL \(name(collector))();\n    END IF;\n"
        }
        return procedure(
            name(cadence), "IN wanted_version int, IN left_out varchar(4000)",
            """
            BEGIN
                IF wanted_version <> \(version) THEN
                    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'The monitoring objects are of version \(version).';
                END IF;
            \(calls.joined())END
            """)
    }

    /// Takes away the procedures of collectors: all that we know by name, and `others` that were found.
    static func drops(others: [String] = []) -> [String] {
        let known = CollectorCatalogue.of(.mysql).map { name($0) } + Cadence.allCases.map { name($0) }
        return (known + others.filter { !known.contains($0) }).map { "DROP PROCEDURE IF EXISTS \(MySQLName.quoted($0))" }
    }

    static func call(database: String, _ cadence: Cadence, without: [String]) -> String {
        let list = without.isEmpty ? "" : ",\(without.joined(separator: ",")),"
        return "CALL \(MySQLName.quoted(database)).\(name(cadence))(\(MonitoringObjects.version), '\(list)');"
    }
}
