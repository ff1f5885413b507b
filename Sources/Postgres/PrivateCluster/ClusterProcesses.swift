import CLibPQ
import Foundation

/// What runs on a data directory, as /proc tells it.
enum ClusterProcesses {
    /// The postmaster that `postmaster.pid` names, if that process is alive and really stands in this data directory.
    static func postmaster(dataDirectory: String) -> pid_t? {
        guard let text = try? String(contentsOfFile: dataDirectory + "/postmaster.pid", encoding: .utf8),  // missing: nothing runs
            let line = text.split(separator: "\n").first, let process = pid_t(line), process > 1
        else { return nil }
        return isAlive(process) && workingDirectory(process) == resolved(dataDirectory) ? process : nil
    }

    /// All living processes whose working directory is the data directory: PostgreSQL's processes, and only they, stand there.
    static func inside(_ dataDirectory: String) -> [pid_t] {
        let directory = resolved(dataDirectory)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []  // no /proc: nothing to find
        return names.compactMap { pid_t($0) }.filter { workingDirectory($0) == directory && isAlive($0) }
    }

    /// False also for a zombie: it has ended and only waits to be reaped.
    static func isAlive(_ process: pid_t) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),  // gone
            let close = stat.lastIndex(of: ")")
        else { return false }
        let state = stat[stat.index(after: close)...].first { $0 != " " }
        return state != "Z" && state != "X"
    }

    /// True when a connection would be taken; the password is not tried.
    static func takesConnections(_ conninfo: String) -> Bool { PQping(conninfo) == PQPING_OK }

    private static func workingDirectory(_ process: pid_t) -> String? {
        // Other users' processes cannot be looked at: they are not ours.
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
