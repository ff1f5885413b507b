import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Primitives

/// Where the CLI's sign-in is kept: one file, 0600, in ~/.config/dbtools.
struct StoredSignIn: Codable {
    var url: String
    var email: String
    var accessToken: String
    var refreshToken: String
    var expiresAt: Date

    static func path(_ environment: [String: String]) -> String {
        let home = environment["XDG_CONFIG_HOME"] ?? ((environment["HOME"] ?? "/root") + "/.config")
        return home + "/dbtools/sign-in.json"
    }

    static func load() throws -> StoredSignIn {
        guard let bytes = FileManager.default.contents(atPath: path(ProcessInfo.processInfo.environment)) else {
            throw Failure("Nobody is signed in: run dbtools login first.")
        }
        guard let stored = try? JSONDecoder().decode(StoredSignIn.self, from: bytes) else {
            throw Failure("The stored sign-in cannot be read: run dbtools login again.")
        }
        return stored
    }

    func save() throws {
        let path = Self.path(ProcessInfo.processInfo.environment)
        let folder = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try PrivateFile.write(Array(try JSONEncoder().encode(self)), to: path)
    }
}

/// The CLI's side of the HTTP API.
struct APIClient {
    static let answerBytesMax = 256 << 20
    static let timeoutSeconds: Int64 = 65

    let isInsecure: Bool

    struct Answer {
        let status: Int
        let headers: [(String, String)]
        let body: [UInt8]
    }

    func send(_ method: String, _ url: String, headers: [(String, String)], body: [UInt8]?) async throws -> Answer {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        // "Nobody listens there" is to be said at once, not after a minute of trying.
        configuration.connectionPool.retryConnectionEstablishment = false
        if isInsecure { configuration.tlsConfiguration?.certificateVerification = .none }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            var request = HTTPClientRequest(url: url)
            request.method = .init(rawValue: method)
            for (name, value) in headers { request.headers.add(name: name, value: value) }
            if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
            let response = try await client.execute(request, timeout: .seconds(Self.timeoutSeconds))
            let bytes = try await response.body.collect(upTo: Self.answerBytesMax)
            try await client.shutdown()
            return Answer(
                status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) }, body: Array(buffer: bytes))
        } catch let error as HTTPClientError {
            try? await client.shutdown()  // the first error is the one to tell
            throw Failure("\(url) does not answer: \(error.shortDescription).")
        } catch {
            try? await client.shutdown()  // as above
            throw Failure("\(url) cannot be reached: is dbtools serve running there? (\(error))")
        }
    }

    /// Signs in or renews; returns what to store.
    func signIn(_ url: String, email: String, path: String, body: JSONValue) async throws -> StoredSignIn {
        var writer = JSONWriter()
        body.write(to: &writer)
        let answer = try await send("POST", url + path, headers: [("Content-Type", "application/json")], body: writer.bytes)
        let json = try? JSONValue.parse(answer.body)  // not JSON: the status tells
        guard answer.status == 200, let access = json?["access_token"]?.string, let refresh = json?["refresh_token"]?.string else {
            throw Failure(json?["error"]?["message"]?.string ?? "Signing in failed with status \(answer.status).")
        }
        let seconds = json?["expires_in"]?.int ?? 1_800
        return StoredSignIn(
            url: url, email: email, accessToken: access, refreshToken: refresh, expiresAt: Date().addingTimeInterval(Double(seconds) - 30))
    }
}

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Signs in for dbtools api, and keeps the sign-in (0600, ~/.config/dbtools).",
        discussion: """
            The password is asked for, or read from standard input.

            Examples:
              dbtools login admin@example.com
              dbtools login ann@example.com --url https://dbtools.example.com
            """)

    @Argument(help: "The address to sign in with.") var email: String
    @Option(help: "Where DbTools is (DBTOOLS_URL).") var url: String?
    @Flag(help: "Take any certificate, such as one made by --tls-self-signed.") var insecure = false

    func run() async throws {
        let url = url ?? ProcessInfo.processInfo.environment["DBTOOLS_URL"] ?? "http://127.0.0.1:8080"
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        let password = try PasswordPrompt.ask("Password for \(email): ", isNew: false)
        let stored = try await APIClient(isInsecure: insecure).signIn(
            base, email: email, path: "/api/v1/auth/login", body: ["email": .string(email), "password": .string(password)])
        try stored.save()
        Terminal.say("Signed in to \(base) as \(email).")
    }
}

struct APICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api", abstract: "Makes any call of the HTTP API with the stored sign-in.",
        discussion: """
            The path may leave out /api/v1. The answer's body goes to standard output; exit code 1 for an error answer.

            Examples:
              dbtools api GET /servers -t demo
              dbtools api POST /groups -t demo -d '{"name":"Production"}'
              dbtools api POST /servers -t demo -d @server.json
              cat server.json | dbtools api POST /servers -t demo -d -
            """)

    @Argument(help: "GET, POST, PUT, PATCH or DELETE.") var method: String
    @Argument(help: "Such as /servers or /api/v1/servers?limit=5.") var path: String
    @Option(name: .shortAndLong, help: "The body: JSON, @file, or - for standard input.") var data: String?
    @Option(name: .shortAndLong, help: "The tenant's slug.") var tenant: String?
    @Option(name: [.customShort("H"), .long], help: "A further header, \"Name: value\"; may be repeated.") var header: [String] = []
    @Flag(name: .shortAndLong, help: "Show the status and the headers too, on standard error.") var include = false
    @Flag(help: "Take any certificate.") var insecure = false

    func validate() throws {
        guard ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"].contains(method.uppercased()) else {
            throw ValidationError("\"\(method)\" is not one of GET, POST, PUT, PATCH, DELETE.")
        }
        for line in header where !line.contains(":") { throw ValidationError("A header is \"Name: value\", not \"\(line)\".") }
    }

    func run() async throws {
        let client = APIClient(isInsecure: insecure)
        var stored = try StoredSignIn.load()
        if stored.expiresAt < Date() { stored = try await renewed(stored, client) }
        let body = try bytes()
        var answer = try await client.send(
            method.uppercased(), stored.url + fullPath, headers: headers(stored, hasBody: body != nil), body: body)
        if answer.status == 401 {
            stored = try await renewed(stored, client)
            answer = try await client.send(
                method.uppercased(), stored.url + fullPath, headers: headers(stored, hasBody: body != nil), body: body)
        }
        if include { Terminal.error("\(answer.status)\n" + answer.headers.map { "\($0.0): \($0.1)" }.joined(separator: "\n") + "\n") }
        FileHandle.standardOutput.write(Data(answer.body))
        if let last = answer.body.last, last != 0x0A { Terminal.say("") }
        guard (200..<400).contains(answer.status) else {
            if answer.body.isEmpty { Terminal.error("dbtools: the answer was \(answer.status)") }
            throw ExitCode(1)
        }
    }

    private func renewed(_ stored: StoredSignIn, _ client: APIClient) async throws -> StoredSignIn {
        let renewed = try await client.signIn(
            stored.url, email: stored.email, path: "/api/v1/auth/refresh", body: ["refresh_token": .string(stored.refreshToken)])
        try renewed.save()
        return renewed
    }

    private var fullPath: String {
        let path = path.hasPrefix("/") ? path : "/" + path
        let isRoot = ["/api/", "/health", "/ready", "/metrics"].contains { path.hasPrefix($0) } && !path.hasPrefix("/metrics/")
        return isRoot ? path : "/api/v1" + path
    }

    private func headers(_ stored: StoredSignIn, hasBody: Bool) -> [(String, String)] {
        var headers = [("Authorization", "Bearer \(stored.accessToken)")]
        if let tenant { headers.append(("X-Tenant-Slug", tenant)) }
        if hasBody { headers.append(("Content-Type", "application/json")) }
        for line in header {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            headers.append((parts[0], parts.count > 1 ? parts[1] : ""))
        }
        return headers
    }

    private func bytes() throws -> [UInt8]? {
        guard let data else { return nil }
        if data == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        guard data.hasPrefix("@") else { return Array(data.utf8) }
        guard let bytes = FileManager.default.contents(atPath: String(data.dropFirst())) else {
            throw Failure("Cannot read \(data.dropFirst()).")
        }
        return Array(bytes)
    }
}
