package import Engines
package import Platform
package import Primitives

/// A member of a request: not sent, sent as null, or sent.
package enum Given<Value: Sendable & Equatable>: Sendable, Equatable {
    case absent, null
    case value(Value)

    var isValue: Bool {
        if case .value = self { return true }
        return false
    }

    /// The value; null for null; `fallback` when nothing was sent.
    func or(_ fallback: Value?) -> Value? {
        switch self {
        case .absent: fallback
        case .null: nil
        case .value(let value): value
        }
    }
}

/// What a request says of a server: the body of POST, PUT, PATCH and of connection tests.
package struct ServerInput: Sendable, Equatable {
    package var name = Given<String>.absent
    package var engine = Given<EngineKind>.absent
    package var hostname = Given<String>.absent
    package var port = Given<Int>.absent
    package var instanceName = Given<String>.absent
    package var database = Given<String>.absent
    package var authType = Given<TargetAuthentication>.absent
    package var username = Given<String>.absent
    package var password = Given<String>.absent
    package var credentialID = Given<Credential.ID>.absent
    package var encrypt = Given<Bool>.absent
    package var trustServerCertificate = Given<Bool>.absent
    /// Nil: leave them as they are.
    package var groupIDs: [ServerGroup.ID]?
    package var labels: [String]?
    /// Test first, and change nothing when the test fails.
    package var validate = false

    package init() {}

    /// Reads the body's members. Failures stay in `body` until its `finish()`.
    package init(_ body: FieldReader) {
        name = Self.given("name", body) { $0.optionalString("name", ServerConfiguration.nameLengths)?.trimmingSpaces() }
        engine = Self.given("engine", body) { $0.optionalChoice("engine", EngineKind.self) }
        hostname = Self.given(body.isPresent("hostname") ? "hostname" : "host", body) {
            $0.optionalString(
                "hostname", 1...(ServerAddress.hostnameLengthMax + ServerAddress.instanceNameLengthMax + 10), aliases: ["host"])
        }
        port = Self.given("port", body) { $0.optionalInt("port", 1...65_535) }
        instanceName = Self.text("instanceName", body, 0...ServerAddress.instanceNameLengthMax)
        database = Self.text("database", body, ServerConfiguration.databaseLengths)
        authType = Self.given("authType", body) { $0.optionalChoice("authType", TargetAuthentication.self) }
        username = Self.text("username", body, ServerConfiguration.usernameLengths)
        password = Self.given("password", body) { $0.optionalSecret("password", ServerConfiguration.passwordLengths) }
        if password == .value("") { password = .null }
        credentialID = Self.given("credentialId", body) { $0.optionalID("credentialId", of: Credential.self) }
        if case .value = credentialID {
            for (field, isSent) in [("username", username.isValue), ("password", password.isValue)] where isSent {
                body.fail(field, "comes from the credential profile; send one or the other")
            }
        }
        encrypt = Self.given("encrypt", body) { $0.optionalBool("encrypt") }
        trustServerCertificate = Self.given("trustServerCertificate", body) { $0.optionalBool("trustServerCertificate") }
        groupIDs = body.optionalIDs("groupIds", max: ServerConfiguration.groupCountMax)
        labels = body.optionalStrings("labels", max: ServerConfiguration.labelCountMax, length: Label.nameLengths)?.map {
            $0.trimmingSpaces()
        }
        validate = body.bool("validate", default: false)
        for (field, isNull) in [
            ("name", name == .null), ("engine", engine == .null), ("hostname", hostname == .null), ("authType", authType == .null),
            ("encrypt", encrypt == .null), ("trustServerCertificate", trustServerCertificate == .null),
        ] where isNull && (body.isNull(field) || body.isNull("host")) {
            body.fail(field, "must not be null")
        }
    }

    private static func given<Value>(_ name: String, _ body: FieldReader, _ read: (FieldReader) -> Value?) -> Given<Value> {
        guard let value = read(body) else { return body.isPresent(name) ? .null : .absent }
        return .value(value)
    }

    /// A text for which empty means none.
    private static func text(_ name: String, _ body: FieldReader, _ lengths: ClosedRange<Int>) -> Given<String> {
        let text = given(name, body) { $0.optionalString(name, lengths) }
        return text == .value("") ? .null : text
    }

    /// The configuration that this input makes of `base`; all that was not sent is `base`'s. Pure.
    ///
    /// - Parameter base: the stored configuration for PATCH; nil for POST, PUT and tests, which begin with the defaults.
    /// - Parameter nameRequired: false for tests, which keep nothing.
    /// - Throws: `VALIDATION_ERROR` with every failing field.
    package func configuration(on base: ServerConfiguration?, nameRequired: Bool = true) throws(AppError) -> ServerConfiguration {
        var failures: [AppError.Detail] = []
        func fail(_ field: String, _ reason: String) { failures.append(.init(field: field, reason: reason)) }

        let engine = engine.or(base?.engine) ?? .sqlserver
        let name = name.or(base?.name) ?? ""
        if nameRequired, name.isEmpty { fail("name", "is required") }

        var spelled = ServerAddress(hostname: base?.hostname ?? "", port: nil, instanceName: nil)
        if case .value(let text) = hostname {
            do { spelled = try ServerAddress(spelled: text) } catch { fail("hostname", error.reason) }
        } else if base == nil {
            fail("hostname", "is required")
        }

        if spelled.isSocketDirectory, engine != .postgresql { fail("hostname", "a socket's directory is for PostgreSQL only") }

        var instance = instanceName.or(spelled.instanceName ?? (hostname == .absent ? base?.instanceName : nil))
        if let both = spelled.instanceName, case .value(let field) = instanceName, both.lowercased() != field.lowercased() {
            fail("instanceName", "is another one than in the host, \(both)")
        }
        if let name = instance, !ServerAddress.isInstanceName(name) {
            fail("instanceName", "has letters, digits and _ $ # - only")
        }
        if instance != nil, engine != .sqlserver { fail("instanceName", "is for SQL Server only") }
        if instance?.uppercased() == "MSSQLSERVER" { instance = nil }

        if let both = spelled.port, case .value(let field) = port, both != field {
            fail("port", "is another one than in the host, \(both)")
        }
        // An unchanged address keeps its port; another engine brings its own, unless the port was somebody's choice.
        let kept = base.flatMap { $0.port == $0.engine.defaultPort ? nil : $0.port }
        let port: Int
        switch self.port {
        case .value(let number): port = number
        case .null: port = spelled.port ?? engine.defaultPort
        case .absent: port = spelled.port ?? kept ?? engine.defaultPort
        }

        let authType = authType.or(base?.authType) ?? .sql
        if authType == .windows, engine != .sqlserver { fail("authType", "windows is for SQL Server only") }

        let credential = credentialID.or(base?.credentialID)
        if credential != nil, username.isValue || password.isValue, !credentialID.isValue {
            let field = username.isValue ? "username" : "password"
            fail(field, "comes from the credential profile; send credentialId null to take the server off it")
        }

        if let first = failures.first {
            throw AppError(
                .validationError, failures.count == 1 ? "\(first.field): \(first.reason)" : "\(failures.count) fields are not valid",
                details: failures)
        }
        return ServerConfiguration(
            name: name, engine: engine, hostname: spelled.hostname, port: port, instanceName: instance,
            database: database.or(base?.database),
            authType: authType, username: credential == nil ? username.or(base?.username) : nil, credentialID: credential,
            encrypt: encrypt.or(base?.encrypt) ?? true,
            trustServerCertificate: trustServerCertificate.or(base?.trustServerCertificate) ?? false)
    }

    /// For PUT: a server stays on its credential profile unless the request says how else it signs in, as its password stays.
    func keepingCredential(of stored: ServerConfiguration) -> ServerInput {
        guard credentialID == .absent, !username.isValue, !password.isValue, let kept = stored.credentialID else { return self }
        var input = self
        input.credentialID = .value(kept)
        return input
    }
}
