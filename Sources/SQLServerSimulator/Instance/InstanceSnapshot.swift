import Primitives

/// What `GET /instances/{n}` answers.
struct InstanceSnapshot: JSONWritable {
    let world: World

    func write(to writer: inout JSONWriter) {
        let state = world.state
        writer.beginObject()
        writer.key("number")
        writer.int(state.config.number)
        writer.key("name")
        writer.string(state.config.name)
        writer.key("port")
        writer.int(state.config.port)
        writer.key("state")
        writer.string(state.behaviour.state.rawValue)
        writer.key("latencyMs")
        writer.int(state.behaviour.latencyMs)
        writer.key("version")
        writer.string(state.config.version.rawValue)
        writer.key("productVersion")
        writer.string(state.config.version.productVersion)
        writer.key("edition")
        writer.string(state.config.edition)
        writer.key("platform")
        writer.string(state.config.platform.rawValue)
        writer.key("startedAt")
        writer.date(state.startedAt)
        writer.key("cpuPercent")
        writer.int(world.cpuPercent)
        writer.key("memoryPercent")
        writer.int(world.memoryPercent)
        writer.key("blockedSessions")
        writer.int(state.blockedSessions)
        writer.key("availability")
        writer.string(state.availability.rawValue)
        writer.key("permissions")
        writer.beginArray()
        for permission in Set(state.config.logins.flatMap(\.permissions)).sorted() { writer.string(permission) }
        writer.endArray()
        writer.key("replayedViews")
        writer.beginArray()
        for view in state.replays.keys.sorted() { writer.string(view) }
        writer.endArray()
        writer.key("batchCount")
        writer.int(state.batchCount)
        writer.key("failedLoginCount")
        writer.int(state.failedLoginCount)
        writeSessions(to: &writer)
        writeStatements(to: &writer)
        writer.endObject()
    }

    private func writeSessions(to writer: inout JSONWriter) {
        writer.key("sessions")
        writer.beginArray()
        for record in world.state.sessions.values.sorted(by: { $0.spid < $1.spid }) {
            writer.beginObject()
            writer.key("id")
            writer.int(record.spid)
            writer.key("login")
            writer.string(record.login.name)
            writer.key("program")
            writer.string(record.programName)
            writer.key("host")
            writer.string(record.hostName)
            writer.key("database")
            writer.string(record.database)
            writer.key("isEncrypted")
            writer.bool(record.isEncrypted)
            writer.key("loginAt")
            writer.date(record.loginAt)
            writer.key("requestCount")
            writer.int(record.requestCount)
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeStatements(to writer: inout JSONWriter) {
        writer.key("statements")
        writer.beginArray()
        for statement in world.state.statements.reversed() {
            writer.beginObject()
            writer.key("text")
            writer.string(statement.text)
            writer.key("login")
            writer.string(statement.login)
            writer.key("count")
            writer.int(statement.count)
            writer.key("lastAt")
            writer.date(statement.lastAt)
            writer.endObject()
        }
        writer.endArray()
    }
}
