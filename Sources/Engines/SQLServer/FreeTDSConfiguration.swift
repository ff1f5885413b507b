import CLinux
import Glibc
import Synchronization

/// The ini that DbTools writes for FreeTDS, which can be told only there how to verify certificates (design.md, settled question 10).
///
/// FreeTDS reads it at each connect, from the path in `FREETDSCONF`: one per process, a section per host and way of verifying. It lives
/// in memory
/// (memfd), so nothing is left behind when the process is killed; a new version takes the place of the old one at once.
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
        /// Numbers are never used again while another thread may be about to connect by one.
        var madeCount = 0
        /// The memory file that `FREETDSCONF` names.
        var descriptor: Int32?
    }

    private let state = Mutex(State())

    /// The process's ini: `FREETDSCONF` is the process's.
    static let shared = FreeTDSConfiguration()

    /// The name of the section for `section`, written when it is new. Throws `.driverFailed` when there is no memory for it.
    func name(for section: Section) throws(EngineError) -> String {
        let name: String? = state.withLock { state -> String? in
            if let name = state.names[section] { return name }
            if state.names.count >= Self.sectionCountMax { state.names = [:] }
            state.madeCount += 1
            let name = "dbtools-\(state.madeCount)"
            var names = state.names
            names[section] = name
            guard let descriptor = Self.write(names) else { return nil }
            if let known = state.descriptor {
                // Whoever has opened the old version goes on reading it.
                dup2(descriptor, known)
                _ = dbtools_set_close_on_exec(known)
                close(descriptor)
            } else {
                state.descriptor = descriptor
                setenv("FREETDSCONF", "/proc/self/fd/\(descriptor)", 1)
            }
            state.names = names
            return name
        }
        guard let name else {
            throw EngineError(.driverFailed, "DbTools could not write its FreeTDS settings: it has too many open files.")
        }
        return name
    }

    /// Writes a whole ini into a new memory file. Returns its descriptor; nil when that failed.
    private static func write(_ names: [Section: String]) -> Int32? {
        var text = "; Written by DbTools.\n[global]\ntds version = 7.4\nclient charset = UTF-8\ntext size = 4194304\n"
        for (section, name) in names {
            text +=
                "[\(name)]\nhost = \(section.hostname)\nport = \(section.port)\nencryption = \(section.mustEncrypt ? "require" : "request")\n"
            if let caFile = section.caFile {
                text += "ca file = \(caFile)\ncheck certificate hostname = yes\n"
            } else {
                text += "check certificate hostname = no\n"
            }
        }
        let descriptor = dbtools_memory_file("dbtools-freetds.conf")
        guard descriptor >= 0 else { return nil }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                close(descriptor)
                return nil
            }
            rest = rest.dropFirst(count)
        }
        return descriptor
    }
}
