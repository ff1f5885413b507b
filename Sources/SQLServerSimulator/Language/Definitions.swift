import TDS

/// CREATE, ALTER and DROP of what users make, GRANT and CREATE LOGIN.
struct Definitions {
    let runner: BatchRunner

    private var session: SimulatedSession { runner.session }

    func execute(_ kind: StatementKind) throws(SQLServerMessage) {
        switch kind {
        case .drop(let kind, let paths, let ifExists): try drop(kind, paths, ifExists)
        case .createSchema(let name): try createSchema(name)
        case .createModule(let module):
            try store(
                module.path, kind: module.kind.rawValue, text: module.text, module: module, table: nil, replaces: module.isAlter,
                mustExist: module.isAlter && !module.isCreate)
        case .permission(let statement): try permission(statement)
        case .createLogin(let name, let password): try createLogin(name, password)
        default: return
        }
        try runner.succeed(nil)
    }

    /// Where a name without or with its database and schema belongs.
    private func place(_ path: [String]) throws(SQLServerMessage) -> (database: String, schema: String, name: String) {
        let world = session.instance.world()
        let wanted = path.count == 3 && !path[0].isEmpty ? path[0] : session.database
        guard let database = world.database(named: wanted) else { throw .noDatabase(wanted) }
        let schema = path.count >= 2 && !path[path.count - 2].isEmpty ? path[path.count - 2] : "dbo"
        guard world.schemaID(schema, database: database.name) != nil else {
            throw SQLServerMessage(
                2760, "The specified schema name \"\(schema)\" either does not exist or you do not have permission to use it.")
        }
        return (database.name, schema, path.last ?? "")
    }

    private func requireOwner(_ what: String) throws(SQLServerMessage) {
        guard session.identity.login.isSysadmin else {
            throw SQLServerMessage(262, severity: 14, "\(what) permission denied in database '\(session.database)'.")
        }
    }

    func store(
        _ path: [String], kind: String, text: String?, module: Module?, table: StoredTable?, replaces: Bool, mustExist: Bool
    ) throws(SQLServerMessage) {
        let nouns = ["U": "CREATE TABLE", "P": "CREATE PROCEDURE", "V": "CREATE VIEW", "FN": "CREATE FUNCTION", "TR": "CREATE TRIGGER"]
        try requireOwner(nouns[kind] ?? "CREATE TABLE")
        let place = try place(path)
        let now = session.instance.clock.now()
        try session.instance.change { state throws(SQLServerMessage) in
            let index = state.objects.firstIndex {
                $0.database == place.database && $0.schema.lowercased() == place.schema.lowercased()
                    && $0.name.lowercased() == place.name.lowercased()
            }
            if let index {
                guard replaces, state.objects[index].kind == kind else { throw SQLServerMessage.alreadyThere(place.name) }
                state.objects[index].text = text
                state.objects[index].module = module
                state.objects[index].modifiedAt = now
                return
            }
            if mustExist { throw SQLServerMessage.invalidObject(path.joined(separator: ".")) }
            guard state.objects.count < InstanceState.objectCountMax else { throw SQLServerMessage.outOfMemory }
            state.objects.append(
                StoredObject(
                    id: state.nextObjectID, database: place.database, schema: place.schema, name: place.name, kind: kind, createdAt: now,
                    modifiedAt: now,
                    text: text, module: module, table: table))
            state.nextObjectID += 16
        }
    }

    private func drop(_ kind: String, _ paths: [[String]], _ ifExists: Bool) throws(SQLServerMessage) {
        for path in paths {
            let isDropped = try drop(kind, path)
            if !isDropped, !ifExists {
                let noun = kind == "SCHEMA" ? "schema" : kind.lowercased()
                throw SQLServerMessage(
                    kind == "SCHEMA" || kind == "LOGIN" ? 15_151 : 3701, state: kind == "SCHEMA" ? 1 : 5,
                    severity: kind == "SCHEMA" ? 16 : 11,
                    "Cannot drop the \(noun) '\(path.joined(separator: "."))', because it does not exist or you do not have permission.")
            }
        }
    }

    private func drop(_ kind: String, _ path: [String]) throws(SQLServerMessage) -> Bool {
        guard let name = path.last?.lowercased() else { return false }
        if name.hasPrefix("#") { return kind == "TABLE" && session.temporaryTables.removeValue(forKey: name) != nil }
        if kind == "INDEX" || kind == "USER" { return true }
        try requireOwner("DROP \(kind)")
        let database = session.database
        if kind == "LOGIN" {
            return try session.instance.change { state throws(SQLServerMessage) in
                let count = state.config.logins.count
                state.config.logins.removeAll { $0.name.lowercased() == name }
                return state.config.logins.count < count
            }
        }
        if kind == "SCHEMA" {
            return try session.instance.change { state throws(SQLServerMessage) in
                if state.objects.contains(where: { $0.schema.lowercased() == name && $0.database == database }) {
                    throw SQLServerMessage(3729, "Cannot drop schema '\(name)' because it is being referenced by an object.")
                }
                let count = state.schemas.count
                state.schemas.removeAll { $0.name.lowercased() == name && $0.database == database }
                return state.schemas.count < count
            }
        }
        let place = try place(path)
        let kinds = ["TABLE": "U", "PROCEDURE": "P", "VIEW": "V", "FUNCTION": "FN", "TRIGGER": "TR"]
        return try session.instance.change { state throws(SQLServerMessage) in
            let count = state.objects.count
            state.objects.removeAll {
                $0.kind == kinds[kind] && $0.database == place.database && $0.schema.lowercased() == place.schema.lowercased()
                    && $0.name.lowercased() == name
            }
            return state.objects.count < count
        }
    }

    private func createSchema(_ name: String) throws(SQLServerMessage) {
        try requireOwner("CREATE SCHEMA")
        let database = session.database
        try session.instance.change { state throws(SQLServerMessage) in
            guard !state.schemas.contains(where: { $0.name.lowercased() == name.lowercased() && $0.database == database }),
                !["dbo", "sys", "guest", "information_schema"].contains(name.lowercased())
            else { throw SQLServerMessage.alreadyThere(name) }
            guard state.schemas.count < InstanceState.objectCountMax else { throw SQLServerMessage.outOfMemory }
            state.schemas.append(StoredSchema(id: 5 + state.schemas.count, database: database, name: name))
        }
    }

    /// Grants to logins; a user of the same name stands for its login.
    private func permission(_ statement: PermissionStatement) throws(SQLServerMessage) {
        guard session.identity.login.isSysadmin else {
            throw SQLServerMessage(4613, severity: 16, "Grantor does not have GRANT permission.")
        }
        let database = session.database
        try session.instance.change { state throws(SQLServerMessage) in
            for principal in statement.principals {
                guard let index = state.config.logins.firstIndex(where: { $0.name.lowercased() == principal.lowercased() }) else {
                    throw SQLServerMessage(
                        15_151, "Cannot find the login '\(principal)', because it does not exist or you do not have permission.")
                }
                for permission in statement.permissions {
                    var name = InstanceChange.canonical(permission)
                    if name == "SELECT" || name == "CONNECT" { name += " ON \(database)" }
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
        }
    }

    private func createLogin(_ name: String, _ password: String) throws(SQLServerMessage) {
        guard session.identity.login.may("ALTER ANY LOGIN", session.instance.config.version) else {
            throw SQLServerMessage(15_247, "User does not have permission to perform this action.")
        }
        try session.instance.change { state throws(SQLServerMessage) in
            guard !state.config.logins.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
                throw SQLServerMessage(15_025, "The server principal '\(name)' already exists.")
            }
            guard state.config.logins.count < 1_000 else { throw SQLServerMessage.outOfMemory }
            state.config.logins.append(Login(name: name, password: password, permissions: []))
        }
    }
}
