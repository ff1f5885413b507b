import ODBC

/// Turns what the driver and the server said into a code and a sentence.
struct SQLServerFailure {
    let target: Target
    let port: Int

    private var place: String { "\(target.hostname), port \(port)" }

    /// Errors that mean a missing right.
    static let permissionNumbers: Set<Int> = [229, 230, 262, 297, 300, 371, 8189]

    /// What a failed connect means; nil when the driver's words do not tell.
    func explained(_ error: ODBCError) -> EngineError? {
        if let byNumber = byNumber(error) { return byNumber }
        let words = error.records.map { $0.message.lowercased() }.joined(separator: "\n")
        if target.authType == .windows, ["sspi", "kerberos", "gssapi"].contains(where: words.contains) {
            return SQLServerKerberos.explained(target, port: port)
        }
        if error.records.contains(where: { $0.state == "01000" && $0.message.contains("Can't open lib") }) {
            return EngineError(
                .driverFailed, "The driver for SQL Server could not be loaded: install \(ODBCDriver.freetds.package) on the DbTools host.")
        }
        if words.contains("certificate verify failed") || words.contains("certificate") {
            let cause =
                words.contains("host") || words.contains("subject name")
                ? "is issued for another name than \(target.hostname)" : "is not signed by an authority that DbTools trusts"
            return EngineError(
                .tlsFailed, "The certificate of \(place) \(cause): install a matching one, or choose to trust the server's certificate.")
        }
        if words.contains("ssl provider") || words.contains("tls") || words.contains("encryption") {
            return EngineError(
                .tlsFailed,
                "Encryption with \(place) could not be agreed: check the server's certificate and TLS versions, or connect without required encryption."
            )
        }
        if error.records.contains(where: { $0.state == "HYT00" || $0.state == "HYT01" || $0.state == "S1T00" }) {
            return EngineError(
                .timeout,
                "\(place) accepts connections but did not complete the sign-in in time: check that SQL Server listens there and is not overloaded."
            )
        }
        return nil
    }

    /// What a failed connect means, once the port has been asked what it is.
    func explained(_ error: ODBCError, greeting: Greeting) -> EngineError {
        if let other = greeting.explained(target, port: port) { return other }
        // FreeTDS says nothing of why: without a ticket it did not get as far as a certificate.
        if target.authType == .windows, case .expected = greeting { return SQLServerKerberos.explained(target, port: port) }
        switch greeting {
        case .expected(encryption: .unsupported) where target.encrypt:
            return EngineError(
                .tlsFailed,
                "\(place) offers no encryption, but this connection requires it: enable it on the server, or turn encryption off for this server."
            )
        case .expected where target.encrypt && !target.trustServerCertificate:
            return EngineError(
                .tlsFailed,
                "The certificate of \(place) does not verify: it is not signed by an authority that DbTools trusts, or issued for another name than \(target.hostname). "
                    + "Install a matching one, or choose to trust the server's certificate.")
        case .expected where target.encrypt:
            return EngineError(.tlsFailed, "Encryption with \(place) could not be agreed: check the server's certificate and TLS versions.")
        default: return unexplained(error)
        }
    }

    /// A failure that nothing explains.
    func unexplained(_ error: ODBCError) -> EngineError {
        EngineError(.driverFailed, "The driver could not connect to \(place): \(Self.sentence(error.message))")
    }

    /// What a failed batch on an open connection means.
    func whileReading(_ error: ODBCError) -> EngineError {
        if Self.isPermission(error) {
            return EngineError(
                .noPermissions, "The login may not read what DbTools needs: \(Self.sentence(error.message))", isPermission: true)
        }
        if error.isDeadline || error.state == "HYT00" || error.state == "HY008" {
            return EngineError(.timeout, "\(place) did not answer in time: check whether the server is overloaded or blocked, then try again.")
        }
        if error.isConnectionFailure {
            return EngineError(.unreachable, "The connection to \(place) broke: the server was stopped, or the network failed.")
        }
        return byNumber(error)
            ?? EngineError(.protocolError, "\(place) refused what DbTools asked (error \(error.native)): \(Self.sentence(error.message))")
    }

    private func byNumber(_ error: ODBCError) -> EngineError? {
        let numbers = Set(error.records.map(\.native))
        let login = target.username.map { " \($0)" } ?? ""
        if !numbers.isDisjoint(with: [4060, 4063, 4064, 911, 916]) {
            let database = target.database ?? "master"
            return EngineError(
                .databaseNotFound,
                "The database \(database) does not exist on \(target.hostname), or the login\(login) may not open it: check its name, or grant access."
            )
        }
        if numbers.contains(18_487) || numbers.contains(18_488) {
            return EngineError(
                .authFailed,
                "The password of the login\(login) has expired or must be changed: change it on the server, then enter the new one.")
        }
        if numbers.contains(18_470) {
            return EngineError(.authFailed, "The login\(login) is disabled: enable it with ALTER LOGIN, or use another.")
        }
        if numbers.contains(18_486) {
            return EngineError(
                .authFailed,
                "The login\(login) is locked out after failed attempts: unlock it on the server, then correct the password here.")
        }
        if target.authType == .windows, !numbers.isDisjoint(with: [18_452, 18_456, 20_014]) {
            return SQLServerKerberos.explained(target, port: port)
        }
        if !numbers.isDisjoint(with: [18_452, 18_456, 18_461, 17_892, 20_014]) {
            return EngineError(
                .authFailed,
                "\(target.hostname) refused the login\(login): check user name and password, and that the server allows SQL Server authentication."
            )
        }
        return nil
    }

    /// The server's words, shortened, with one full stop at the end, or with `ending` in its place.
    static func sentence(_ message: String, ending: String = ".") -> String {
        let short = message.prefix(300).split(whereSeparator: \.isNewline).joined(separator: " ")
        return (short.hasSuffix(".") ? String(short.dropLast()) : short) + ending
    }

    /// Whether a missing right is what the server complains of. Babelfish has one number for all that PostgreSQL refuses: its words tell.
    static func isPermission(_ error: ODBCError) -> Bool {
        error.records.contains { record in
            permissionNumbers.contains(record.native) || record.message.lowercased().contains("permission denied")
        }
    }
}
