import Foundation
import Logging

/// The files in which a supervisor notes its children, so that the next one finds those that outlived it.
enum ProcessFiles {
    private static let endSecondsMax = 5.0

    static func note(_ process: pid_t, name: String, directory: String) {
        guard let startedAt = startTicks(process) else { return }
        let path = "\(directory)/\(name).pid"
        let temporary = path + ".new"
        // A child that is not noted is still ended by the end of its standard input.
        try? "\(process) \(startedAt)\n".write(toFile: temporary, atomically: false, encoding: .utf8)
        rename(temporary, path)
    }

    static func remove(name: String, directory: String) { unlink("\(directory)/\(name).pid") }

    /// Ends the children of a supervisor that is gone: those that are still the noted process, with our command line. Returns how many
    /// there were.
    static func endLeftOvers(directory: String, logger: Logger) async -> Int {
        // None: nothing to end.
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { $0.hasSuffix(".pid") }
        var left: [(process: pid_t, ticks: UInt64)] = []
        for name in names {
            let path = directory + "/" + name
            let parts = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(whereSeparator: \.isWhitespace)
            if parts.count == 2, let process = pid_t(parts[0]), let ticks = UInt64(parts[1]), startTicks(process) == ticks,
                isOurs(process, directory)
            {
                logger.warning("Ending a child that outlived its supervisor", metadata: ["process": "\(name)", "pid": "\(process)"])
                kill(process, SIGKILL)
                left.append((process, ticks))
            }
            unlink(path)
        }
        let deadline = ContinuousClock.now + .seconds(endSecondsMax)
        while left.contains(where: { startTicks($0.process) == $0.ticks }), ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(5))) != nil else { break }
        }
        return left.count
    }

    /// When the process started, in clock ticks since boot: with its number it names one process for good. Nil when it has ended.
    static func startTicks(_ process: pid_t) -> UInt64? {
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8), let close = stat.lastIndex(of: ")") else {
            return nil
        }
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return UInt64(fields[19])
    }

    private static func isOurs(_ process: pid_t, _ directory: String) -> Bool {
        guard let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return false }
        let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        if words.first == ChildProcess.programName { return words.count > 1 && ["process", "simulate"].contains(words[1]) }
        // The demo's MariaDB, by its folder beside ours.
        return words.contains("--datadir=\((directory as NSString).deletingLastPathComponent)/mariadb/data")
    }
}
