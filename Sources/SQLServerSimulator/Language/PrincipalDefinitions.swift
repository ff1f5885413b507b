import TDS

/// Logins, users of databases, and their rights. A user has its login's name.
struct PrincipalDefinitions {
    let session: SimulatedSession

    private static let loginCountMax = 1_000
    /// Rights that GRANT gives in the current database when no object is named.
    private static let ofDatabases: Set<String> = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "EXECUTE", "CONNECT", "CONTROL", "ALTER", "VIEW DEFINITION", "CREATE SCHEMA",
        "CREATE TABLE",
        "CREATE PROCEDURE", "CREATE VIEW", "CREATE FUNCTION", "ALTER ANY SCHEMA", "ALTER ANY USER",
    ]

    /// Grants to logins; a user of the same name stands for its login.
    func change(_ statement: PermissionStatement) throws(SQLServerMessage) {
        let database = session.database
        let login = session.identity.login
        let names = statement.permissions.map { Self.name($0, database: database) }
        let isOwned = names.allSatisfy { $0.contains(" ON \(database)") } && login.owns(database)
        guard login.isSysadmin || isOwned || ownsSchemas(names, database, login) else {
            throw SQLServerMessage(4613, severity: 16, "Grantor does not have GRANT permission.")
        }
        let undo = try session.instance.change { state throws(SQLServerMessage) -> @Sendable (inout InstanceState) -> Void in
            let before = state.config.logins
            for principal in statement.principals {
                guard let index = state.config.logins.firstIndex(where: { $0.name.lowercased() == principal.lowercased() }) else {
                    throw SQLServerMessage(
                        15_151, "Cannot find the login '\(principal)', because it does not exist or you do not have permission.")
                }
                for name in names {
                    state.config.logins[index].permissions.remove("DENY \(name)")
                    switch statement.action {
                    case .grant: state.config.logins[index].permissions.insert(name)
                    case .revoke: state.config.logins[index].permissions.remove(name)
                    case .deny:
                        state.config.logins[index].permissions.remove(name)
                        state.config.logins[index].permissions.insert("DENY \(name)")
                    }
                }
            }
            return { $0.config.logins = before }
        }
        session.remember(undo)
    }

    /// `SELECT` -> `SELECT ON Sales`; `EXECUTE ON SCHEMA::x` -> `EXECUTE ON Sales.SCHEMA::x`; rights on the server and on objects stay.
    private static func name(_ permission: String, database: String) -> String {
        let name = InstanceChange.canonical(permission)
        if ofDatabases.contains(name) { return "\(name) ON \(database)" }
        let parts = name.split(separator: " ON ", maxSplits: 1).map { String($0) }
        guard parts.count == 2 else { return name }
        let object = parts[1].filter { !"[] ".contains($0) }
        guard object.uppercased().hasPrefix("SCHEMA::") else { return name }
        return "\(parts[0]) ON \(database).SCHEMA::\(object.dropFirst("SCHEMA::".count))"
    }

    private func ownsSchemas(_ names: [String], _ database: String, _ login: Login) -> Bool {
        let schemas = session.instance.world().state.schemas.filter {
            $0.database == database && $0.owner.lowercased() == login.name.lowercased()
        }
        return names.allSatisfy { name in
            schemas.contains { name.lowercased().hasSuffix(" on \(database).schema::\($0.name)".lowercased()) }
        }
    }

    func createLogin(_ name: String, _ password: String) throws(SQLServerMessage) {
        guard session.identity.login.may("ALTER ANY LOGIN", session.instance.config.version) else {
            throw SQLServerMessage(15_247, "User does not have permission to perform this action.")
        }
        try session.instance.change { state throws(SQLServerMessage) in
            guard !state.config.logins.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
                throw SQLServerMessage(15_025, "The server principal '\(name)' already exists.")
            }
            guard state.config.logins.count < Self.loginCountMax else { throw SQLServerMessage.outOfMemory }
            state.config.logins.append(Login(name: name, password: password, permissions: []))
        }
    }

    func dropLogin(_ name: String) throws(SQLServerMessage) -> Bool {
        guard session.identity.login.may("ALTER ANY LOGIN", session.instance.config.version) else { return false }
        return try session.instance.change { state throws(SQLServerMessage) in
            let count = state.config.logins.count
            state.config.logins.removeAll { $0.name.lowercased() == name }
            return state.config.logins.count < count
        }
    }

    func createUser(_ name: String, login: String?) throws(SQLServerMessage) {
        let database = session.database
        guard session.identity.login.may("ALTER ANY USER", in: database) else {
            throw SQLServerMessage(15_247, "User does not have permission to perform this action.")
        }
        guard let login else { return }
        try setUser(login) { permissions throws(SQLServerMessage) in
            guard permissions.insert("CONNECT ON \(database)").inserted else {
                throw SQLServerMessage(15_023, "User, group, or role '\(name)' already exists in the current database.")
            }
        }
    }

    func dropUser(_ name: String) throws(SQLServerMessage) -> Bool {
        let database = session.database
        let login = session.identity.login
        let isThere = session.instance.config.logins.contains {
            $0.name.lowercased() == name && $0.permissions.contains("CONNECT ON \(database)")
        }
        guard isThere, login.may("ALTER ANY USER", in: database) else { return false }
        try setUser(name) { permissions throws(SQLServerMessage) in
            permissions = permissions.filter {
                $0 != "CONNECT ON \(database)" && !$0.contains(" ON \(database).") && !$0.hasSuffix(" ON \(database)")
            }
        }
        return true
    }

    private func setUser(_ login: String, _ body: @Sendable (inout Set<String>) throws(SQLServerMessage) -> Void) throws(SQLServerMessage) {
        let undo = try session.instance.change { state throws(SQLServerMessage) -> @Sendable (inout InstanceState) -> Void in
            guard let index = state.config.logins.firstIndex(where: { $0.name.lowercased() == login.lowercased() }) else {
                throw SQLServerMessage(15_007, "'\(login)' is not a valid login or you do not have permission.")
            }
            let before = state.config.logins[index]
            try body(&state.config.logins[index].permissions)
            return { state in
                if let index = state.config.logins.firstIndex(where: { $0.name == before.name }) { state.config.logins[index] = before }
            }
        }
        session.remember(undo)
    }
}
