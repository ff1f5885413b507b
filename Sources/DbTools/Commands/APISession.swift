import ArgumentParser
import Foundation
import Primitives

/// The options of every command that asks a running DbTools.
struct APIOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "The tenant's slug (DBTOOLS_TENANT).") var tenant: String?
    @Flag(help: "Take any certificate.") var insecure = false
    @Flag(help: "Show the answer as JSON.") var json = false

    /// A session with the stored sign-in. Throws `Failure` when nobody is signed in, `ValidationError` without a tenant.
    func open() throws -> APISession {
        guard let tenant = tenant ?? ProcessInfo.processInfo.environment["DBTOOLS_TENANT"], !tenant.isEmpty else {
            throw ValidationError("Name the tenant: --tenant SLUG, or DBTOOLS_TENANT.")
        }
        return APISession(client: APIClient(isInsecure: insecure), stored: try StoredSignIn.load(), tenant: tenant)
    }
}

/// Calls of the HTTP API in the name of whoever signed in; the sign-in is renewed when it has run out.
struct APISession {
    let client: APIClient
    var stored: StoredSignIn
    let tenant: String

    /// An answer of the API: its status, and its body where that is JSON.
    struct Answer {
        let status: Int
        let json: JSONValue
        let headers: [(String, String)]
        let body: [UInt8]

        func header(_ name: String) -> String? { headers.first { $0.0.lowercased() == name.lowercased() }?.1 }
    }

    /// Sends a request below /api/v1. Throws `Failure` with the API's own sentence for anything but 2xx.
    mutating func send(
        _ method: String, _ path: String, _ body: JSONValue? = nil, bytes: [UInt8]? = nil, type: String = "application/json",
        accept: String? = nil
    ) async throws -> Answer {
        let bytes = bytes ?? body.map { Array($0.text.utf8) }
        if stored.expiresAt < Date() { try await renew() }
        var answer = try await client.send(method, stored.url + "/api/v1" + path, headers: headers(bytes, type, accept), body: bytes)
        if answer.status == 401 {
            try await renew()
            answer = try await client.send(method, stored.url + "/api/v1" + path, headers: headers(bytes, type, accept), body: bytes)
        }
        let json = (try? JSONValue.parse(answer.body)) ?? .null  // a file, or nothing
        guard (200..<300).contains(answer.status) else { throw Failure(Self.sentence(answer.status, json)) }
        return Answer(status: answer.status, json: json, headers: answer.headers, body: answer.body)
    }

    private mutating func renew() async throws {
        stored = try await client.signIn(
            stored.url, email: stored.email, path: "/api/v1/auth/refresh", body: ["refresh_token": .string(stored.refreshToken)])
        try stored.save()
    }

    private func headers(_ bytes: [UInt8]?, _ type: String, _ accept: String?) -> [(String, String)] {
        var headers = [("Authorization", "Bearer \(stored.accessToken)"), ("X-Tenant-Slug", tenant)]
        if let accept { headers.append(("Accept", accept)) }
        return bytes == nil ? headers : headers + [("Content-Type", type)]
    }

    private static func sentence(_ status: Int, _ json: JSONValue) -> String {
        guard let message = json["error"]?["message"]?.string else { return "The answer was \(status)." }
        let details = (json["error"]?["details"]?.array ?? []).map { "\($0["field"]?.string ?? "") \($0["reason"]?.string ?? "")" }
        return details.count > 1 ? message + "\n  " + details.joined(separator: "\n  ") : message
    }

    /// All pages of a list, at most `countMax` items.
    mutating func all(_ path: String, countMax: Int) async throws -> (items: [JSONValue], total: Int) {
        var items: [JSONValue] = []
        var next: String? = path + (path.contains("?") ? "&" : "?") + "limit=1000"
        var total = 0
        while let page = next, items.count < countMax {
            let answer = try await send("GET", page)
            items += answer.json.array ?? []
            total = answer.header("X-Total-Count").flatMap(Int.init) ?? items.count
            next = answer.header("Link").flatMap(Self.next)
        }
        return (Array(items.prefix(countMax)), total)
    }

    /// `</api/v1/servers?cursor=x>; rel="next"` as `/servers?cursor=x`.
    private static func next(_ link: String) -> String? {
        guard link.hasSuffix("rel=\"next\""), let end = link.firstIndex(of: ">") else { return nil }
        let path = link[link.index(after: link.startIndex)..<end]
        return path.hasPrefix("/api/v1") ? String(path.dropFirst("/api/v1".count)) : String(path)
    }

    // MARK: What people name

    /// The server with this name (without regard to case) or id. Throws `Failure` when there is none, or `name` is a part of several.
    mutating func server(_ name: String) async throws -> JSONValue {
        if UUID(uuidString: name) != nil { return try await send("GET", "/servers/\(name.lowercased())").json }
        let found = try await all("/servers?q=\(Self.encoded(name))", countMax: 10_000).items
        guard let server = found.first(where: { $0["name"]?.string?.lowercased() == name.lowercased() }) else {
            throw Failure("There is no server called “\(name)”.")
        }
        return server
    }

    /// Text for a query.
    static func encoded(_ text: String) -> String {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    }

    // MARK: Long work

    /// Seconds between two looks at an operation.
    static let pollSeconds = 0.5

    /// Waits for an operation with a progress bar; returns it as it ended.
    mutating func wait(for id: String) async throws -> JSONValue {
        while true {
            let operation = try await send("GET", "/operations/\(id)").json
            let (done, total) = (operation["progress"]?["done"]?.int ?? 0, operation["progress"]?["total"]?.int ?? 0)
            let status = operation["status"]?.string ?? ""
            let hasEnded = operation["endedAt"]?.string != nil
            if Terminal.showsProgress, total > 0 {
                Terminal.progress(status, done: Int(done), total: Int(total))
                if hasEnded, done < total { Terminal.error("") }
            }
            if hasEnded { return operation }
            try await Task.sleep(for: .seconds(Self.pollSeconds))
        }
    }

    /// Says how an operation ended, and names what failed. Throws `ExitCode` 1 unless it succeeded.
    mutating func report(_ operation: JSONValue, asJSON: Bool) async throws {
        if asJSON {
            Terminal.say(operation.text)
        } else {
            Terminal.say("\(operation["title"]?.string ?? ""): \(operation["progress"]?["message"]?.string ?? "").")
            if let failed = operation["counts"]?["failed"]?.int, failed > 0, let id = operation["id"]?.string {
                let items = try await all("/operations/\(id)/items?status=failed", countMax: Self.shownFailureCountMax).items
                for item in items {
                    Terminal.error("  \(item["position"]?.int ?? 0) \(item["name"]?.string ?? ""): \(item["message"]?.string ?? "")")
                }
                let more = failed - Int64(items.count)
                if more > 0 { Terminal.error("  ... and \(more) more: dbtools operation show \(id) --items") }
            }
        }
        guard operation["status"] == "succeeded" else { throw ExitCode(1) }
    }

    static let shownFailureCountMax = 20
}
