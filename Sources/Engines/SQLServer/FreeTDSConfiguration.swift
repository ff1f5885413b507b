import Foundation
import Glibc
import Synchronization

/// The ini that DbTools writes for FreeTDS, which can be told only there how to verify certificates (design.md, settled question 10).
///
/// FreeTDS reads it at each connect, from the path in `FREETDSCONF`: one file per process, a section per host and way of verifying.
final class FreeTDSConfiguration: Sendable {
    /// How the connection is encrypted and verified.
    struct Section: Hashable {
        let hostname: String
        let port: Int
        let mustEncrypt: Bool
        /// Whose signatures count; nil: nothing is verified.
        let caFile: String?
    }

    /// Sections kept; past it, the file starts anew (connections that are open do not read it again).
    static let sectionCountMax = 20_000

    private struct State {
        var names: [Section: String] = [:]
        var path: String?
    }

    private let state = Mutex(State())

    /// The process's ini: `FREETDSCONF` is the process's.
    static let shared = FreeTDSConfiguration()

    /// The name of the section for `section`, written when it is new. Throws `.driverFailed` when the file cannot be written.
    func name(for section: Section, directory: String?) throws(EngineError) -> String {
        let result: Result<String, EngineError> = state.withLock { state in
            if let name = state.names[section] { return .success(name) }
            if state.names.count >= Self.sectionCountMax { state.names = [:] }
            // Numbers are never reused while another thread may be about to connect by one.
            let name = "dbtools-\(state.names.count)-\(abs(section.hashValue) % 1_000_000)"
            var names = state.names
            names[section] = name
            let path = state.path ?? Self.newPath(directory)
            guard Self.write(names, to: path) else {
                return .failure(EngineError(.driverFailed, "DbTools could not write its FreeTDS settings: check free space and rights of its data directory."))
            }
            if state.path == nil { setenv("FREETDSCONF", path, 1) }
            state.path = path
            state.names = names
            return .success(name)
        }
        return try result.get()
    }

    private static func newPath(_ directory: String?) -> String {
        let folder = directory ?? NSTemporaryDirectory()
        return "\(folder.hasSuffix("/") ? String(folder.dropLast()) : folder)/dbtools-freetds-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).conf"
    }

    /// Puts the whole file in place at once, readable by us only. Returns whether that worked.
    private static func write(_ names: [Section: String], to path: String) -> Bool {
        var text = "; Written by DbTools; changes are lost.\n[global]\ntds version = 7.4\nclient charset = UTF-8\ntext size = 4194304\n"
        for (section, name) in names {
            text += "[\(name)]\nhost = \(section.hostname)\nport = \(section.port)\nencryption = \(section.mustEncrypt ? "require" : "request")\n"
            if let caFile = section.caFile { text += "ca file = \(caFile)\ncheck certificate hostname = yes\n" } else { text += "check certificate hostname = no\n" }
        }
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return rename(temporary, path) == 0
    }

    /// Takes the file away; for tests and for a child process at its end.
    func remove() {
        state.withLock { state in
            if let path = state.path { unlink(path) }
            state = State()
        }
    }
}
