import CLinux
import Glibc
import Synchronization

/// The ini that DbTools writes for FreeTDS, which can be told only there how to verify certificates (design.md, settled question 10).
///
/// FreeTDS reads it, whole, at each connect, from the path in `FREETDSCONF`: one per process, a section per host and way of verifying. So
/// there are sections only for who connects now, and some for who did lately: a fleet of 10,000 would otherwise read through 10,000 of them
/// 10,000 times. The ini lives in memory (memfd), so nothing is left behind when the process is killed; a new version takes the place of
/// the old one at once.
final class FreeTDSConfiguration: Sendable {
    /// How the connection is encrypted and verified.
    struct Section: Hashable {
        let hostname: String
        let port: Int
        let mustEncrypt: Bool
        /// Whose signatures count; nil: nothing is verified.
        let caFile: String?
    }

    /// Sections past which those that nobody connects by are taken out.
    static let sectionCountMax = 64

    private struct Entry {
        let name: String
        /// How many connect by it at this moment: until they are through, it stays.
        var userCount: Int
    }

    private struct State {
        var entries: [Section: Entry] = [:]
        /// Numbers are never used again: whoever still has a name finds its own section or none.
        var madeCount = 0
        /// The memory file that `FREETDSCONF` names.
        var descriptor: Int32?
    }

    private let state = Mutex(State())

    /// The process's ini: `FREETDSCONF` is the process's.
    static let shared = FreeTDSConfiguration()

    /// Runs `connect` with the name of the section for `section`, which is there as long as that takes. Throws `.driverFailed` when there
    /// is no memory for it.
    func connecting<Value>(by section: Section, _ connect: (String) throws(EngineError) -> Value) throws(EngineError) -> Value {
        guard let name = state.withLock({ Self.take(section, in: &$0) }) else {
            throw EngineError(.driverFailed, "DbTools could not write its FreeTDS settings: it has too many open files.")
        }
        defer { state.withLock { $0.entries[section]?.userCount -= 1 } }
        return try connect(name)
    }

    /// Nil when the ini cannot be written.
    private static func take(_ section: Section, in state: inout State) -> String? {
        if let entry = state.entries[section] {
            state.entries[section]?.userCount += 1
            return entry.name
        }
        var entries = state.entries
        if entries.count >= sectionCountMax { entries = entries.filter { $0.value.userCount > 0 } }
        state.madeCount += 1
        let name = "dbtools-\(state.madeCount)"
        entries[section] = Entry(name: name, userCount: 1)
        guard let descriptor = write(entries) else { return nil }
        if let known = state.descriptor {
            // Whoever has opened the old version goes on reading it.
            dup2(descriptor, known)
            _ = dbtools_set_close_on_exec(known)
            close(descriptor)
        } else {
            state.descriptor = descriptor
            setenv("FREETDSCONF", "/proc/self/fd/\(descriptor)", 1)
        }
        state.entries = entries
        return name
    }

    /// Writes a whole ini into a new memory file. Returns its descriptor; nil when that failed.
    private static func write(_ entries: [Section: Entry]) -> Int32? {
        var text = "; Written by DbTools.\n[global]\ntds version = 7.4\nclient charset = UTF-8\ntext size = 4194304\n"
        for (section, entry) in entries {
            text +=
                "[\(entry.name)]\nhost = \(section.hostname)\nport = \(section.port)\nencryption = \(section.mustEncrypt ? "require" : "request")\n"
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
