import TDS

extension Functions {
    static let system: [String: Bind] = [
        "SUSER_SNAME": { f throws(SQLServerMessage) in
            let context = f.context
            _ = try f.arguments(0...1)
            if f.call.arguments.count == 1 {
                return try f.unary(nil, .nvarchar(128)) { value throws(SQLServerMessage) in
                    value == .binary([1]) ? .string("sa") : .string(context.identity.login.name)
                }
            }
            return Compiled(.nvarchar(128)) { _ throws(SQLServerMessage) in .string(context.identity.login.name) }
        },
        "SUSER_NAME": { f throws(SQLServerMessage) in try constant(f, 0...1, .nvarchar(128)) { .string($0.identity.login.name) } },
        "SYSTEM_USER": { f throws(SQLServerMessage) in
            try constant(f, 0...0, .nvarchar(128)) { .string($0.identity.login.name) }
        },
        "ORIGINAL_LOGIN": { f throws(SQLServerMessage) in
            try constant(f, 0...0, .nvarchar(128)) { .string($0.identity.login.name) }
        },
        "SUSER_ID": { f throws(SQLServerMessage) in
            let own: TDSValue = .int(f.context.session.identity.login.name == "sa" ? 1 : 259)
            let logins = f.context.world.config.logins
            return try principal(f, own) { name in logins.firstIndex { $0.name.lowercased() == name }.map { .int(259 + Int64($0)) } ?? .null
            }
        },
        "SUSER_SID": { f throws(SQLServerMessage) in
            try constant(f, 0...2, .varbinary(85)) { .binary($0.identity.login.sid) }
        },
        "USER_NAME": { f throws(SQLServerMessage) in try constant(f, 0...1, .nvarchar(128)) { .string($0.identity.databaseUser) } },
        "USER": { f throws(SQLServerMessage) in try constant(f, 0...0, .nvarchar(128)) { .string($0.identity.databaseUser) } },
        "CURRENT_USER": { f throws(SQLServerMessage) in try constant(f, 0...0, .nvarchar(128)) { .string($0.identity.databaseUser) } },
        "SESSION_USER": { f throws(SQLServerMessage) in try constant(f, 0...0, .nvarchar(128)) { .string($0.identity.databaseUser) } },
        "USER_ID": { f throws(SQLServerMessage) in try userID(f) },
        "DATABASE_PRINCIPAL_ID": { f throws(SQLServerMessage) in try userID(f) },
        "HOST_NAME": { f throws(SQLServerMessage) in try constant(f, 0...0, .nvarchar(128)) { .string($0.identity.hostName) } },
        "HOST_ID": { f throws(SQLServerMessage) in try constant(f, 0...0, .char(10)) { _ in .string("1") } },
        "APP_NAME": { f throws(SQLServerMessage) in try constant(f, 0...0, .nvarchar(128)) { .string($0.identity.programName) } },
        "IS_SRVROLEMEMBER": { f throws(SQLServerMessage) in
            let own = f.context.session.identity.login
            let logins = f.context.world.config.logins
            return try f.values(1...2, [.nvarchar(128), .nvarchar(128)], .int) { v throws(SQLServerMessage) in
                let wanted = v.count > 1 ? logins.first { $0.name.lowercased() == v[1].text.lowercased() } : own
                guard let login = wanted else { return .null }
                let roles = [
                    "public", "sysadmin", "securityadmin", "serveradmin", "setupadmin", "processadmin", "diskadmin", "dbcreator",
                    "bulkadmin",
                ]
                guard roles.contains(v[0].text.lowercased()) else { return .null }
                return .int(v[0].text.lowercased() == "public" || login.isSysadmin ? 1 : 0)
            }
        },
        "IS_MEMBER": { f throws(SQLServerMessage) in
            let isOwner = user(f) == "dbo"
            return try f.unary(.nvarchar(128), .int) { value throws(SQLServerMessage) in
                .int(isOwner || value.text.lowercased() == "public" ? 1 : 0)
            }
        },
        "IS_ROLEMEMBER": { f throws(SQLServerMessage) in try constant(f, 1...2, .int) { .int($0.identity.databaseUser == "dbo" ? 1 : 0) } },
        "HAS_PERMS_BY_NAME": { f throws(SQLServerMessage) in try hasPermission(f) },
        "HAS_DBACCESS": { f throws(SQLServerMessage) in
            let context = f.context
            return try f.unary(.nvarchar(128), .int) { value throws(SQLServerMessage) in
                guard let database = context.world.database(named: value.text) else { return .null }
                return .int(context.identity.login.mayOpen(database) ? 1 : 0)
            }
        },
        "ERROR_NUMBER": { f throws(SQLServerMessage) in try caught(f, .int) { .int(Int64($0.number)) } },
        "ERROR_MESSAGE": { f throws(SQLServerMessage) in try caught(f, .nvarchar(4000)) { .string($0.text) } },
        "ERROR_SEVERITY": { f throws(SQLServerMessage) in try caught(f, .int) { .int(Int64($0.severity)) } },
        "ERROR_STATE": { f throws(SQLServerMessage) in try caught(f, .int) { .int(Int64($0.state)) } },
        "ERROR_LINE": { f throws(SQLServerMessage) in try caught(f, .int) { .int(Int64($0.line)) } },
        "ERROR_PROCEDURE": { f throws(SQLServerMessage) in
            try caught(f, .nvarchar(128)) { $0.procedure.isEmpty ? .null : .string($0.procedure) }
        },
        "XACT_STATE": { f throws(SQLServerMessage) in
            let session = f.context.session
            return try f.nullary(.smallint) { .int(session.transactionDepth > 0 ? 1 : 0) }
        },
        "ROWCOUNT_BIG": { f throws(SQLServerMessage) in
            let context = f.context
            return try f.nullary(.bigint) { .int(Int64(context.session.rowCount)) }
        },
        "SCOPE_IDENTITY": { f throws(SQLServerMessage) in
            let session = f.context.session
            return try f.nullary(.decimal(precision: 38, scale: 0)) { session.lastIdentity.map { .decimal(TDSDecimal($0)) } ?? .null }
        },
        "FORMATMESSAGE": { f throws(SQLServerMessage) in
            let arguments = try f.arguments(1...20)
            return Compiled(.nvarchar(2047)) { row throws(SQLServerMessage) in
                var values: [TDSValue] = []
                for argument in arguments { values.append(try argument.evaluate(row)) }
                return .string(MessageFormat.fill(values[0].text, Array(values.dropFirst())))
            }
        },
        "GETANSINULL": { f throws(SQLServerMessage) in try constant(f, 0...1, .int) { _ in .int(1) } },
        "CURRENT_TRANSACTION_ID": { f throws(SQLServerMessage) in
            try constant(f, 0...0, .bigint) { .int(Int64($0.session.transactionID)) }
        },
        "CURRENT_REQUEST_ID": { f throws(SQLServerMessage) in try constant(f, 0...0, .smallint) { _ in .int(0) } },
        "CONTEXT_INFO": { f throws(SQLServerMessage) in try constant(f, 0...0, .varbinary(128)) { _ in .null } },
        "SESSION_CONTEXT": { f throws(SQLServerMessage) in try constant(f, 1...1, .sqlVariant) { _ in .null } },
        "SQL_VARIANT_PROPERTY": { f throws(SQLServerMessage) in
            try f.values(2...2, [.sqlVariant, .varchar(128)], .sqlVariant) { v throws(SQLServerMessage) in
                guard case .variant(let type, _) = v[0], v[1].text.lowercased() == "basetype" else { return .null }
                return .variant(.nvarchar(128), .string(type.baseName))
            }
        },
    ]

    /// One value for the whole statement.
    private static func constant(
        _ f: FunctionBinder, _ counts: ClosedRange<Int>, _ type: TDSType, _ value: @escaping (StatementContext) -> TDSValue
    ) throws(SQLServerMessage) -> Compiled {
        _ = try f.arguments(counts)
        let context = f.context
        return Compiled(type) { _ throws(SQLServerMessage) in value(context) }
    }

    /// The id of the principal that is named, or one's own.
    private static func principal(
        _ f: FunctionBinder, _ own: TDSValue, _ find: @escaping (String) -> TDSValue
    ) throws(SQLServerMessage) -> Compiled {
        if f.call.arguments.isEmpty { return .constant(own, .int) }
        return try f.unary(.nvarchar(128), .int) { value throws(SQLServerMessage) in find(value.text.lowercased()) }
    }

    private static func userID(_ f: FunctionBinder) throws(SQLServerMessage) -> Compiled {
        let database = f.context.session.database
        let logins = f.context.world.config.logins
        let fixed: [String: Int64] = ["public": 0, "dbo": 1, "guest": 2, "information_schema": 3, "sys": 4]
        return try principal(f, .int(user(f) == "dbo" ? 1 : 5)) { name in
            if let id = fixed[name] { return .int(id) }
            let index = logins.firstIndex {
                $0.name.lowercased() == name && $0.permissions.contains { $0.lowercased() == "connect on \(database)".lowercased() }
            }
            return index.map { .int(5 + Int64($0)) } ?? .null
        }
    }

    private static func user(_ f: FunctionBinder) -> String { f.context.identity.databaseUser }

    /// The error that the CATCH block around handles; NULL outside of one.
    private static func caught(_ f: FunctionBinder, _ type: TDSType, _ pick: @escaping (SQLServerMessage) -> TDSValue)
        throws(SQLServerMessage) -> Compiled
    {
        let context = f.context
        return try f.nullary(type) { context.session.caughtErrors.last.map(pick) ?? .null }
    }

    /// HAS_PERMS_BY_NAME(securable, class, permission): 1, 0, or NULL for a class or a permission that there is none of.
    private static func hasPermission(_ f: FunctionBinder) throws(SQLServerMessage) -> Compiled {
        let context = f.context
        return try f.values(3...5, [.nvarchar(776), .nvarchar(128), .nvarchar(128)], .int, strict: 0) { v throws(SQLServerMessage) in
            let login = context.identity.login
            let permission = v[2].text.uppercased()
            guard v[2] != .null else { return .null }
            switch v[1].text.uppercased() {
            case "", "SERVER":
                guard Permissions.isKnown(permission, context.world.config.version) else { return .null }
                return .int(login.may(permission, context.world.config.version) ? 1 : 0)
            case "DATABASE":
                guard let database = context.world.database(named: v[0] == .null ? context.session.database : v[0].text.unbracketed) else {
                    return .null
                }
                let isOpen = login.mayOpen(database)
                let isEnough =
                    ["ANY", "CONNECT"].contains(permission) || login.isSysadmin
                    || permission == "VIEW DATABASE STATE" && login.may("VIEW SERVER STATE", context.world.config.version)
                    || login.may(permission, in: database.name)
                    || permission == "VIEW DEFINITION" && login.may("VIEW ANY DEFINITION", context.world.config.version)
                return .int(isOpen && isEnough ? 1 : 0)
            case "OBJECT":
                let path = v[0].text.split(separator: ".").map { String($0).unbracketed }
                let isMsdb = path.first?.lowercased() == "msdb" || context.session.database.lowercased() == "msdb"
                return .int(login.isSysadmin || isMsdb && permission == "SELECT" && login.mayReadMsdb(path.last ?? "") ? 1 : 0)
            case "SCHEMA":
                let (name, database) = (v[0].text.unbracketed, context.session.database)
                guard context.world.schemaID(name, database: database) != nil else { return .null }
                let isOwner = context.world.state.schemas.contains {
                    $0.database == database && $0.name.lowercased() == name.lowercased() && $0.owner == login.name
                }
                return .int(isOwner || login.may(permission, onSchema: name, in: database) ? 1 : 0)
            default: return .int(login.isSysadmin ? 1 : 0)
            }
        }
    }
}

extension String {
    /// `[name]` without its brackets.
    var unbracketed: String { hasPrefix("[") && hasSuffix("]") && utf8.count >= 2 ? String(dropFirst().dropLast()) : self }
}
