import Primitives

/// The script that makes a login for DbTools, and grants it what monitoring reads and nothing more: for a DBA to run before the first test.
/// Pure; names and passwords are quoted so that none can end its own literal.
package struct LoginScript: Sendable {
    package static let placeholder = "CHOOSE-A-PASSWORD"

    private let engine: EngineKind
    private let username: String
    private let authType: TargetAuthentication
    /// Nil: the placeholder.
    private let password: String?
    /// As tests name it; nil: any.
    private let version: String?
    private let database: String?
    /// MySQL: from where the account signs in.
    private let host: String

    package init(
        engine: EngineKind, username: String, authType: TargetAuthentication, password: String?, version: String?, database: String?,
        host: String
    ) {
        self.engine = engine
        self.username = username
        self.authType = authType
        self.password = password
        self.version = version
        self.database = database
        self.host = host
    }

    /// Why there can be no script for this, by field.
    package var refusals: [(field: String, reason: String)] {
        var refusals: [(field: String, reason: String)] = []
        switch engine {
        case .sqlserver:
            if authType == .windows, !username.contains("\\") {
                refusals.append(("username", "is DOMAIN\\name for a Windows account"))
            } else if authType == .sql, username.contains("\\") {
                refusals.append(("username", "of a SQL Server login has no backslash; with one it is a Windows account"))
            }
        case .postgresql:
            if username.utf8.count > 63 { refusals.append(("username", "of PostgreSQL has at most 63 bytes")) }
            if username.hasPrefix("pg_") { refusals.append(("username", "may not begin with pg_, which PostgreSQL keeps for itself")) }
            if ["public", "none"].contains(username) { refusals.append(("username", "is a word that PostgreSQL keeps for itself")) }
        case .mysql:
            let lengthMax = isMySQLItself ? Self.mySQLNameLengthMax : Self.mariaDBNameLengthMax
            if username.unicodeScalars.count > lengthMax { refusals.append(("username", "has at most \(lengthMax) characters there")) }
            if username.last == " " { refusals.append(("username", "may not end with a space, which the server takes away")) }
            if host.contains("@") { refusals.append(("host", "is a name, an address or a pattern such as 10.0.%, without an @")) }
        }
        if authType == .windows, engine != .sqlserver { refusals.append(("authType", "windows is for SQL Server only")) }
        return refusals
    }

    /// What is to be replaced in `text`; nil when there is nothing to.
    package var placeholderInText: String? { authType == .windows || password != nil ? nil : Self.placeholder }

    package var text: String {
        switch engine {
        case .sqlserver: sqlServer
        case .postgresql: postgreSQL
        case .mysql: mySQL
        }
    }

    private static let keepsPassword = "A login of this name that is there already keeps its password."

    /// What the script does, and how to run it.
    package var notes: [String] {
        switch engine {
        case .sqlserver:
            [
                "Run it as a member of sysadmin, in SQL Server Management Studio or sqlcmd.",
                "The login may read the server's state, definitions and msdb's history. It may not read data in user databases.",
                Self.keepsPassword,
            ]
        case .postgresql:
            [
                "Run it as a superuser, in psql.", "The role is a member of pg_monitor: it may read statistics and settings, not tables.",
                "Let it in by a line in pg_hba.conf, such as: hostssl all \(Self.ruleName(username)) <address of DbTools> scram-sha-256",
            ]
        case .mysql:
            [
                "Run it as an account with GRANT OPTION, such as root.",
                "The account may see sessions and statistics, and no data.", Self.keepsPassword,
                host == "%"
                    ? "It may sign in from anywhere; give a host to allow the address of DbTools alone." : "It may sign in from \(host).",
            ]
        }
    }

    /// Characters of an account's name: mysql.user of MySQL 8, and of MariaDB 10.6.
    static let mySQLNameLengthMax = 32
    static let mariaDBNameLengthMax = 128

    private var isMariaDB: Bool { version?.lowercased().contains("maria") == true }
    private var isMySQLItself: Bool { version?.lowercased().hasPrefix("mysql") == true }

    // MARK: SQL Server

    /// 2022 and later have a narrower right; VIEW SERVER STATE does on every version.
    private var stateRights: [String] {
        let number = version?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
        return number >= 2022 || (16...99).contains(number)
            ? ["VIEW SERVER PERFORMANCE STATE", "VIEW SERVER SECURITY STATE"] : ["VIEW SERVER STATE"]
    }

    private var sqlServer: String {
        let login = "[\(username.escaping("]", with: "]]"))]"
        let name = Self.unicodeLiteral(username)
        let create =
            authType == .windows
            ? "CREATE LOGIN \(login) FROM WINDOWS;"
            : "CREATE LOGIN \(login) WITH PASSWORD = \(Self.unicodeLiteral(password ?? Self.placeholder)), DEFAULT_DATABASE = [master];"
        var lines = [
            "-- A login for DbTools that may look and change nothing.", "USE master;",
            "IF SUSER_ID(\(name)) IS NULL", "    \(create)",
        ]
        lines += stateRights.map { "GRANT \($0) TO \(login);" }
        lines += ["GRANT VIEW ANY DEFINITION TO \(login);"]
        if let database, !["master", "msdb"].contains(database.lowercased()) {
            let bracketed = "[\(database.escaping("]", with: "]]"))]"
            lines += [
                "", "-- The database that the connection opens.", "USE \(bracketed);", "IF DATABASE_PRINCIPAL_ID(\(name)) IS NULL",
                "    CREATE USER \(login) FOR LOGIN \(login);",
            ]
        }
        lines += [
            "", "-- Backup and job history.", "USE msdb;", "IF DATABASE_PRINCIPAL_ID(\(name)) IS NULL",
            "    CREATE USER \(login) FOR LOGIN \(login);", "ALTER ROLE db_datareader ADD MEMBER \(login);",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func unicodeLiteral(_ text: String) -> String { "N'\(text.escaping("'", with: "''"))'" }

    // MARK: PostgreSQL

    private var postgreSQL: String {
        let role = Self.identifier(username)
        var lines = [
            "-- A role for DbTools that may look and change nothing.",
            "CREATE ROLE \(role) LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD \(Self.literal(password ?? Self.placeholder));",
            "GRANT pg_monitor TO \(role);",
        ]
        if let database { lines.append("GRANT CONNECT ON DATABASE \(Self.identifier(database)) TO \(role);") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func identifier(_ name: String) -> String { "\"\(name.escaping("\"", with: "\"\""))\"" }

    /// In pg_hba.conf, where a plain word may be a keyword or fall apart at a space.
    private static func ruleName(_ name: String) -> String {
        let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        return isPlain && !["all", "sameuser", "samerole", "replication"].contains(name) ? name : identifier(name)
    }

    /// Right whatever `standard_conforming_strings` says.
    private static func literal(_ text: String) -> String {
        let quoted = "'\(text.escaping("\\", with: "\\\\").escaping("'", with: "''"))'"
        return text.contains("\\") ? "E" + quoted : quoted
    }

    // MARK: MySQL

    private var mySQL: String {
        let account = MySQLName.account(username, host: host)
        let secret = (password ?? Self.placeholder).escaping("\\", with: "\\\\").escaping("'", with: "''")
        var lines = [
            "-- An account for DbTools that may look and change nothing.",
            "CREATE USER IF NOT EXISTS \(account) IDENTIFIED BY '\(secret)';",
            "GRANT PROCESS ON *.* TO \(account);",
            // MariaDB 10.5 renamed it; it takes the old name too.
            "GRANT \(isMariaDB ? "BINLOG MONITOR" : "REPLICATION CLIENT") ON *.* TO \(account);",
            "GRANT SELECT ON performance_schema.* TO \(account);",
        ]
        if let database, !["performance_schema", "information_schema"].contains(database.lowercased()) {
            // The least right that lets an account open a database and shows it nothing in there.
            lines.append("GRANT SHOW VIEW ON \(MySQLName.grantPlace(database)) TO \(account);")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
