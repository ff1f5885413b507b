import Engines

/// Definitions of collectors as tests need them.
enum TestCollectors {
    static let fileIO = CollectorDefinition(
        name: "test_files", title: "Files", engine: .sqlserver, cadence: .minute, purpose: "reads of files.", versions: "all.",
        permissions: "none.", cost: "low.", conditions: [], keep: .latest, rowCountMax: 10,
        columns: [
            CollectorColumn("database_name", .label, "Database"), CollectorColumn("file_name", .label, "File"),
            CollectorColumn("state", .text, "State"), CollectorColumn("reads", .counter, unit: "operations", metric: "test_reads", "Reads"),
            CollectorColumn("size_bytes", .gauge, unit: "bytes", metric: "test_size_bytes", "Size"),
        ], sql: "SELECT 1;")
    static let settings = CollectorDefinition(
        name: "test_settings", title: "Settings", engine: .sqlserver, cadence: .hour, purpose: "settings.", versions: "all.",
        permissions: "none.", cost: "low.", conditions: [], keep: .changes, rowCountMax: 10,
        columns: [
            CollectorColumn("name", .label, "Name"), CollectorColumn("value", .number, unit: "count", "Value"),
            CollectorColumn("changed_at", .time, "When"),
        ], sql: "SELECT 2;")
    static let queries = CollectorDefinition(
        name: "test_queries", title: "Queries", engine: .sqlserver, cadence: .minute, purpose: "queries.", versions: "all.",
        permissions: "none.", cost: "low.", conditions: [], keep: .every, rowCountMax: 3,
        columns: [CollectorColumn("session_id", .text, "Session"), CollectorColumn("query", .queryText, "Text")], sql: "SELECT 3;")
    static let events = CollectorDefinition(
        name: "test_events", title: "Events", engine: .sqlserver, cadence: .minute, purpose: "events.", versions: "all.",
        permissions: "none.", cost: "low.", conditions: [], keep: .new, rowCountMax: 3,
        columns: [
            CollectorColumn("occurred_at", .label, "When"), CollectorColumn("victim", .label, "Victim"),
            CollectorColumn("note", .text, "Note"),
        ], sql: "SELECT 6;")
    static let all = [fileIO, settings, queries]
    static let jobs = CollectorDefinition(
        name: "test_jobs", title: "Jobs", engine: .sqlserver, cadence: .hour, purpose: "jobs.", versions: "all.",
        permissions: "none.", cost: "low.", conditions: [], keep: .latest, rowCountMax: 10,
        columns: [CollectorColumn("name", .text, "Name")], sql: "SELECT 7;")
    static let daily = CollectorDefinition(
        name: "test_daily", title: "Daily", engine: .sqlserver, cadence: .day, purpose: "what changes rarely.", versions: "all.",
        permissions: "none.", cost: "low.", conditions: [], keep: .latest, rowCountMax: 10,
        columns: [CollectorColumn("name", .text, "Name")], sql: "SELECT 8;")
    static let newer = CollectorDefinition(
        name: "test_newer", title: "Newer", engine: .sqlserver, cadence: .day, purpose: "what 2022 has.", versions: "2022.",
        permissions: "none.", cost: "low.", conditions: [.versionAtLeast(16, 0)], keep: .latest, rowCountMax: 1,
        columns: [CollectorColumn("value", .text, "Value")], sql: "SELECT 4;")
    static let weekly = CollectorDefinition(
        name: "test_weekly", title: "Weekly", engine: .sqlserver, cadence: .week, purpose: "what is costly.", versions: "all.",
        permissions: "none.", cost: "medium.", conditions: [], keep: .latest, rowCountMax: 1,
        columns: [CollectorColumn("value", .text, "Value")], sql: "SELECT 5;")

    static func file(_ database: String, _ file: String, reads: Int64?, size: Double?, state: String = "ONLINE") -> [Cell] {
        [.text(database), .text(file), .text(state), reads.map { .integer($0) } ?? .null, size.map { .number($0) } ?? .null]
    }
}
