import CLinux
import Foundation

/// The folder with everything that DbTools keeps, and the lock that one supervisor holds on it.
struct DataDirectory: Sendable {
    let path: String

    var postgres: String { path + "/postgres" }
    var run: String { path + "/run" }
    var masterKey: String { path + "/master.key" }
    var tls: String { path + "/tls" }

    init(_ path: String) { self.path = path }

    /// Makes what is missing. Others may pass through the folder (PostgreSQL runs as another user when we are root) but see nothing of it.
    func make() throws(Failure) {
        do {
            try FileManager.default.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        } catch {
            throw Failure("Cannot make the folder of \(path): \(error.localizedDescription)")
        }
        try make(path, mode: geteuid() == 0 ? 0o711 : 0o700)
        try make(run, mode: 0o700)
    }

    private func make(_ directory: String, mode: mode_t) throws(Failure) {
        if mkdir(directory, mode) != 0, errno != EEXIST { throw .system("make the directory", directory) }
        guard access(directory, W_OK | X_OK) == 0 else { throw .system("write in", directory) }
        // The umask may have taken rights away, and a folder made by hand may give too many.
        chmod(directory, mode)
    }

    /// Takes the lock, or says who has it. The lock ends with the process, whatever ends that.
    func lock(_ command: String) throws(Failure) -> DataDirectoryLock {
        let file = run + "/lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("open", file) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            // Only for the message.
            let holder = (try? String(contentsOfFile: file, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
            throw Failure(
                "\(path) is in use by \(holder.flatMap { $0.isEmpty ? nil : $0 } ?? "another dbtools"): "
                    + "stop that, or choose another --data-dir."
            )
        }
        let text = "dbtools \(command) (process \(getpid()))\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
        return DataDirectoryLock(descriptor: descriptor)
    }

    /// Whether a supervisor runs on this folder.
    var isLocked: Bool {
        let descriptor = open(run + "/lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }
}

/// The lock on a data directory, for as long as this lives.
final class DataDirectoryLock: Sendable {
    private let descriptor: Int32
    fileprivate init(descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }
}

extension Failure {
    static func system(_ doing: String, _ path: String) -> Failure {
        let code = errno
        return Failure("Cannot \(doing) \(path): \(String(cString: strerror(code))).")
    }
}
