import Foundation
import Primitives
import Testing

@testable import DbTools

/// `dbtools serve` as a process of its own, in a folder that goes with the test.
final class Served {
    static let email = "admin@example.com"
    static let password = "correct horse battery"
    /// A busy machine with a debug build; the figures that count are asserted by themselves.
    static let readySecondsMax = 60.0

    let folder: TemporaryDirectory
    let data: String
    private(set) var process = Process()
    private(set) var url = ""

    init() throws {
        folder = try TemporaryDirectory()
        data = folder.path + "/data"
    }

    deinit {
        for process in all where process > 1 { kill(process, SIGKILL) }
    }

    /// The program that these tests were built with.
    static var program: String {
        get throws {
            let beside = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path + "/dbtools"
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
            let candidates: [String] = [beside, root + "/.build/debug/dbtools"]
            return try #require(candidates.first { access($0, X_OK) == 0 }, "dbtools is not built")
        }
    }

    /// Starts it and waits until it answers.
    func start(_ arguments: [String] = [], environment: [String: String] = [:]) async throws {
        unlink(data + "/run/api.port")
        process = Process()
        process.executableURL = URL(filePath: try Self.program)
        process.arguments = ["serve", "--data-dir", data, "--port", "0", "--log-level", "warning"] + arguments
        process.environment = Self.environment.merging(environment) { $1 }
        process.standardOutput = FileHandle(forWritingAtPath: "/dev/null")
        try process.run()
        try await untilReady()
    }

    func untilReady() async throws {
        try await until("ready", seconds: Self.readySecondsMax) { [self] in
            guard process.isRunning else { throw Failure("serve ended with \(process.terminationStatus)") }
            guard let port = APIReady.port(DataDirectory(data)) else { return false }
            url = "http://127.0.0.1:\(port)"
            return await status("/ready") == 200
        }
    }

    private func status(_ path: String) async -> Int? {
        try? await APIClient(isInsecure: false).send("GET", url + path, headers: [], body: nil).status
    }

    static var environment: [String: String] {
        ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "DBTOOLS_ADMIN_EMAIL": email, "DBTOOLS_ADMIN_PASSWORD": password]
    }

    /// Runs another command on the same data directory.
    func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> (
        code: Int32, output: String, error: String
    ) {
        try Self.run(arguments + ["--data-dir", data], input: input, environment: environment)
    }

    static func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> (
        code: Int32, output: String, error: String
    ) {
        let process = Process()
        process.executableURL = URL(filePath: try program)
        process.arguments = arguments
        process.environment = Self.environment.merging(environment) { $1 }
        let (standardInput, output, error) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = error
        try process.run()
        standardInput.fileHandleForWriting.write(Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let errors = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text, errors)
    }

    /// As `run`, on a thread of its own: for commands that take long, which would hold up the other tests.
    static func runAside(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) async throws -> (code: Int32, output: String, error: String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try run(arguments, input: input, environment: environment) }) }.start()
        }
    }

    /// Asks it to stop, and tells how long that took.
    func stop() async throws -> Double {
        let startedAt = ContinuousClock.now
        kill(process.processIdentifier, SIGTERM)
        try await until("stopped", seconds: 30) { [self] in !process.isRunning }
        return Double((ContinuousClock.now - startedAt).components.attoseconds) / 1e18
            + Double((ContinuousClock.now - startedAt).components.seconds)
    }

    func child(_ name: String) -> pid_t? {
        guard let text = try? String(contentsOfFile: "\(data)/run/\(name).pid", encoding: .utf8) else { return nil }
        return text.split(separator: " ").first.flatMap { pid_t($0) }
    }

    var postmaster: pid_t? {
        guard let text = try? String(contentsOfFile: "\(data)/postgres/data/postmaster.pid", encoding: .utf8) else { return nil }
        return text.split(separator: "\n").first.flatMap { pid_t($0) }
    }

    var all: [pid_t] {
        [process.isRunning ? process.processIdentifier : nil, child("api"), child("collector-0"), postmaster].compactMap { $0 }
    }

    /// Without a PostgreSQL, which may be another's.
    var own: [pid_t] { [process.isRunning ? process.processIdentifier : nil, child("api"), child("collector-0")].compactMap { $0 } }

    func signIn() async throws -> StoredSignIn {
        try await APIClient(isInsecure: false).signIn(
            url, email: Self.email, path: "/api/v1/auth/login", body: ["email": .string(Self.email), "password": .string(Self.password)])
    }

    /// Calls the API as the administrator.
    func call(_ method: String, _ path: String, tenant: String? = nil, _ body: String? = nil) async throws -> (status: Int, body: String) {
        let headers = [("Authorization", "Bearer \(try await signIn().accessToken)"), ("Content-Type", "application/json")]
        let answer = try await APIClient(isInsecure: false).send(
            method, url + "/api/v1" + path, headers: headers + (tenant.map { [("X-Tenant-Slug", $0)] } ?? []),
            body: body.map { Array($0.utf8) })
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }
}

/// Waits for a signal from outside, with a time-out.
func until(_ what: String, seconds: Double, _ holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try await !holds() {
        guard ContinuousClock.now < deadline else { throw Failure("not \(what) within \(seconds) s") }
        try await Task.sleep(for: .milliseconds(20))
    }
}
