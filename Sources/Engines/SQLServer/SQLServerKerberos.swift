import Foundation

/// Windows authentication from Linux is Kerberos: both drivers take the ticket that MIT's library finds for the user DbTools runs as.
enum SQLServerKerberos {
    /// Whether that library would find nothing to sign in with; nil when only it can tell (a cache that is no file).
    ///
    /// The order is MIT's own: KRB5CCNAME, else FILE:/tmp/krb5cc_UID; a client keytab fetches a ticket where there is none
    /// (https://web.mit.edu/kerberos/krb5-latest/doc/basic/ccache_def.html, keytab_def.html).
    static func isTicketMissing(environment: [String: String], userID: UInt32, fileExists: (String) -> Bool) -> Bool? {
        if let keytab = environment["KRB5_CLIENT_KTNAME"], fileExists(path(keytab) ?? keytab) { return false }
        let name = environment["KRB5CCNAME"] ?? "FILE:/tmp/krb5cc_\(userID)"
        guard let file = path(name) else { return nil }
        return !fileExists(file)
    }

    /// The file that a name such as `FILE:/tmp/krb5cc_0` or `/tmp/krb5cc_0` means; nil: another kind of cache.
    private static func path(_ name: String) -> String? {
        if name.hasPrefix("/") { return name }
        return name.hasPrefix("FILE:") ? String(name.dropFirst("FILE:".count)) : nil
    }

    /// What to do when a sign-in with Windows authentication failed on a server that answers.
    static func explained(_ target: Target, port: Int) -> EngineError {
        let isMissing = isTicketMissing(
            environment: ProcessInfo.processInfo.environment, userID: getuid(), fileExists: FileManager.default.fileExists(atPath:))
        if isMissing == true {
            return EngineError(
                .authFailed,
                "Windows authentication with \(target.hostname) needs a Kerberos ticket, and DbTools has none: run kinit as the user that DbTools "
                    + "runs as, or name a keytab in KRB5_CLIENT_KTNAME, or use SQL Server authentication.")
        }
        return EngineError(
            .authFailed,
            "\(target.hostname) and DbTools could not agree on Windows authentication (Kerberos): check with klist that the ticket is valid, that its "
                + "account has a login on the server, and that the name MSSQLSvc/\(target.hostname):\(port) is registered for the server's account.")
    }
}
