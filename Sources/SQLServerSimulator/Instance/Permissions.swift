import TDS

/// Which server permissions there are and which cover which.
enum Permissions {
    static let viewServerState = "VIEW SERVER STATE"
    static let viewServerPerformanceState = "VIEW SERVER PERFORMANCE STATE"
    static let viewServerSecurityState = "VIEW SERVER SECURITY STATE"

    private static let known: Set<String> = [
        "CONTROL SERVER", "VIEW SERVER STATE", "VIEW SERVER PERFORMANCE STATE", "VIEW SERVER SECURITY STATE", "VIEW ANY DEFINITION",
        "VIEW ANY SECURITY DEFINITION", "VIEW ANY PERFORMANCE DEFINITION", "VIEW ANY DATABASE", "CONNECT ANY DATABASE", "CONNECT SQL",
        "ALTER ANY CONNECTION", "ALTER ANY LOGIN", "ALTER ANY DATABASE", "CREATE ANY DATABASE", "ALTER SETTINGS", "ALTER TRACE",
        "ALTER SERVER STATE",
        "ALTER ANY EVENT SESSION", "ADMINISTER BULK OPERATIONS", "SHUTDOWN", "IMPERSONATE ANY LOGIN", "SELECT ALL USER SECURABLES", "ANY",
    ]

    private static let since2022: Set<String> = [
        "VIEW SERVER PERFORMANCE STATE", "VIEW SERVER SECURITY STATE", "VIEW ANY SECURITY DEFINITION", "VIEW ANY PERFORMANCE DEFINITION",
    ]

    /// Whether there is such a server permission in the version.
    static func isKnown(_ permission: String, _ version: SQLServerVersion) -> Bool {
        known.contains(permission) && (version >= .v2022 || !since2022.contains(permission))
    }

    /// What everybody may, as member of the role public.
    static let ofPublic: Set<String> = ["VIEW ANY DATABASE", "CONNECT SQL"]

    /// The permissions that include `permission`.
    static func covering(_ permission: String, _ version: SQLServerVersion) -> [String] {
        switch permission {
        case viewServerPerformanceState, viewServerSecurityState: [viewServerState, "ALTER SERVER STATE"]
        case viewServerState: ["ALTER SERVER STATE"]
        case "VIEW ANY SECURITY DEFINITION", "VIEW ANY PERFORMANCE DEFINITION": ["VIEW ANY DEFINITION"]
        default: []
        }
    }
}

extension Login {
    var isSysadmin: Bool { permissions.contains("CONTROL SERVER") || permissions.contains("sysadmin") || permissions.contains("SYSADMIN") }

    /// Whether the login holds a server permission, by itself or through a wider one.
    func may(_ permission: String, _ version: SQLServerVersion) -> Bool {
        if isSysadmin || permission == "ANY" { return true }
        if permissions.contains("DENY \(permission)") { return false }
        return permissions.contains(permission) || Permissions.ofPublic.contains(permission)
            || Permissions.covering(permission, version).contains(where: permissions.contains)
    }

    /// master, tempdb and msdb are open to everybody (guest); others to owners, to CONNECT ANY DATABASE and to `CONNECT ON name`.
    func mayOpen(_ database: SimulatedDatabase) -> Bool {
        if isSysadmin || ["master", "tempdb", "msdb"].contains(database.name.lowercased()) { return true }
        if permissions.contains("CONNECT ANY DATABASE") { return true }
        return owns(database.name) || holds("CONNECT ON \(database.name)")
    }

    /// Whether the login owns a database: what its creator does.
    func owns(_ database: String) -> Bool { holds("db_owner ON \(database)") || holds("CONTROL ON \(database)") }

    /// Whether the login holds a right in a database, such as CREATE TABLE.
    func may(_ permission: String, in database: String) -> Bool {
        if isSysadmin || owns(database) { return true }
        return !holds("DENY \(permission) ON \(database)") && holds("\(permission) ON \(database)")
    }

    /// Whether the login holds a right on a schema, by itself or through the database.
    func may(_ permission: String, onSchema schema: String, in database: String) -> Bool {
        if isSysadmin || owns(database) || holds("CONTROL ON \(database).SCHEMA::\(schema)") { return true }
        return holds("\(permission) ON \(database).SCHEMA::\(schema)")
            || !["ALTER", "CONTROL"].contains(permission) && holds("\(permission) ON \(database)")
    }

    private func holds(_ permission: String) -> Bool {
        let wanted = permission.lowercased()
        return permissions.contains { $0.lowercased() == wanted }
    }

    /// Whether the login may read a table of msdb.
    func mayReadMsdb(_ object: String) -> Bool {
        if isSysadmin { return true }
        let object = object.lowercased()
        let grants = [
            "select on msdb", "select on msdb.dbo.\(object)", "select on dbo.\(object)", "select on \(object)", "db_datareader on msdb",
        ]
        let held = permissions.map { $0.lowercased() }
        return grants.contains(where: held.contains)
    }

    /// The security identifier: 0x01 is sa's.
    var sid: [UInt8] {
        if name == "sa" { return [1] }
        var hash = Noise.mix(UInt64(name.utf8.reduce(5381) { ($0 &* 33) ^ UInt64($1) }))
        return (0..<16).map { index in
            if index == 8 { hash = Noise.mix(hash) }
            return UInt8(truncatingIfNeeded: hash >> UInt64(index % 8 * 8))
        }
    }
}
