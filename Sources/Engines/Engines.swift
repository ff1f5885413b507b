// Engines: how DbTools reaches a monitored database server, whatever its make.
//
// Needs: ODBC (SQL Server, MySQL and MariaDB), Postgres (PostgreSQL), a CA bundle of the system.
// Gives: `Engine` (probe, connect, collect), one per `EngineKind`; `TargetLanes`, the bounded threads on which these blocking calls run;
// `IsolatedProbe`, a connection test in a child process, which a crashing driver cannot take along; `OutboundPolicy`, who may be reached.
//
// Invariants: nothing here writes to a target but `deploy`, which says success only after reading back;
// a value that is not known is absent, never 0; every call has a deadline;
// a driver call never runs on Swift's cooperative pool; passwords never reach a message, a log line or a command line.

extension EngineKind {
    /// The engine that speaks to servers of this kind.
    package func makeEngine(_ config: EngineConfig) -> any Engine {
        switch self {
        case .sqlserver: SQLServerEngine(config)
        case .postgresql: PostgreSQLEngine(config)
        case .mysql: MySQLEngine(config)
        }
    }
}
