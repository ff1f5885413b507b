import Foundation
import Logging
import Testing

@testable import DbTools

@Suite struct ProcessFilesTests {
    @Test func aForeignProcessIsNeverEnded() async throws {
        let directory = try TemporaryDirectory()
        let stranger = Process()
        stranger.executableURL = URL(filePath: "/bin/sleep")
        stranger.arguments = ["60"]
        try stranger.run()
        defer { stranger.terminate() }
        // The note is right in number and time, but the process is none of ours.
        ProcessFiles.note(stranger.processIdentifier, name: "api", directory: directory.path)
        // And here the number has been used again since.
        try "\(stranger.processIdentifier) 1\n".write(toFile: directory.path + "/collector-0.pid", atomically: true, encoding: .utf8)
        #expect(await ProcessFiles.endLeftOvers(directory: directory.path, logger: Logger(label: "test")) == 0)
        #expect(stranger.isRunning)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }

    @Test func aNotedChildThatIsGoneIsForgotten() async throws {
        let directory = try TemporaryDirectory()
        try "999999999 5\n".write(toFile: directory.path + "/api.pid", atomically: true, encoding: .utf8)
        try "nonsense".write(toFile: directory.path + "/simulator.pid", atomically: true, encoding: .utf8)
        #expect(await ProcessFiles.endLeftOvers(directory: directory.path, logger: Logger(label: "test")) == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
}

@Suite struct DataDirectoryTests {
    @Test func aSecondLockTellsWhoHasTheFirst() throws {
        let folder = try TemporaryDirectory()
        let directory = DataDirectory(folder.path + "/data")
        try directory.make()
        let lock = try directory.lock("serve")
        let error = #expect(throws: Failure.self) { _ = try directory.lock("restore") }
        #expect("\(try #require(error))".contains("process \(getpid())"))
        #expect(directory.isLocked)
        withExtendedLifetime(lock) {}
    }
}

/// A folder that goes with the test; PostgreSQL's user may pass through it.
final class TemporaryDirectory {
    let path = "/tmp/dbtools-test-\(UUID().uuidString)"
    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o711])
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}
