/// The stored procedures of the collectors, as a deployment makes them and a collection calls them: one for each collector, word for word
/// its text, and one for each cadence that runs those of it. So a collection sends a call in place of some ten kilobytes of text.
enum CollectorProceduresSQL {
    /// How the names of the collectors' procedures begin: what else is called so was made by another version of ours.
    static let prefix = "Collector_"

    /// A result set that comes first, since an error of the first statement would end the batch.
    static let firstResult = "SELECT 1 AS first_result;\n"

    static func name(_ collector: CollectorDefinition) -> String { prefix + collector.name }

    static func name(_ cadence: Cadence) -> String {
        switch cadence {
        case .minute: "CollectMinute"
        case .fiveMinutes: "CollectFiveMinutes"
        case .quarterHour: "CollectQuarterHour"
        case .hour: "CollectHour"
        case .day: "CollectDay"
        case .week: "CollectWeek"
        }
    }

    /// A procedure and the batch that makes it.
    struct Procedure {
        let name: String
        let batch: String
    }

    /// The procedures for a server like this one, those that are called by others first. A collector that is not for it has none: some do
    /// not even compile there.
    static func procedures(for traits: ServerTraits) -> [Procedure] {
        let fitting = CollectorCatalogue.of(.sqlserver).filter { $0.applies(to: traits) }
        return fitting.map(procedure)
            + Cadence.allCases.map { cadence in procedure(cadence, fitting.filter { $0.cadence == cadence }) }
    }

    /// The settings of `DbTools.Settings` by which a DBA forbids what a collector reads; it then brings no rows.
    private static let settings = ["waits": "CollectWaits", "waits_database": "CollectWaits"]

    private static func procedure(_ collector: CollectorDefinition) -> Procedure {
        let name = name(collector)
        let unless = settings[collector.name].map { setting in
            let columns = collector.columns.map { "CAST(NULL AS \($0.kind == .label ? "nvarchar(1)" : "bigint")) AS \($0.name)" }
            return "\nIF EXISTS (SELECT 1 FROM DbTools.Settings WHERE Name = N'\(setting)' AND Value = N'off')\n"
                + "    SELECT \(columns.joined(separator: ", ")) WHERE 1 = 0;\nELSE"
        }
        return Procedure(
            name: name,
            batch: """
                CREATE PROCEDURE DbTools.\(name)
                AS
                -- DbTools: \(collector.purpose)
                SET NOCOUNT OFF;\(unless ?? "")
                \(collector.sql)
                """)
    }

    private static func procedure(_ cadence: Cadence, _ collectors: [CollectorDefinition]) -> Procedure {
        let name = name(cadence)
        let version = MonitoringObjects.version
        let calls = collectors.map { collector in
            "IF CHARINDEX(N',\(collector.name),', @Without) = 0\n    EXEC DbTools.\(Self.name(collector));"
        }
        return Procedure(
            name: name,
            batch: """
                CREATE PROCEDURE DbTools.\(name)
                    @Version int,
                    @Without nvarchar(4000) = N''
                AS
                -- DbTools: collectors in one round trip, without those named between commas. Another version of DbTools has others.
                SET NOCOUNT OFF;
                SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
                SET LOCK_TIMEOUT 1000;
                SET DEADLOCK_PRIORITY LOW;
                IF @Version <> \(version)
                BEGIN
                    RAISERROR (N'The monitoring objects are of version \(version).', 16, 1);
                    RETURN;
                END;
                \(calls.joined(separator: "\n"))
                """)
    }

    /// Takes away the procedures of collectors: all that we know by name, and `others` that were found.
    static func drop(others: [String] = []) -> String {
        let known = CollectorCatalogue.of(.sqlserver).map { name($0) } + Cadence.allCases.map { name($0) }
        let names = known + others.filter { !known.contains($0) }
        return "DROP PROCEDURE IF EXISTS\n    " + names.map { "DbTools.\(SQLServerName.quoted($0))" }.joined(separator: ",\n    ") + ";"
    }

    static func call(database: String, _ cadence: Cadence, without: [String]) -> String {
        let list = without.isEmpty ? "" : ", N',\(without.joined(separator: ",")),'"
        return "EXEC \(SQLServerName.quoted(database)).DbTools.\(name(cadence)) \(MonitoringObjects.version)\(list);"
    }
}
