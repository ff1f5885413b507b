import Primitives
import Foundation
import ODBC

/// Who answers, and what the login may see, as `probe.sql` and `collect.sql` read it.
struct SQLServerIdentity {
    let serverName: String
    /// Of the server's property, or else of its own words; empty when neither tells.
    let productVersion: String
    /// The server's own words on what it is.
    let versionText: String
    let edition: String
    let engineEdition: Int
    let isLinux: Bool
    let loginName: String
    let databaseName: String?
    /// Whether the server says that its state may be read: by VIEW SERVER STATE, or its narrower form of 2022. Nil: it does not say.
    let maySeeState: Bool?

    /// The oldest supported box product: SQL Server 2016.
    static let majorVersionMin = 13

    init(_ set: ODBCResultSet) {
        serverName = set.value("server_name").text ?? set.value("property_name").text ?? ""
        versionText = set.value("version_text").text ?? ""
        productVersion = set.value("product_version").text ?? Self.build(in: versionText) ?? ""
        edition = set.value("edition").text ?? ""
        engineEdition = Int(set.value("engine_edition").int ?? 0)
        isLinux = set.value("is_linux").int == 1 || versionText.contains(" on Linux ")
        loginName = set.value("login_name").text ?? ""
        databaseName = set.value("database_name").text
        let rights = [set.value("view_server_state").int, set.value("view_server_performance_state").int].compactMap { $0 }
        maySeeState = rights.isEmpty ? nil : rights.contains(1)
    }

    /// The build in `Microsoft SQL Server 2019 (RTM-CU32) - 15.0.4430.1 (X64) ...`.
    static func build(in text: String) -> String? {
        text.split(whereSeparator: \.isWhitespace).first { word in
            let parts = word.split(separator: ".", omittingEmptySubsequences: false)
            return (3...4).contains(parts.count) && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
        }.map { String($0) }
    }

    /// Babelfish for PostgreSQL speaks SQL Server's language and protocol; the build that it names is made up.
    var isBabelfish: Bool { versionText.lowercased().contains("babelfish") }

    /// Azure SQL Database (5) and Managed Instance (8) report 12.0: they are judged by edition.
    var isAzure: Bool { [5, 8].contains(engineEdition) }

    /// What collectors' conditions ask of it.
    var traits: ServerTraits {
        let hosting: ServerTraits.Hosting = engineEdition == 5 ? .azureDatabase : engineEdition == 8 ? .managedInstance : .box
        return ServerTraits(version: productVersion, isLinux: isLinux, hosting: hosting)
    }

    var majorVersion: Int { productVersion.split(separator: ".").first.flatMap { Int($0) } ?? 0 }

    /// A server that does not say its build is not known to be old.
    var isSupported: Bool { isAzure || isBabelfish || productVersion.isEmpty || majorVersion >= Self.majorVersionMin }

    /// From 2022 on, a narrower right is enough.
    var hasPerformanceRight: Bool { !isAzure && majorVersion >= 16 }

    /// The product's everyday name.
    var version: String {
        if isBabelfish { return "Babelfish for PostgreSQL" }
        if productVersion.isEmpty { return "SQL Server of an unknown version" }
        if engineEdition == 5 { return "Azure SQL Database" }
        if engineEdition == 8 { return "Azure SQL Managed Instance" }
        let years = [8: "2000", 9: "2005", 10: "2008", 11: "2012", 12: "2014", 13: "2016", 14: "2017", 15: "2019", 16: "2022", 17: "2025"]
        if productVersion.hasPrefix("10.50") { return "SQL Server 2008 R2" }
        return years[majorVersion].map { "SQL Server \($0)" } ?? "SQL Server \(productVersion)"
    }

    /// The right to see the server's state.
    func stateCheck(granted: Bool) -> PermissionCheck {
        let name = hasPerformanceRight ? "VIEW SERVER PERFORMANCE STATE" : "VIEW SERVER STATE"
        // Azure SQL Database has no such GRANT: a role of the logical server stands for it, given in master.
        let statement =
            engineEdition == 5
            ? "ALTER SERVER ROLE ##MS_ServerStateReader## ADD MEMBER \(quotedLogin);" : "USE master; GRANT \(name) TO \(quotedLogin);"
        return PermissionCheck(
            name: name, granted: granted, neededFor: "CPU, memory, connections, waits and all other core readings",
            grantStatement: statement)
    }

    /// The right to one view that was refused, although the state may be seen: only the server's words say which.
    func refusedCheck(_ error: ODBCError) -> PermissionCheck {
        let words = SQLServerFailure.sentence(error.message, ending: "")
        if words.contains(/VIEW SERVER (?:PERFORMANCE )?STATE/) { return stateCheck(granted: false) }
        let name = words.firstMatch(of: /object '([^']+)'/).map { "SELECT on \($0.1)" } ?? "A right"
        return PermissionCheck(name: name, granted: false, neededFor: "some of the core readings (\(words))", grantStatement: nil)
    }

    /// The login as an identifier in brackets.
    var quotedLogin: String { "[\(loginName.escaping("]", with: "]]"))]" }
}
