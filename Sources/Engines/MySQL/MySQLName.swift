import Primitives
import Foundation

/// Names and rights in MySQL and MariaDB.
enum MySQLName {
    static func quoted(_ name: String) -> String { "`\(name.escaping("`", with: "``"))`" }

    /// An account as GRANT takes it. In backticks, which MySQL and MariaDB read alike in every `sql_mode`: what a backslash means in '...'
    /// depends on it (https://dev.mysql.com/doc/refman/8.0/en/account-names.html, read on 2026-11-24).
    static func account(_ user: String, host: String) -> String { "\(quoted(user))@\(quoted(host))" }
    /// `user@host` as the server writes it; a user's name may hold an `@`, a host's may not.
    static func account(_ account: String) -> String {
        guard let at = account.lastIndex(of: "@") else { return Self.account(account, host: "%") }
        return Self.account(String(account[..<at]), host: String(account[account.index(after: at)...]))
    }

    /// For the inside of '...'.
    static func escaped(_ name: String) -> String { name.escaping("\\", with: "\\\\").escaping("'", with: "''") }

    static let deployRights = ["CREATE", "DROP", "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE ROUTINE", "ALTER ROUTINE", "EXECUTE"]

    /// In GRANT, `_` and `%` of a schema's name are wild unless a backslash stands before them; so one of its own needs another.
    static func grantPlace(_ database: String) -> String {
        quoted(database.escaping("\\", with: "\\\\").escaping("_", with: "\\_").escaping("%", with: "\\%")) + ".*"
    }

    /// What lets `account` deploy.
    static func deployGrant(database: String, account: String) -> String {
        "GRANT \(deployRights.joined(separator: ", ")) ON \(grantPlace(database)) TO \(MySQLName.account(account));"
    }

    /// What lets another account than the deploying one run the procedures.
    static func monitorGrant(database: String, account: String) -> String {
        "GRANT EXECUTE, SELECT ON \(grantPlace(database)) TO \(MySQLName.account(account))"
    }

    /// Whether a pattern of SHOW GRANTS (`%` and `_` wild, `\` before them not) names `database`.
    static func isMatch(_ pattern: Substring, _ database: Substring) -> Bool {
        guard let first = pattern.first else { return database.isEmpty }
        let rest = pattern.dropFirst()
        switch first {
        case "%": return isMatch(rest, database) || !database.isEmpty && isMatch(pattern, database.dropFirst())
        case "\\": return !rest.isEmpty && rest.first == database.first && isMatch(rest.dropFirst(), database.dropFirst())
        case "_": return !database.isEmpty && isMatch(rest, database.dropFirst())
        default: return first == database.first && isMatch(rest, database.dropFirst())
        }
    }
}

/// The rights of an account in one schema, by the rows of SHOW GRANTS: pure.
struct MySQLSchemaRights {
    private var rights: Set<String> = []
    /// Whether a role may bring more than is seen here.
    let hasRole: Bool

    init(_ statements: [String], database: String) {
        var hasRole = false
        for statement in statements where statement.uppercased().hasPrefix("GRANT ") {
            guard let on = statement.range(of: " ON ", options: .caseInsensitive) else {
                hasRole = true
                continue
            }
            let words = statement[..<on.lowerBound].dropFirst(6).split(separator: ",").map { String($0).trimmed.uppercased() }
            let place = statement[on.upperBound...]
            if place.hasPrefix("*.*") || Self.names(place, database) { rights.formUnion(words) }
        }
        self.hasRole = hasRole
    }

    private static func names(_ place: Substring, _ database: String) -> Bool {
        guard place.first == "`", let end = place.dropFirst().firstIndex(of: "`"), place[place.index(after: end)...].hasPrefix(".*") else {
            return false
        }
        return MySQLName.isMatch(place[place.index(after: place.startIndex)..<end], Substring(database))
    }

    func has(_ right: String) -> Bool { rights.contains("ALL PRIVILEGES") || rights.contains("ALL") || rights.contains(right) }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()) }
}
