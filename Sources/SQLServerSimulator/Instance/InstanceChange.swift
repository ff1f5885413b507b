import Foundation
package import Primitives
import TDS

/// What `POST /instances/{n|all}` asks for; a member that is nil stays as it is.
package struct InstanceChange: Sendable {
    /// Rows that control may replay for one view.
    static let replayRowCountMax = 10_000

    package var state: InstanceBehaviour.State?
    package var latencyMs: Int?
    package var cpuPercent: Int?
    package var memoryPercent: Int?
    package var collation: ServerCollation?
    /// How far the server's clock is wrong: ahead where it is positive.
    package var clockSecondsOff: Int?
    package var version: SQLServerVersion?
    package var edition: String?
    package var platform: HostPlatform?
    /// Replaces what every login of the instance may do.
    package var permissions: [String]?
    package var blockedSessions: Int?
    /// What the instance is in an availability group.
    package var availability: AvailabilityRole?
    /// Lets two sessions deadlock now.
    package var deadlock = false
    /// What CREATE fails with from now on; `none` for nothing.
    package var createFailure: CreateFailureChange?
    /// Views, functions and properties that the instance has no longer, by name: `sys.dm_os_ring_buffers`, `HAS_PERMS_BY_NAME`,
    /// `SERVERPROPERTY.ProductVersion`. An empty list gives all back.
    package var absent: [String]?
    /// What `@@VERSION` says; `own` for its own.
    package var banner: String?
    package var restart = false
    package var resetCounters = false
    /// Rows by view; an empty list gives the view no rows, null its own rows again.
    package var views: [String: [[String: JSONValue]]?] = [:]

    package init() {}

    /// Reads a JSON object; the error names every member that is unknown or wrong.
    package init(json: [UInt8]) throws(InstanceChangeError) {
        let value: JSONValue
        do {
            value = try JSONValue.parse(json, depthMax: 16)
        } catch {
            throw InstanceChangeError(description: "The body is not JSON: \(error).")
        }
        guard let members = value.object else { throw InstanceChangeError(description: "The body must be a JSON object.") }
        var reader = ChangeReader(members: members)
        state = reader.choice("state", InstanceBehaviour.State.self)
        latencyMs = reader.integer("latencyMs", 0...600_000)
        cpuPercent = reader.integer("cpuPercent", 0...100)
        memoryPercent = reader.integer("memoryPercent", 1...100)
        collation = reader.choice("collation", ServerCollation.self)
        clockSecondsOff = reader.integer("clockSecondsOff", -86_400...86_400)
        version = reader.choice("version", SQLServerVersion.self)
        edition = reader.text("edition", 128)
        platform = reader.choice("platform", HostPlatform.self)
        permissions = reader.texts("permissions")
        blockedSessions = reader.integer("blockedSessions", 0...1_000)
        availability = reader.choice("availability", AvailabilityRole.self)
        deadlock = reader.flag("deadlock")
        createFailure = reader.choice("createFailure", CreateFailureChange.self)
        absent = reader.texts("absent")
        banner = reader.text("banner", 300)
        restart = reader.flag("restart")
        resetCounters = reader.flag("resetCounters")
        views = reader.views("views")
        try reader.finish()
    }

    func apply(to state: inout InstanceState, now: Date) throws(InstanceChangeError) {
        if let value = self.state { state.behaviour.state = value }
        if let latencyMs { state.behaviour.latencyMs = latencyMs }
        if let collation { state.collation = collation }
        if let clockSecondsOff { state.clockSecondsOff = Double(clockSecondsOff) }
        if let version { state.config.version = version }
        if let edition { state.config.edition = edition }
        if let platform { state.config.platform = platform }
        if let memoryPercent { state.memoryPercent = memoryPercent }
        if let permissions {
            let granted = Set(permissions.map(Self.canonical))
            for index in state.config.logins.indices { state.config.logins[index].permissions = granted }
            for (spid, var record) in state.sessions {
                record = record.with(permissions: granted)
                state.sessions[spid] = record
            }
        }
        if let createFailure { state.createFailure = CreateFailure(rawValue: createFailure.rawValue) }
        if let absent { state.absent = Set(absent.map { $0.lowercased() }) }
        if let banner { state.banner = banner == "own" ? nil : banner }
        if let availability { state.availability = availability }
        if restart { state.restart(at: now) }
        if deadlock { state.noteDeadlock(at: now) }
        if resetCounters { state.resetCounters(at: now) }
        if let cpuPercent {
            state.cpu.set(percent: cpuPercent, at: now)
            state.load.change(factor: max(0.05, Double(cpuPercent) / 25), at: now)
        }
        if let blockedSessions {
            if state.blockedSessions == 0 { state.blockedSince = now }
            state.blockedSessions = blockedSessions
        }
        for (name, rows) in views { try replay(name, rows, &state) }
    }

    /// `view server state` -> `VIEW SERVER STATE`; what names an object (`SELECT ON msdb`) keeps the object's spelling.
    static func canonical(_ permission: String) -> String {
        guard let mark = permission.range(of: " on ", options: .caseInsensitive) else { return permission.uppercased() }
        return permission[..<mark.lowerBound].uppercased() + " ON " + permission[mark.upperBound...]
    }

    private func replay(_ name: String, _ rows: [[String: JSONValue]]?, _ state: inout InstanceState) throws(InstanceChangeError) {
        guard let view = ViewCatalogue.shared.view(named: name) else {
            throw InstanceChangeError(description: "There is no view '\(name)' to replay rows for.")
        }
        guard let rows else {
            state.replays[view.key] = nil
            return
        }
        guard rows.count <= Self.replayRowCountMax else {
            throw InstanceChangeError(description: "'\(name)' takes at most \(Self.replayRowCountMax) rows.")
        }
        let reader = ReplayReader(name: name, columns: view.columns(for: state.config.version))
        var typed: [[TDSValue]] = []
        for row in rows { typed.append(try reader.row(row)) }
        state.replays[view.key] = typed
    }
}

extension SessionRecord {
    /// The same session with other rights.
    fileprivate func with(permissions: Set<String>) -> SessionRecord {
        var copy = SessionRecord(
            spid: spid, login: Login(name: login.name, password: login.password, permissions: permissions), hostName: hostName,
            programName: programName,
            libraryName: libraryName, clientAddress: clientAddress, isEncrypted: isEncrypted, loginAt: loginAt, database: database,
            lastRequestStartAt: lastRequestStartAt, lastRequestEndAt: lastRequestEndAt, lastBatch: lastBatch)
        copy.requestCount = requestCount
        copy.cpuMicroseconds = cpuMicroseconds
        copy.transactionDepth = transactionDepth
        copy.transactionBeganAt = transactionBeganAt
        return copy
    }
}

/// `CreateFailure` and its end, as control names them.
package enum CreateFailureChange: String, CaseIterable, Sendable { case none, readOnly, diskFull, logFull, locked, deadlock, inTransaction }

/// A change that the instance does not take; one sentence, all reasons.
package struct InstanceChangeError: Error, Sendable, CustomStringConvertible {
    package let description: String
}
