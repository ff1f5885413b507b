import Foundation

/// Why a private cluster cannot be made, started or reached: one sentence for the person at the terminal.
package struct ClusterError: Error, Sendable, CustomStringConvertible {
    package let message: String
    package var description: String { message }

    init(_ message: String) { self.message = message }

    /// What PostgreSQL's own words come down to: a full disk and missing rights in our sentence, anything else in its last complaint.
    static func reason(in output: String) -> String {
        if output.contains("No space left on device") { return "the disk is full (no space left on device)." }
        if output.contains("Permission denied") {
            return "permission denied; PostgreSQL's user must be allowed to enter and write its directory. \(lastComplaint(in: output))"
        }
        if output.contains("Read-only file system") { return "the file system is read-only." }
        if output.contains("Cannot allocate memory") || output.contains("could not map anonymous shared memory") {
            return "not enough memory."
        }
        let complaint = lastComplaint(in: output)
        return complaint.isEmpty ? "it said nothing." : complaint
    }

    private static func lastComplaint(in output: String) -> String {
        let markers = ["PANIC:", "FATAL:", "error:", "ERROR:", "initdb:"]
        let lines = output.split(separator: "\n")
        for marker in markers {
            if let line = lines.last(where: { $0.contains(marker) }), let range = line.range(of: marker) {
                return line[range.upperBound...].trimmingCharacters(in: .whitespaces)
            }
        }
        return lines.last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
    }

    static func system(_ doing: String, _ path: String) -> ClusterError {
        let code = errno
        return ClusterError("Cannot \(doing) \(path): \(String(cString: strerror(code))).")
    }
}
