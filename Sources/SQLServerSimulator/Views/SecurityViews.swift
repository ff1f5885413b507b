import TDS

/// Principals and permissions.
enum SecurityViews {
    static let all: [VirtualView] = [
        myPermissions, principals, permissions, roleMembers, sqlLogins, databasePrincipals, databasePermissions, loginToken, endpoints,
    ]

    private static let myPermissions: VirtualView = VirtualView(
        "sys.fn_my_permissions", parameters: 2...2,
        columns: "entity_name nvarchar(128) null, subentity_name nvarchar(128) null, permission_name nvarchar(60) null",
        dense: { request in
            let login = request.session.login
            let version = request.world.config.version
            let isServer = request.argument(1) == .null || request.argument(1).text.uppercased() == "SERVER"
            let candidates: [String]
            if isServer {
                candidates =
                    [
                        "CONNECT SQL", "SHUTDOWN", "CREATE ANY DATABASE", "ALTER ANY LOGIN", "ALTER ANY CONNECTION", "ALTER ANY DATABASE",
                        "VIEW ANY DATABASE",
                        "VIEW ANY DEFINITION", "VIEW SERVER STATE", "ALTER SERVER STATE", "CONTROL SERVER", "CONNECT ANY DATABASE",
                        "SELECT ALL USER SECURABLES",
                    ] + (version >= .v2022 ? ["VIEW SERVER PERFORMANCE STATE", "VIEW SERVER SECURITY STATE"] : [])
                return candidates.filter { login.may($0, version) }.map { [.string("server"), .string(""), .string($0)] }
            }
            candidates =
                login.isSysadmin
                ? [
                    "CREATE TABLE", "CREATE SCHEMA", "CREATE PROCEDURE", "SELECT", "INSERT", "UPDATE", "DELETE", "EXECUTE",
                    "VIEW DATABASE STATE", "CONTROL",
                ]
                : ["CONNECT"] + (login.may("VIEW SERVER STATE", version) ? ["VIEW DATABASE STATE"] : [])
            return candidates.map { [.string("database"), .string(""), .string($0)] }
        })

    private static let fixedRoles = [
        "public", "sysadmin", "securityadmin", "serveradmin", "setupadmin", "processadmin", "diskadmin", "dbcreator", "bulkadmin",
    ]

    /// Without VIEW ANY DEFINITION one sees sa, the fixed roles and oneself.
    private static func logins(_ request: ViewRequest) -> [(id: Int, login: Login)] {
        let seesAll =
            request.session.login.may("VIEW ANY DEFINITION", request.world.config.version)
            || request.session.login.may("ALTER ANY LOGIN", request.world.config.version)
        return request.world.config.logins.enumerated().map { ($1.name == "sa" ? 1 : 259 + $0, $1) }.filter {
            seesAll || $0.1.name == "sa" || $0.1.name == request.session.login.name
        }
    }

    private static let principals: VirtualView = VirtualView(
        "sys.server_principals",
        columns: """
            name sysname, principal_id int, sid varbinary(85) null, type char(1), type_desc nvarchar(60) null, is_disabled bit null,
            create_date datetime,
            modify_date datetime, default_database_name sysname null, default_language_name sysname null, credential_id int null,
            owning_principal_id int null, is_fixed_role bit
            """,
        named: { request in
            let at = request.world.datetime(request.world.state.machineStartedAt)
            let roles = fixedRoles.enumerated().map { index, name -> NamedRow in
                [
                    "name": .string(name), "principal_id": .int(Int64(2 + index)), "type": .string("R"),
                    "type_desc": .string("SERVER_ROLE"),
                    "is_disabled": .bit(false), "create_date": at, "modify_date": at, "is_fixed_role": .bit(name != "public"),
                ]
            }
            return roles
                + logins(request).map { entry -> NamedRow in
                    [
                        "name": .string(entry.login.name), "principal_id": .int(Int64(entry.id)), "sid": .binary(entry.login.sid),
                        "type": .string("S"),
                        "type_desc": .string("SQL_LOGIN"), "is_disabled": .bit(false), "create_date": at, "modify_date": at,
                        "default_database_name": .string("master"), "default_language_name": .string("us_english"),
                    ]
                }
        })

    private static let permissions: VirtualView = VirtualView(
        "sys.server_permissions",
        columns: """
            class tinyint, class_desc nvarchar(60) null, major_id int, minor_id int, grantee_principal_id int, grantor_principal_id int,
            type char(4),
            permission_name nvarchar(128) null, state char(1), state_desc nvarchar(60) null
            """,
        named: { request in
            logins(request).flatMap { entry in
                (["CONNECT SQL"] + entry.login.permissions.filter { !$0.contains(" ON ") }.sorted()).map { name in
                    let isDenied = name.hasPrefix("DENY ")
                    return [
                        "class": .int(100), "class_desc": .string("SERVER"), "grantee_principal_id": .int(Int64(entry.id)),
                        "grantor_principal_id": .int(1),
                        "type": .string(String(name.split(separator: " ").compactMap(\.first)).padding4),
                        "permission_name": .string(isDenied ? String(name.dropFirst(5)) : name), "state": .string(isDenied ? "D" : "G"),
                        "state_desc": .string(isDenied ? "DENY" : "GRANT"),
                    ]
                }
            }
        })

    private static let roleMembers: VirtualView = VirtualView(
        "sys.server_role_members", columns: "role_principal_id int, member_principal_id int",
        dense: { request in logins(request).filter { $0.login.isSysadmin }.map { [.int(3), .int(Int64($0.id))] } })

    private static let sqlLogins: VirtualView = VirtualView(
        "sys.sql_logins",
        columns: """
            name sysname, principal_id int, sid varbinary(85) null, type char(1), type_desc nvarchar(60) null, is_disabled bit null,
            create_date datetime,
            modify_date datetime, default_database_name sysname null, default_language_name sysname null, credential_id int null,
            is_policy_checked bit null, is_expiration_checked bit null, password_hash varbinary(256) null
            """,
        named: { request in
            let at = request.world.datetime(request.world.state.machineStartedAt)
            return logins(request).map { entry -> NamedRow in
                [
                    "name": .string(entry.login.name), "principal_id": .int(Int64(entry.id)), "sid": .binary(entry.login.sid),
                    "type": .string("S"),
                    "type_desc": .string("SQL_LOGIN"), "is_disabled": .bit(false), "create_date": at, "modify_date": at,
                    "default_database_name": .string("master"), "default_language_name": .string("us_english"),
                    "is_policy_checked": .bit(true),
                    "is_expiration_checked": .bit(false),
                ]
            }
        })

    private static let databasePrincipals: VirtualView = VirtualView(
        "sys.database_principals", isPerDatabase: true,
        columns: """
            name sysname, principal_id int, type char(1), type_desc nvarchar(60) null, default_schema_name sysname null, create_date
            datetime,
            modify_date datetime, owning_principal_id int null, sid varbinary(85) null, is_fixed_role bit, authentication_type int,
            authentication_type_desc nvarchar(60) null
            """,
        named: { request in
            let at = request.world.datetime(request.world.state.machineStartedAt)
            let entries: [(String, Int64, String)] = [
                ("public", 0, "R"), ("dbo", 1, "S"), ("guest", 2, "S"), ("INFORMATION_SCHEMA", 3, "S"), ("sys", 4, "S"),
                ("db_owner", 16_384, "R"),
                ("db_datareader", 16_390, "R"),
            ]
            return entries.map { name, id, type -> NamedRow in
                [
                    "name": .string(name), "principal_id": .int(id), "type": .string(type),
                    "type_desc": .string(type == "R" ? "DATABASE_ROLE" : "SQL_USER"),
                    "default_schema_name": type == "S" ? .string("dbo") : .null,
                    "create_date": at, "modify_date": at, "is_fixed_role": .bit(id >= 16_384),
                ]
            }
        })

    private static let databasePermissions: VirtualView = VirtualView(
        "sys.database_permissions", isPerDatabase: true,
        columns: """
            class tinyint, class_desc nvarchar(60) null, major_id int, minor_id int, grantee_principal_id int, grantor_principal_id int,
            type char(4),
            permission_name nvarchar(128) null, state char(1), state_desc nvarchar(60) null
            """,
        named: { _ in [] })

    private static let loginToken: VirtualView = VirtualView(
        "sys.login_token",
        columns: "principal_id int, sid varbinary(85) null, name nvarchar(128) null, type nvarchar(128) null, usage nvarchar(128) null",
        named: { request in
            [
                [
                    "principal_id": .int(259), "sid": .binary(request.session.login.sid), "name": .string(request.session.login.name),
                    "type": .string("SQL LOGIN"), "usage": .string("GRANT OR DENY"),
                ]
            ]
        })

    private static let endpoints: VirtualView = VirtualView(
        "sys.endpoints",
        columns: """
            name sysname, endpoint_id int, principal_id int null, protocol tinyint, protocol_desc nvarchar(60) null, type tinyint,
            type_desc nvarchar(60) null, state tinyint null, state_desc nvarchar(60) null, is_admin_endpoint bit
            """,
        named: { _ in
            [
                [
                    "name": .string("TSQL Default TCP"), "endpoint_id": .int(4), "principal_id": .int(1), "protocol": .int(2),
                    "protocol_desc": .string("TCP"),
                    "type": .int(2), "type_desc": .string("TSQL"), "state": .int(0), "state_desc": .string("STARTED"),
                ]
            ]
        })
}

extension String {
    /// Four characters, as permission types have.
    fileprivate var padding4: String { String(prefix(4)) + String(repeating: " ", count: max(0, 4 - count)) }
}
