import ODBC

/// Turns what the driver and the server said into a code and a sentence.
struct MySQLFailure {
    let target: Target

    private var place: String { "\(target.hostname), port \(target.port)" }

    /// Errors that mean a missing right.
    static let permissionNumbers: Set<Int> = [1142, 1143, 1227, 1370]

    /// Whether a missing right is what the server complains of.
    static func isPermission(_ error: ODBCError) -> Bool { error.records.contains { permissionNumbers.contains($0.native) } }

    /// Whether the server does not have what was asked for: a table, column, variable, schema or function that it does not know.
    static func isRefusal(_ error: ODBCError) -> Bool {
        error.records.contains { [1049, 1051, 1054, 1064, 1109, 1128, 1146, 1193, 1305].contains($0.native) }
    }

    /// What a failed connect means; nil when the driver's words do not tell.
    func explained(_ error: ODBCError) -> EngineError? {
        let user = target.username.map { " \($0)" } ?? ""
        let words = error.message
        switch error.native {
        case 1044, 1049:
            let database = target.database ?? ""
            return EngineError(
                .databaseNotFound,
                "The database \(database) does not exist on \(target.hostname), or the user\(user) may not open it: check its name, or grant access."
            )
        case 1045, 1698:
            return EngineError(
                .authFailed,
                "\(target.hostname) refused the user\(user): check user name and password, and the host that the account is made for.")
        case 1130:
            return EngineError(
                .authFailed,
                "\(target.hostname) accepts no connection from the DbTools host: create the account for this host, such as 'user'@'%'.")
        case 1129:
            return EngineError(
                .authFailed, "\(target.hostname) has blocked the DbTools host after connection errors: run mysqladmin flush-hosts on it."
            )
        case 1820, 1862:
            return EngineError(.authFailed, "The password of the user\(user) has expired: change it on the server, then enter the new one.")
        case 3118, 4151:
            return EngineError(.authFailed, "The account of the user\(user) is locked: unlock it with ALTER USER ... ACCOUNT UNLOCK.")
        case 1251, 2059:
            return EngineError(
                .authFailed, "The user\(user) signs in by a method that the driver does not have: \(SQLServerFailure.sentence(words))")
        case 1040, 1203:
            return EngineError(.unreachable, "\(target.hostname) has no free connection: raise max_connections, or close idle ones.")
        case 3159: return EngineError(.tlsFailed, "\(target.hostname) requires encryption: turn it on for this server.")
        case 2026: return encryptionFailure(words)
        case 2002, 2003: return connectFailure(words)
        case 2005:
            return EngineError(.unreachable, "The name \(target.hostname) is unknown: check its spelling, or DNS on the DbTools host.")
        case 2013 where words.hasSuffix(": 110"), 2013 where words.contains("timed out"):
            return EngineError(
                .timeout, "\(place) accepts connections but says nothing: check that MySQL or MariaDB listens there and is not overloaded.")
        default:
            guard words.contains("Can't open lib") else { return nil }
            return EngineError(
                .driverFailed,
                "The driver for MySQL and MariaDB could not be loaded: install \(ODBCDriver.mariadb.package) on the DbTools host.")
        }
    }

    /// What a failed connect means, once the port has been asked what it is.
    func explained(_ error: ODBCError, greeting: Greeting) -> EngineError {
        greeting.explained(target, port: target.port) ?? unexplained(error)
    }

    /// A failure that nothing explains.
    func unexplained(_ error: ODBCError) -> EngineError {
        EngineError(.driverFailed, "The driver could not connect to \(place): \(SQLServerFailure.sentence(error.message))")
    }

    /// What a failed statement on an open connection means.
    func whileReading(_ error: ODBCError) -> EngineError {
        if error.records.contains(where: { Self.permissionNumbers.contains($0.native) }) {
            return EngineError(
                .noPermissions, "The user may not read what DbTools needs: \(SQLServerFailure.sentence(error.message))", isPermission: true)
        }
        if error.isDeadline || [1317, 1969, 3024].contains(error.native) {
            return EngineError(.timeout, "\(place) did not answer in time: check whether the server is overloaded or blocked, then try again.")
        }
        if [2006, 2013, 2055].contains(error.native) || error.isConnectionFailure {
            return EngineError(
                .unreachable, "The connection to \(place) broke: the server was stopped, did not answer, or the network failed.")
        }
        return explained(error)
            ?? EngineError(
                .protocolError, "\(place) refused what DbTools asked (error \(error.native)): \(SQLServerFailure.sentence(error.message))")
    }

    var offersNoEncryption: EngineError {
        EngineError(
            .tlsFailed,
            "\(place) offers no encryption, but this connection requires it: enable it on the server, or turn encryption off for this server.")
    }

    private func encryptionFailure(_ words: String) -> EngineError {
        let lower = words.lowercased()
        if lower.contains("not supported by") || lower.contains("is required, but") || lower.contains("doesn't support") {
            return offersNoEncryption
        }
        return EngineError(
            .tlsFailed,
            "The certificate of \(place) does not verify (\(words.prefix(200))): install a matching one, or choose to trust the server's certificate."
        )
    }

    private func connectFailure(_ words: String) -> EngineError {
        // The driver ends its message with the system's error number; 110 and 115 (still connecting) mean that nobody answered.
        if words.hasSuffix("(110)") { return PlainSocket.Failure.timeout.explained(target, port: target.port) }
        if words.hasSuffix("(111)") { return PlainSocket.Failure.refused.explained(target, port: target.port) }
        if words.hasSuffix("(113)") || words.hasSuffix("(101)") {
            return PlainSocket.Failure.unreachable("no route").explained(target, port: target.port)
        }
        if words.hasSuffix("(2)") || words.contains("through socket") {
            return EngineError(.unreachable, "No server listens on the socket \(target.hostname): check that MySQL or MariaDB runs.")
        }
        return EngineError(
            .unreachable, "\(place) cannot be reached: check the port, that MySQL or MariaDB runs and that it accepts TCP/IP connections.")
    }
}
