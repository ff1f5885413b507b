import Engines
import Foundation
package import Hummingbird
package import Platform
import Primitives

/// What helps before a server is added: the script for its login, and which groups and labels it may want.
package struct OnboardingRoutes: Sendable {
    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("servers/login-script", use: loginScript)
        group.get("servers/suggestions", use: suggestions)
    }

    /// GET /servers/login-script: nothing is stored. 400.
    @Sendable func loginScript(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .testConnections)
        let query = QueryReader(request)
        let engine = query.choice("engine", EngineKind.self) ?? .sqlserver
        let username = query.string("username", 1...ServerConfiguration.usernameLengths.upperBound) ?? "dbtools"
        let authType = query.choice("authType", TargetAuthentication.self) ?? .sql
        let version = query.string("version", 1...100)
        let database = query.string("database", 1...ServerConfiguration.databaseLengths.upperBound)
        let host = query.string("host", 1...255) ?? "%"
        let isGenerated = (query.bool("generatePassword") ?? false) && authType == .sql
        let password = isGenerated ? GeneratedPassword.make() : nil
        let script = LoginScript(
            engine: engine, username: username, authType: authType, password: password, version: version, database: database, host: host)
        for refusal in script.refusals { query.fail(refusal.field, refusal.reason) }
        try query.finish()
        let reply: JSONValue = [
            "engine": .string(engine.rawValue), "authType": .string(authType.rawValue), "username": .string(username),
            "script": .string(script.text), "password": JSONValue(password), "passwordPlaceholder": JSONValue(script.placeholderInText),
            "notes": .array(script.notes.map { .string($0) }),
        ]
        return json(bytes: Array(reply.text.utf8), headers: [.cacheControl: "no-store"])
    }

    /// GET /servers/suggestions. 400.
    @Sendable func suggestions(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        let query = QueryReader(request)
        let hostname = query.string("hostname", 0...365) ?? ""
        let name = query.string("name", 0...100) ?? ""
        let engine = query.choice("engine", EngineKind.self)
        try query.finish()
        let known = try await databases.read(context.requireTenant()) { try KnownServer.all(engine: engine, on: $0) }
        let found = ServerSuggestions(name: name, hostname: hostname, known: known.servers, groups: known.groups, labels: known.labels)
        let reply: JSONValue = [
            "groups": .array(
                found.groups.map { suggestion in
                    [
                        "id": .string(suggestion.group.id.description), "name": .string(suggestion.group.name),
                        "color": JSONValue(suggestion.group.color), "textColor": JSONValue(suggestion.group.color.flatMap(Color.text)),
                        "dynamic": false, "reason": .string(suggestion.reason),
                    ]
                }),
            "labels": .array(
                found.labels.map { suggestion in
                    [
                        "name": .string(suggestion.name), "color": .string(suggestion.color),
                        "textColor": JSONValue(Color.text(on: suggestion.color)), "exists": .bool(suggestion.exists),
                        "reason": .string(suggestion.reason),
                    ]
                }),
        ]
        return json(bytes: Array(reply.text.utf8))
    }
}

/// A password for a login that nobody types.
enum GeneratedPassword {
    static let length = 24
    /// Without what is mistaken for another (0 O 1 l I), and without what a shell or a connection string would want quoted.
    private static let letters: [[Character]] = [
        Array("ABCDEFGHJKLMNPQRSTUVWXYZ"), Array("abcdefghijkmnopqrstuvwxyz"), Array("23456789"), Array("-_.+"),
    ]

    /// Random, from the system's generator, with a character of each kind: policies of SQL Server ask for three.
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let all = letters.flatMap { $0 }
        var characters = letters.compactMap { $0.randomElement(using: &generator) }
        while characters.count < length { characters += [all.randomElement(using: &generator)].compactMap { $0 } }
        characters.shuffle(using: &generator)
        return String(characters)
    }
}
