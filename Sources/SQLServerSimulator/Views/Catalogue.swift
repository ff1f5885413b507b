import TDS

/// Finds what a name in a statement means: a view of the system, or what a user made.
struct Catalogue {
    enum Found {
        case view(VirtualView, SimulatedDatabase)
        case function(VirtualView, SimulatedDatabase)
        case table(StoredTable)
    }

    /// Nil when there is nothing of that name. 208 names follow from it; 916 for a database that the login may not open.
    func find(_ path: [String], context: StatementContext) throws(SQLServerMessage) -> Found? {
        guard path.count <= 3, let name = path.last?.lowercased() else {
            throw SQLServerMessage(
                7202, state: 2, severity: 11,
                "Could not find server '\(path.first ?? "")' in sys.servers. Verify that the correct server name was specified.")
        }
        let schema = path.count >= 2 ? path[path.count - 2].lowercased() : ""
        let database = try self.database(path.count == 3 ? path[0] : "", context)
        if let view = ViewCatalogue.shared.view(schema: schema, name: name, database: database.name.lowercased()),
            view.since <= context.world.config.version, !context.world.state.absent.contains(view.key)
        {
            // The system's names are in lower case but for few; where capitals count they must be written so.
            let spelled = path.suffix(2).filter { !$0.isEmpty }.reversed()
            if context.isCaseSensitive, !view.name.split(separator: ".").map(String.init).reversed().starts(with: spelled) { return nil }
            return view.isFunction ? .function(view, database) : .view(view, database)
        }
        let stored = context.world.objects.first { object in
            object.database == database.name && object.name.lowercased() == name
                && object.schema.lowercased() == (schema.isEmpty ? "dbo" : schema)
        }
        return stored?.table.map { .table($0) }
    }

    /// 208's sibling for databases: 911 for an unknown one, 916 for one that the login may not open.
    func database(_ name: String, _ context: StatementContext) throws(SQLServerMessage) -> SimulatedDatabase {
        let wanted = name.isEmpty ? context.session.database : name
        guard let database = context.world.database(named: wanted) else {
            if name.isEmpty { return SimulatedDatabase(id: 1, name: "master") }
            throw .invalidObject(name)
        }
        let login = context.identity.login
        if !login.mayOpen(database) { throw .databaseDenied(login: login.name, database: database.name) }
        return database
    }

    /// The object's id for OBJECT_ID; kinds as sys.objects.type writes them.
    func objectID(_ name: String, kind: String?, context: StatementContext) throws(SQLServerMessage) -> Int? {
        var parts: [String] = []
        var lexer = Lexer(name, quotedIdentifier: true)
        guard let tokens = try? lexer.run() else { return nil }  // not a name: no object
        var parser = Parser(tokens: tokens, source: Array(name.utf8))
        guard let path = try? parser.path() else { return nil }  // not a name: no object
        parts = path
        if let last = parts.last?.lowercased(), last.hasPrefix("#") {
            guard kind == nil || kind == "U", context.session.temporaryTables[last] != nil else { return nil }
            return -Int(Noise.mix(UInt64(last.utf8.reduce(7) { $0 &* 31 &+ Int($1) & 0xFFFF })) & 0x7FFF_FFFF)
        }
        let schema = parts.count >= 2 && !parts[parts.count - 2].isEmpty ? parts[parts.count - 2].lowercased() : "dbo"
        let database = parts.count == 3 && !parts[0].isEmpty ? parts[0] : context.session.database
        let wanted = parts.last?.lowercased() ?? ""
        let stored = context.world.objects.first { object in
            object.database.lowercased() == database.lowercased() && object.schema.lowercased() == schema
                && object.name.lowercased() == wanted
        }
        if let stored { return kind == nil || kind == stored.kind ? stored.id : nil }
        if let view = ViewCatalogue.shared.view(schema: parts.count >= 2 ? schema : "sys", name: wanted, database: database.lowercased()),
            view.since <= context.world.config.version
        {
            let actual = view.isFunction ? "IF" : view.key.hasPrefix("msdb.") ? "U" : "V"
            return kind == nil || kind == actual
                ? -Int(Noise.mix(UInt64(wanted.utf8.reduce(7) { $0 &* 31 &+ Int($1) & 0xFFFF })) & 0x7FFF_FFFF) : nil
        }
        if schema == "sys" || schema == "dbo", SystemProcedures.names.contains(wanted), kind == nil || kind == "P" {
            return -1_000 - wanted.utf8.count
        }
        return nil
    }

    func columnLength(_ table: String, _ column: String, context: StatementContext) throws(SQLServerMessage) -> Int? {
        let path = table.split(separator: ".", omittingEmptySubsequences: false).map { String($0).unbracketed }
        let key = column.lowercased()
        let type: TDSType?
        switch try find(path, context: context) {
        case .view(let view, _), .function(let view, _):
            type = view.columns(for: context.world.config.version).first { $0.key == key }?.type
        case .table(let stored): type = stored.index(of: column).flatMap { stored.columns[$0].type }
        case nil: type = nil
        }
        return type.map { TypeCatalogue.size($0) }
    }
}
