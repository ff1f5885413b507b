import Foundation
import TDS

/// An instance at one moment, as a statement sees it.
struct World: Sendable {
    let state: InstanceState
    let date: Date
    /// The same moment on the server's clock.
    let now: TDSDateTime

    init(state: InstanceState, date: Date) {
        self.state = state
        self.date = date
        now = TDSDateTime(unixSeconds: date.timeIntervalSince1970 + state.clockSecondsOff)
    }

    var config: InstanceConfig { state.config }

    var seed: Int { config.number }

    var objects: [StoredObject] { state.objects }

    /// The part of the name after `\`.
    var instanceName: String? {
        config.name.split(separator: "\\", maxSplits: 1).dropFirst().first.map(String.init)
    }

    var machineName: String { String(config.name.split(separator: "\\").first ?? "SIM") }

    // MARK: Time

    var uptimeSeconds: Double { max(0, date.timeIntervalSince(state.startedAt)) }

    /// Milliseconds since the machine booted.
    var msTicks: Int64 { Int64((date.timeIntervalSince(state.machineStartedAt) * 1000).rounded()) }

    /// What the server's clock shows, or showed, at a moment.
    func moment(_ date: Date) -> TDSDateTime { TDSDateTime(unixSeconds: onClock(date).timeIntervalSince1970) }

    func onClock(_ date: Date) -> Date { date.addingTimeInterval(state.clockSecondsOff) }

    func datetime(_ date: Date) -> TDSValue { .dateTime(moment(date).roundedToDatetime) }

    /// Minutes since 1970: the step in which the slow values move.
    var minute: Int { Int(date.timeIntervalSince1970 / 60) }

    // MARK: Load

    /// A counter that grows by about `perSecond` under the usual load; never shrinks between resets.
    func counter(perSecond: Double, salt: Int) -> Int64 {
        let phase = Noise.unit(seed, salt) * 2 * Double.pi
        let start = LoadLine.wave(state.loadAtReset, phase: phase)
        let end = LoadLine.wave(state.load.value(at: date), phase: phase)
        return Int64((perSecond * (0.6 + 0.8 * Noise.unit(seed, salt + 500)) * max(0, end - start)).rounded(.down))
    }

    /// A value that wanders between two bounds from minute to minute.
    func gauge(_ range: ClosedRange<Int>, salt: Int) -> Int { Noise.integer(range, seed, salt, minute) }

    /// What SQL Server itself and all other processes take of the processor at a record's time.
    func cpu(_ record: CPUTimeline.Record) -> (sql: Int, other: Int, idle: Int) {
        if let percent = record.percent { return (percent, 0, 100 - percent) }
        let base = 10 + Int(Noise.unit(seed, 10) * 30)
        let step = Int(record.at.timeIntervalSince1970 / 60)
        let sql = max(1, base + Noise.integer(-6...6, seed, 11, step))
        let other = Noise.integer(1...4, seed, 12, step)
        return (sql, other, 100 - sql - other)
    }

    /// The newest record's value for SQL Server.
    var cpuPercent: Int { state.cpu.records(until: date, countMax: 1).first.map { cpu($0).sql } ?? 0 }

    // MARK: Machine

    var cpuCount: Int { [4, 8, 8, 16][Noise.integer(0...3, seed, 20)] }

    /// The machine's memory in kilobytes.
    var physicalMemoryKB: Int64 { Int64([16, 32, 64, 128][Noise.integer(0...3, seed, 21)]) * 1_048_576 }

    /// How full the machine's memory is.
    var memoryPercent: Int { state.memoryPercent ?? 58 + Noise.integer(0...14, seed, 22) + gauge(-1...1, salt: 23) }

    var availableMemoryKB: Int64 { physicalMemoryKB * Int64(100 - memoryPercent) / 100 }

    /// What SQL Server keeps in memory.
    var processMemoryKB: Int64 { physicalMemoryKB * Int64(max(1, memoryPercent - 8)) / 100 }

    /// The data centre's other sessions: applications that are not ours.
    var applicationSessionCount: Int { 8 + Noise.integer(0...30, seed, 24) + gauge(-2...3, salt: 25) }

    // MARK: Databases

    func database(named name: String) -> SimulatedDatabase? {
        let key = name.lowercased()
        return config.databases.first { $0.name.lowercased() == key }
    }

    func database(id: Int) -> SimulatedDatabase? { config.databases.first { $0.id == id } }

    /// A file of a database with the space used in it.
    struct File {
        let id: Int
        let name: String
        let physicalName: String
        let isLog: Bool
        let sizePages: Int64
        let usedPages: Int64
    }

    func files(of database: SimulatedDatabase) -> [File] {
        let folder =
            config.platform == .windows
            ? "C:\\Program Files\\Microsoft SQL Server\\MSSQL\(config.version.major).\(instanceName ?? "MSSQLSERVER")\\MSSQL\\DATA\\"
            : "/var/opt/mssql/data/"
        let stem =
            database.id == 1
            ? "master" : database.id == 2 ? "tempdev" : database.id == 3 ? "modeldev" : database.id == 4 ? "MSDBData" : database.name
        let log =
            database.id == 1
            ? "mastlog"
            : database.id == 2 ? "templog" : database.id == 3 ? "modellog" : database.id == 4 ? "MSDBLog" : database.name + "_log"
        let dataFile = database.id == 2 ? "tempdb" : database.id == 3 ? "model" : stem
        // Data grows by some pages a day; a log fills and is cut off by each log backup.
        let grown = Int64(date.timeIntervalSince1970 / 86_400) % 1_000 * Int64(database.dataSizeMB) / 1_000
        let dataPages = Int64(database.dataSizeMB) * 128
        return [
            File(
                id: 1, name: stem, physicalName: folder + dataFile + ".mdf", isLog: false, sizePages: dataPages,
                usedPages: min(dataPages, dataPages * 6 / 10 + grown * 128 / 4)),
            File(
                id: 2, name: log, physicalName: folder + log + ".ldf", isLog: true, sizePages: Int64(database.logSizeMB) * 128,
                usedPages: usedLogPages(of: database)),
        ]
    }

    func usedLogPages(of database: SimulatedDatabase) -> Int64 {
        Int64(database.logSizeMB) * 128 * Int64(gauge(4...38, salt: 30 + database.id)) / 100
    }

    // MARK: Objects

    func objectName(id: Int) -> String? { objects.first { $0.id == id }?.name }

    func schemaID(_ name: String, database: String) -> Int? {
        let key = name.lowercased()
        let fixed = ["dbo": 1, "guest": 2, "information_schema": 3, "sys": 4]
        return fixed[key] ?? state.schemas.first { $0.name.lowercased() == key && $0.database == database }?.id
    }

    func schemaName(_ id: Int, database: String) -> String? {
        let fixed = [1: "dbo", 2: "guest", 3: "INFORMATION_SCHEMA", 4: "sys"]
        return fixed[id] ?? state.schemas.first { $0.id == id && $0.database == database }?.name
    }
}
