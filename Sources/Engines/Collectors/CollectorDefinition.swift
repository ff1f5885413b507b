/// How often a collector runs. All collectors of one cadence on a server are one batch: one round trip.
package enum Cadence: String, CaseIterable, Sendable, Codable {
    /// The server's own interval, 30 to 3600 s.
    case minute
    case fiveMinutes = "five_minutes"
    case quarterHour = "quarter_hour"
    case hour
    case day
    case week

    /// Seconds between two runs on a server that is read every `intervalSeconds`: never more often than that.
    package func seconds(intervalSeconds: Int) -> Int {
        let own =
            switch self {
            case .minute: 0
            case .fiveMinutes: 300
            case .quarterHour: 900
            case .hour: 3600
            case .day: 86_400
            case .week: 604_800
            }
        return max(own, intervalSeconds)
    }
}

/// One column of a collector's answer.
package struct CollectorColumn: Sendable, Equatable {
    /// What a column's values are.
    package enum Kind: String, Sendable, Codable {
        /// Names the row, together with the other labels.
        case label
        case text, number, time, flag
        /// May hold personal data: redacted on reading.
        case queryText = "query_text"
        /// A query's text, or a `QueryReference` to it, which is put in its place on reading: shown as `queryText`.
        case statement
        /// A `QueryReference` to a query's plan.
        case plan
        /// A series of values.
        case gauge
        /// A series of raw totals that only grow until the server restarts; shown as rates per second.
        case counter
    }
    package let name: String
    package let kind: Kind
    /// Of gauges, counters and numbers.
    package let unit: String?
    /// The series' name; of gauges and counters.
    package let metric: String?
    package let description: String

    package init(_ name: String, _ kind: Kind, unit: String? = nil, metric: String? = nil, _ description: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.metric = metric
        self.description = description
    }
}

/// Something that is read from servers: a statement with its catalogue entry. Each is a file in an engine's folder `SQL/collectors`; the
/// header of the file says all that stands here.
package struct CollectorDefinition: Sendable, Equatable {
    /// What a server must be like for the collector to make sense on it.
    package enum Condition: Sendable, Equatable {
        case versionAtLeast(Int, Int)
        case versionBelow(Int, Int)
        case windows, linux, mariadb, mysql
        /// MySQL and MariaDB with performance_schema on: without it its tables are empty, which is not the same as nothing to show.
        case performanceSchema
        /// SQL Server as one installs it, as against Azure SQL Database and Managed Instance.
        case box
        /// A server with Agent, msdb and files of its own: all but Azure SQL Database.
        case instance
        case azureDatabase
    }
    /// How long rows that are no samples are kept.
    package enum Keep: String, Sendable, Codable, CaseIterable {
        /// Only the newest.
        case latest
        /// The newest, and what changed between two runs.
        case changes
        /// Those of every run, as long as samples.
        case every
        /// Of every run those that the run before did not have, told apart by their labels, as long as samples: for events that several
        /// runs see.
        case new

        /// Whether rows of earlier runs can be read.
        package var hasHistory: Bool { self == .every || self == .new }
    }
    package let name: String
    package let title: String
    package let engine: EngineKind
    package let cadence: Cadence
    package let purpose: String
    package let versions: String
    package let permissions: String
    package let cost: String
    package let conditions: [Condition]
    package let keep: Keep
    package let rowCountMax: Int
    package let columns: [CollectorColumn]
    /// The columns' kinds and names by themselves: they are asked for with every cell and every run.
    package let kinds: [CollectorColumn.Kind]
    package let columnNames: [String]
    /// Which of the columns are labels.
    package let labelPlaces: [Int]
    /// One statement that ends with a semicolon.
    package let sql: String
    /// 0 for those that the product ships. Of a tenant's own, a number that is another one whenever its columns have changed: what was read
    /// by other columns is not taken for these.
    package let shape: Int32

    package init(
        name: String, title: String, engine: EngineKind, cadence: Cadence, purpose: String, versions: String, permissions: String,
        cost: String, conditions: [Condition], keep: Keep, rowCountMax: Int, columns: [CollectorColumn], sql: String, shape: Int32 = 0
    ) {
        self.shape = shape
        self.name = name
        self.title = title
        self.engine = engine
        self.cadence = cadence
        self.purpose = purpose
        self.versions = versions
        self.permissions = permissions
        self.cost = cost
        self.conditions = conditions
        self.keep = keep
        self.rowCountMax = rowCountMax
        self.columns = columns
        kinds = columns.map(\.kind)
        columnNames = columns.map(\.name)
        labelPlaces = columns.indices.filter { columns[$0].kind == .label }
        self.sql = sql
    }

    /// Whether a tenant made it.
    package var isCustom: Bool { shape != 0 }

    /// Whether it may read nothing, or too little without an error, where the right to see a SQL Server's state is missing. Who lost that
    /// right has mostly lost VIEW ANY DEFINITION with it.
    package var needsServerState: Bool {
        !["none", "SELECT on msdb", "VIEW ANY DATABASE", "VIEW DATABASE STATE"].contains { permissions.hasPrefix($0) }
    }

    /// Whether the collector makes sense on `server`.
    package func applies(to server: ServerTraits) -> Bool { conditions.allSatisfy { server.meets($0) } }

    /// Why it makes none there, as a sentence; nil when it does. The screens know by its first words what is another kind of server's
    /// (`withoutTwins` in web/src/features/monitoring/api/list-collectors.ts).
    package func unfitness(for server: ServerTraits) -> String? {
        let unmet = conditions.filter { !server.meets($0) }
        if unmet.isEmpty { return nil }
        return unmet == [.performanceSchema]
            ? "performance_schema is off on this server: it is turned on in the server's configuration, and takes a restart."
            : "It is not for this version or kind of server, but for \(versions)"
    }
}

/// What collectors' conditions ask of a server.
package struct ServerTraits: Sendable, Equatable {
    package var major: Int
    package var minor: Int
    package var isLinux: Bool
    package var isMariaDB: Bool
    package var hosting: Hosting
    /// Whether performance_schema is on (MySQL and MariaDB).
    package var hasPerformanceSchema: Bool

    /// Whose work the server is.
    package enum Hosting: Sendable {
        /// Installed, by whomever.
        case box
        case managedInstance, azureDatabase
    }

    /// - Parameter version: such as `15.0.4375.4`; what is no number counts as 0.
    package init(
        version: String, isLinux: Bool = false, isMariaDB: Bool = false, hosting: Hosting = .box, hasPerformanceSchema: Bool = true
    ) {
        let numbers = version.split(separator: ".").map { part in Int(part.prefix { $0.isASCII && $0.isNumber }) ?? 0 }
        major = numbers.first ?? 0
        minor = numbers.count > 1 ? numbers[1] : 0
        self.isLinux = isLinux
        self.isMariaDB = isMariaDB
        self.hosting = hosting
        self.hasPerformanceSchema = hasPerformanceSchema
    }

    func meets(_ condition: CollectorDefinition.Condition) -> Bool {
        switch condition {
        // Azure's kinds say 12.0 and have what the newest version has.
        case .versionAtLeast(let major, let minor): hosting != .box || (self.major, self.minor) >= (major, minor)
        case .versionBelow(let major, let minor): hosting == .box && (self.major, self.minor) < (major, minor)
        case .windows: !isLinux
        case .linux: isLinux
        case .mariadb: isMariaDB
        case .mysql: !isMariaDB
        case .performanceSchema: hasPerformanceSchema
        case .box: hosting == .box
        case .instance: hosting != .azureDatabase
        case .azureDatabase: hosting == .azureDatabase
        }
    }
}

/// All collectors that the product ships.
package enum CollectorCatalogue {
    /// Those of one engine, in the order of their names.
    package static func of(_ engine: EngineKind) -> [CollectorDefinition] {
        switch engine {
        case .sqlserver: sqlServer
        case .postgresql: postgreSQL
        case .mysql: mySQL
        }
    }

    /// The names of all collectors of all engines.
    package static let names = Set(EngineKind.allCases.flatMap { of($0) }.map(\.name))

    /// The collector called `name` of an engine; nil when there is none.
    package static func named(_ name: String, of engine: EngineKind) -> CollectorDefinition? { of(engine).first { $0.name == name } }
}
