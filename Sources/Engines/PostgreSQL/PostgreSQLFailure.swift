import Postgres

/// Turns what libpq and the server said into a code and a sentence.
struct PostgreSQLFailure {
    let target: Target

    private var place: String { "\(target.hostname), port \(target.port)" }

    /// What a failed connect means; nil when libpq's words do not tell. libpq gives no SQLSTATE for it, only the server's words.
    func explained(_ error: PostgresError) -> EngineError? {
        let words = error.message
        let user = target.username.map { " \($0)" } ?? ""
        if words.contains("no pg_hba.conf entry") || words.contains("pg_hba.conf rejects") {
            let encryption = words.contains("no encryption") ? " without encryption" : ""
            return EngineError(
                .authFailed,
                "\(target.hostname) does not let the role\(user) in from the DbTools host\(encryption): add a line to its pg_hba.conf and reload it."
            )
        }
        switch error.sqlState {
        case "28P01", "28000":
            return EngineError(
                .authFailed, "\(target.hostname) refused the role\(user): check user name and password, and the line in its pg_hba.conf.")
        case "3D000", "42501":
            let database = target.database ?? "postgres"
            return EngineError(
                .databaseNotFound,
                "The database \(database) does not exist on \(target.hostname), or the role\(user) may not connect to it: check its name, or grant CONNECT."
            )
        case "53300":
            return EngineError(.unreachable, "\(target.hostname) has no free connection: raise max_connections, or close idle ones.")
        case "57P03":
            return EngineError(.unreachable, "\(target.hostname) is starting up, shutting down or recovering: try again in a moment.")
        default: return explained(words: words)
        }
    }

    private func explained(words: String) -> EngineError? {
        if words.contains("authentication failed") || words.contains("is not permitted to log in") {
            return EngineError(
                .authFailed, "\(target.hostname) refused the role: check user name and password, and the line in its pg_hba.conf.")
        }
        if words.contains("does not support SSL") {
            return EngineError(
                .tlsFailed,
                "\(place) offers no encryption, but this connection requires it: set ssl = on on the server, or turn encryption off for this server."
            )
        }
        if words.contains("does not match host name") {
            return EngineError(
                .tlsFailed,
                "The certificate of \(place) is issued for another name than \(target.hostname): use the name in it, or choose to trust the server's certificate."
            )
        }
        if words.contains("certificate verify failed") || words.contains("root certificate file") {
            return EngineError(
                .tlsFailed,
                "The certificate of \(place) is not signed by an authority that DbTools trusts: install its authority's certificate, or choose to trust the server's certificate."
            )
        }
        if words.contains("no answer within") || words.contains("timeout expired") {
            return EngineError(
                .timeout,
                "\(place) accepts connections but did not complete the sign-in in time: check that PostgreSQL listens there and is not overloaded."
            )
        }
        if words.contains("No such file or directory") {
            return EngineError(.unreachable, "No server listens on the socket in \(target.hostname): check that PostgreSQL runs.")
        }
        return nil
    }

    /// What a failed connect means, once the port has been asked what it is.
    func explained(_ error: PostgresError, greeting: Greeting) -> EngineError {
        if let other = greeting.explained(target, port: target.port) { return other }
        if error.message.contains("SSL error") {
            return EngineError(.tlsFailed, "Encryption with \(place) could not be agreed: check the server's certificate and TLS versions.")
        }
        return unexplained(error)
    }

    /// A failure that nothing explains.
    func unexplained(_ error: PostgresError) -> EngineError {
        EngineError(.protocolError, "The server on \(place) did not answer as PostgreSQL does: \(SQLServerFailure.sentence(error.message))")
    }

    /// What a failed statement on an open connection means.
    func whileReading(_ error: PostgresError) -> EngineError {
        if error.isInsufficientPrivilege {
            return EngineError(
                .noPermissions, "The role may not read what DbTools needs: \(SQLServerFailure.sentence(error.message))", isPermission: true)
        }
        if error.isCancelled { return EngineError(.timeout, "\(place) did not answer in time: check whether the server is overloaded or blocked, then try again.") }
        if error.isConnectionFailure {
            return EngineError(.unreachable, "The connection to \(place) broke: the server was stopped, or the network failed.")
        }
        return EngineError(
            .protocolError, "\(place) refused what DbTools asked (\(error.sqlState)): \(SQLServerFailure.sentence(error.message))")
    }
}
