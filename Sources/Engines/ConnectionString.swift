import Primitives

/// A target as other programs write it, without the password.
package struct ConnectionString: Sendable {
    /// Who is to read it.
    package enum Format: String, CaseIterable, Sendable {
        case odbc, jdbc, dotnet, uri
    }

    private let target: Target
    package init(_ target: Target) { self.target = target }

    /// The text. Values are quoted as each format wants it, so that none can add a keyword of its own.
    package func text(_ format: Format) -> String {
        switch format {
        case .odbc: odbc
        case .jdbc: jdbc
        case .dotnet: dotnet
        case .uri: uri
        }
    }

    /// Whether the certificate is to be verified.
    private var isVerified: Bool { target.encrypt && !target.trustServerCertificate }
    private var isWindows: Bool { target.authType == .windows }

    /// `host\instance` or `host,port`, as Microsoft's drivers take it: an instance on the default port is looked up by its name.
    private var microsoftServer: String {
        if let instance = target.instanceName, target.port == EngineKind.sqlserver.defaultPort { return "\(target.hostname)\\\(instance)" }
        return "\(target.hostname),\(target.port)"
    }

    private var odbc: String {
        var pairs: [(String, String)]
        switch target.engine {
        case .sqlserver:
            pairs = [("Driver", "ODBC Driver 18 for SQL Server"), ("Server", microsoftServer), ("Database", target.database ?? "master")]
            pairs.append(isWindows ? ("Trusted_Connection", "Yes") : ("UID", target.username ?? ""))
            pairs += [("Encrypt", yes(target.encrypt)), ("TrustServerCertificate", yes(!isVerified))]
        case .postgresql:
            pairs = [
                ("Driver", "PostgreSQL Unicode"), ("Server", target.hostname), ("Port", String(target.port)),
                ("Database", target.database ?? "postgres"), ("UID", target.username ?? ""), ("SSLmode", sslMode),
            ]
        case .mysql:
            pairs = [("Driver", "MariaDB Unicode"), ("Server", target.hostname), ("Port", String(target.port))]
            if let database = target.database { pairs.append(("Database", database)) }
            pairs += [("UID", target.username ?? ""), ("FORCETLS", target.encrypt ? "1" : "0"), ("SSLVERIFY", isVerified ? "1" : "0")]
        }
        return pairs.map { name, value in "\(name)=\(name == "Driver" ? "{\(value)}" : Self.braced(value));" }.joined()
    }

    private var jdbc: String {
        let place = "\(Self.bracketed(target.hostname)):\(target.port)"
        switch target.engine {
        case .sqlserver:
            var text = "jdbc:sqlserver://\(target.hostname.contains(":") ? "" : target.hostname)"
            if target.hostname.contains(":") { text += ";serverName=\(Self.braced(target.hostname))" }
            if let instance = target.instanceName, target.port == EngineKind.sqlserver.defaultPort {
                text += ";instanceName=\(Self.braced(instance))"
            } else {
                text += ";portNumber=\(target.port)"
            }
            text += ";databaseName=\(Self.braced(target.database ?? "master"))"
            text += isWindows ? ";integratedSecurity=true;authenticationScheme=JavaKerberos" : ";user=\(Self.braced(target.username ?? ""))"
            return text + ";encrypt=\(target.encrypt);trustServerCertificate=\(!isVerified)"
        case .postgresql:
            return "jdbc:postgresql://\(place)/\(Self.escaped(target.database ?? "postgres"))?user=\(Self.escaped(target.username ?? ""))"
                + "&sslmode=\(sslMode)"
        case .mysql:
            let mode = isVerified ? "verify-full" : target.encrypt ? "trust" : "disable"
            let database = Self.escaped(target.database ?? "")
            return "jdbc:mariadb://\(place)/\(database)?user=\(Self.escaped(target.username ?? ""))&sslMode=\(mode)"
        }
    }

    private var dotnet: String {
        var pairs: [(String, String)]
        switch target.engine {
        case .sqlserver:
            pairs = [("Server", microsoftServer), ("Database", target.database ?? "master")]
            pairs.append(isWindows ? ("Integrated Security", "true") : ("User ID", target.username ?? ""))
            pairs += [("Encrypt", target.encrypt ? "true" : "false"), ("TrustServerCertificate", isVerified ? "false" : "true")]
        case .postgresql:
            let mode = isVerified ? "VerifyFull" : target.encrypt ? "Require" : "Prefer"
            pairs = [
                ("Host", target.hostname), ("Port", String(target.port)), ("Database", target.database ?? "postgres"),
                ("Username", target.username ?? ""), ("SSL Mode", mode),
            ]
        case .mysql:
            let mode = isVerified ? "VerifyFull" : target.encrypt ? "Required" : "None"
            pairs = [("Server", target.hostname), ("Port", String(target.port))]
            if let database = target.database { pairs.append(("Database", database)) }
            pairs += [("User ID", target.username ?? ""), ("SSL Mode", mode)]
        }
        return pairs.map { "\($0)=\(Self.quoted($1));" }.joined()
    }

    private var uri: String {
        let place = "\(Self.escaped(target.username ?? ""))@\(Self.bracketed(target.hostname)):\(target.port)"
        switch target.engine {
        case .sqlserver:
            let instance = target.instanceName.map { "/\(Self.escaped($0))" } ?? ""
            let encrypt = target.encrypt ? "true" : "disable"
            return "sqlserver://\(place)\(instance)?database=\(Self.escaped(target.database ?? "master"))&encrypt=\(encrypt)"
                + "&trustservercertificate=\(!isVerified)"
        case .postgresql: return "postgresql://\(place)/\(Self.escaped(target.database ?? "postgres"))?sslmode=\(sslMode)"
        case .mysql:
            let mode = isVerified ? "VERIFY_IDENTITY" : target.encrypt ? "REQUIRED" : "PREFERRED"
            return "mysql://\(place)/\(Self.escaped(target.database ?? ""))?ssl-mode=\(mode)"
        }
    }

    private var sslMode: String { isVerified ? "verify-full" : target.encrypt ? "require" : "prefer" }

    // MARK: Quoting

    private func yes(_ value: Bool) -> String { value ? "yes" : "no" }

    /// For ODBC and JDBC: in braces where it must be, a closing one doubled.
    private static func braced(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "0123456789._-\\,:".unicodeScalars.contains($0) }
        return isPlain ? text : "{\(text.escaping("}", with: "}}"))}"
    }

    /// For .NET: in double quotes where it must be, one inside doubled.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "0123456789._-\\,:".unicodeScalars.contains($0) }
        return isPlain ? text : "\"\(text.escaping("\"", with: "\"\""))\""
    }

    /// For URIs (RFC 3986): all but unreserved characters percent-encoded.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isUnreserved =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "-._~".utf8.contains(byte)
            return isUnreserved ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// An IPv6 address in brackets.
    private static func bracketed(_ hostname: String) -> String { hostname.contains(":") ? "[\(hostname)]" : hostname }
}
