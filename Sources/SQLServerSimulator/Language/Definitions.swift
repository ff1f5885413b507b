import TDS

/// CREATE, ALTER and DROP of what users make; GRANT, CREATE LOGIN and the like are in `PrincipalDefinitions`.
struct Definitions {
    let runner: BatchRunner

    private var session: SimulatedSession { runner.session }
    private var login: Login { session.identity.login }

    func execute(_ kind: StatementKind) throws(SQLServerMessage) {
        switch kind {
        case .drop(let kind, let paths, let ifExists): try drop(kind, paths, ifExists)
        case .createSchema(let name): try createSchema(name)
        case .createDatabase(let name): try DatabaseDefinitions(session: session).create(name)
        case .createModule(let module):
            try store(
                module.path, kind: module.kind.rawValue, text: module.text, module: module, table: nil, replaces: module.isAlter,
                mustExist: module.isAlter && !module.isCreate)
        case .permission(let statement): try PrincipalDefinitions(session: session).change(statement)
        case .createLogin(let name, let password): try PrincipalDefinitions(session: session).createLogin(name, password)
        case .createUser(let name, let login): try PrincipalDefinitions(session: session).createUser(name, login: login)
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
        guard world.schemaID(schema, database: database.name) != nil else { throw .noSchema(schema) }
        return (database.name, schema, path.last ?? "")
    }

    /// Whether the login may change what is in a schema: its owner, or who holds ALTER on it.
    private func mayAlter(_ schema: String, in database: String) -> Bool {
        if login.may("ALTER", onSchema: schema, in: database) { return true }
        return session.instance.world().state.schemas.contains {
            $0.database == database && $0.name.lowercased() == schema.lowercased() && $0.owner.lowercased() == login.name.lowercased()
        }
    }

    func store(
        _ path: [String], kind: String, text: String?, module: Module?, table: StoredTable?, replaces: Bool, mustExist: Bool
    ) throws(SQLServerMessage) {
        let nouns = ["U": "CREATE TABLE", "P": "CREATE PROCEDURE", "V": "CREATE VIEW", "FN": "CREATE FUNCTION", "TR": "CREATE TRIGGER"]
        let wanted = path.count == 3 && !path[0].isEmpty ? path[0] : session.database
        let right = nouns[kind] ?? "CREATE TABLE"
        guard login.may(right, in: wanted) else { throw .createDenied(right, database: wanted) }
        let place = try place(path)
        guard mayAlter(place.schema, in: place.database) else { throw .noSchema(place.schema) }
        let (now, depth) = (session.instance.clock.now(), session.transactionDepth)
        let undo = try session.instance.change { state throws(SQLServerMessage) -> @Sendable (inout InstanceState) -> Void in
            if let failure = state.createFailure, failure.strikes(depth) { throw failure.message(database: place.database) }
            let index = state.objects.firstIndex {
                $0.database == place.database && $0.schema.lowercased() == place.schema.lowercased()
                    && $0.name.lowercased() == place.name.lowercased()
            }
            if let index {
                let before = state.objects[index]
                guard replaces, before.kind == kind else { throw SQLServerMessage.alreadyThere(place.name) }
                state.objects[index].text = text
                state.objects[index].module = module
                state.objects[index].modifiedAt = now
                return { state in
                    if let index = state.objects.firstIndex(where: { $0.id == before.id }) { state.objects[index] = before }
                }
            }
            if mustExist { throw SQLServerMessage.invalidObject(path.joined(separator: ".")) }
            guard state.objects.count < InstanceState.objectCountMax else { throw SQLServerMessage.outOfMemory }
            let id = state.nextObjectID
            state.objects.append(
                StoredObject(
                    id: id, database: place.database, schema: place.schema, name: place.name, kind: kind, createdAt: now, modifiedAt: now,
                    text: text, module: module, table: table))
            state.nextObjectID += 16
            return { state in state.objects.removeAll { $0.id == id } }
        }
        session.remember(undo)
    }

    // MARK: DROP

    private func drop(_ kind: String, _ paths: [[String]], _ ifExists: Bool) throws(SQLServerMessage) {
        for path in paths {
            let isDropped = try drop(kind, path)
            if !isDropped, !ifExists {
                let noun = kind == "SCHEMA" ? "schema" : kind.lowercased()
                let isPrincipal = ["SCHEMA", "LOGIN", "USER"].contains(kind)
                throw SQLServerMessage(
                    isPrincipal ? 15_151 : 3701, state: kind == "SCHEMA" ? 1 : 5, severity: kind == "SCHEMA" ? 16 : 11,
                    "Cannot drop the \(noun) '\(path.joined(separator: "."))', because it does not exist or you do not have permission.")
            }
        }
    }

    private func drop(_ kind: String, _ path: [String]) throws(SQLServerMessage) -> Bool {
        guard let name = path.last?.lowercased() else { return false }
        if name.hasPrefix("#") { return kind == "TABLE" && session.temporaryTables.removeValue(forKey: name) != nil }
        switch kind {
        case "INDEX": return true
        case "DATABASE": return try DatabaseDefinitions(session: session).drop(name)
        case "LOGIN": return try PrincipalDefinitions(session: session).dropLogin(name)
        case "USER": return try PrincipalDefinitions(session: session).dropUser(name)
        case "SCHEMA": return try dropSchema(name)
        default: return try dropObject(kind, path)
        }
    }

    private func dropSchema(_ name: String) throws(SQLServerMessage) -> Bool {
        let database = session.database
        guard mayAlter(name, in: database) else { return false }
        let dropped = try session.instance.change { state throws(SQLServerMessage) -> StoredSchema? in
            if let object = state.objects.first(where: { $0.schema.lowercased() == name && $0.database == database }) {
                throw SQLServerMessage(3729, "Cannot drop schema '\(name)' because it is being referenced by object '\(object.name)'.")
            }
            guard let index = state.schemas.firstIndex(where: { $0.name.lowercased() == name && $0.database == database }) else {
                return nil
            }
            return state.schemas.remove(at: index)
        }
        guard let dropped else { return false }
        session.remember { $0.schemas.append(dropped) }
        return true
    }

    private func dropObject(_ kind: String, _ path: [String]) throws(SQLServerMessage) -> Bool {
        let kinds = ["TABLE": "U", "PROCEDURE": "P", "VIEW": "V", "FUNCTION": "FN", "TRIGGER": "TR"]
        let world = session.instance.world()
        let schema = path.count >= 2 && !path[path.count - 2].isEmpty ? path[path.count - 2] : "dbo"
        let wanted = path.count == 3 && !path[0].isEmpty ? path[0] : session.database
        guard world.schemaID(schema, database: wanted) != nil else { return false }
        let place = try place(path)
        guard mayAlter(place.schema, in: place.database) else { return false }
        let dropped = try session.instance.change { state throws(SQLServerMessage) -> StoredObject? in
            let index = state.objects.firstIndex {
                $0.kind == kinds[kind] && $0.database == place.database && $0.schema.lowercased() == place.schema.lowercased()
                    && $0.name.lowercased() == place.name.lowercased()
            }
            return index.map { state.objects.remove(at: $0) }
        }
        guard let dropped else { return false }
        session.remember { $0.objects.append(dropped) }
        return true
    }

    private func createSchema(_ name: String) throws(SQLServerMessage) {
        let (database, owner, depth) = (session.database, login.name, session.transactionDepth)
        guard login.may("CREATE SCHEMA", in: database) else { throw .createDenied("CREATE SCHEMA", database: database) }
        try session.instance.change { state throws(SQLServerMessage) in
            if let failure = state.createFailure, failure.strikes(depth) { throw failure.message(database: database) }
            guard !state.schemas.contains(where: { $0.name.lowercased() == name.lowercased() && $0.database == database }),
                !["dbo", "sys", "guest", "information_schema"].contains(name.lowercased())
            else { throw SQLServerMessage.alreadyThere(name) }
            guard state.schemas.count < InstanceState.objectCountMax else { throw SQLServerMessage.outOfMemory }
            let id = (state.schemas.map(\.id).max() ?? 4) + 1
            state.schemas.append(StoredSchema(id: id, database: database, name: name, owner: owner))
        }
        session.remember { $0.schemas.removeAll { $0.name == name && $0.database == database } }
    }
}

/// CREATE and DROP DATABASE, which no transaction holds.
struct DatabaseDefinitions {
    let session: SimulatedSession

    private static let databaseCountMax = 200

    func create(_ name: String) throws(SQLServerMessage) {
        let login = session.identity.login
        guard session.transactionDepth == 0 else {
            throw SQLServerMessage(226, severity: 16, "CREATE DATABASE statement not allowed within multi-statement transaction.")
        }
        guard login.may("CREATE ANY DATABASE", session.instance.version) || login.may("ALTER ANY DATABASE", session.instance.version) else {
            throw .createDenied("CREATE DATABASE", database: "master")
        }
        try session.instance.change { state throws(SQLServerMessage) in
            if state.createFailure == .diskFull {
                throw SQLServerMessage(1802, state: 4, "CREATE DATABASE failed. Some file names listed could not be created.")
            }
            guard !state.config.databases.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
                throw SQLServerMessage(1801, state: 3, "Database '\(name)' already exists. Choose a different database name.")
            }
            guard state.config.databases.count < Self.databaseCountMax else { throw SQLServerMessage.outOfMemory }
            let id = (state.config.databases.map(\.id).max() ?? 4) + 1
            state.config.databases.append(SimulatedDatabase(id: id, name: name, dataSizeMB: 8, logSizeMB: 8))
            if !login.isSysadmin, let index = state.config.logins.firstIndex(where: { $0.name == login.name }) {
                state.config.logins[index].permissions.insert("db_owner ON \(name)")
            }
        }
    }

    func drop(_ name: String) throws(SQLServerMessage) -> Bool {
        let login = session.identity.login
        guard session.transactionDepth == 0 else {
            throw SQLServerMessage(226, severity: 16, "DROP DATABASE statement not allowed within multi-statement transaction.")
        }
        guard let database = session.instance.world().database(named: name) else { return false }
        guard login.may("ALTER ANY DATABASE", session.instance.version) || login.owns(database.name) else { return false }
        guard database.id > 4 else {
            throw SQLServerMessage(3708, "Cannot drop the database '\(database.name)' because it is a system database.")
        }
        let ownSPID = session.spid
        guard session.database.lowercased() != name else { throw Self.inUse(database.name) }
        try session.instance.change { state throws(SQLServerMessage) in
            if state.sessions.contains(where: { $0.key != ownSPID && $0.value.database.lowercased() == name }) {
                throw Self.inUse(database.name)
            }
            state.config.databases.removeAll { $0.name.lowercased() == name }
            state.objects.removeAll { $0.database.lowercased() == name }
            state.schemas.removeAll { $0.database.lowercased() == name }
            let ending = " on \(name)"
            for index in state.config.logins.indices {
                state.config.logins[index].permissions = state.config.logins[index].permissions.filter {
                    !$0.lowercased().hasSuffix(ending) && !$0.lowercased().contains(ending + ".")
                }
            }
        }
        return true
    }

    private static func inUse(_ name: String) -> SQLServerMessage {
        SQLServerMessage(3702, state: 4, "Cannot drop database \"\(name)\" because it is currently in use.")
    }
}
