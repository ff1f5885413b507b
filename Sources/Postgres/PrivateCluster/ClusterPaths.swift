import Foundation
import Logging
import Primitives
import Subprocess
import SystemPackage

/// The user that the cluster's processes run as.
struct ClusterAccount {
    /// Nil when it is the user that we are.
    let user: (id: uid_t, group: gid_t, name: String)?

    /// How a program is started as this user: by util-linux's setpriv, which becomes the program (same process id).
    ///
    /// Not by swift-subprocess's own `userID`: its child, made by a bare clone3, calls glibc's setgid and setuid, and those wait for ever
    /// for the
    /// parent's other threads, which the child does not have (seen with 1.0.2 in one start of three; 2026-11-21).
    func command(_ program: String, _ arguments: [String]) -> (executable: Executable, arguments: Arguments) {
        guard let user else { return (.path(FilePath(program)), Arguments(arguments)) }
        return (.name("setpriv"), Arguments(["--reuid=\(user.id)", "--regid=\(user.group)", "--clear-groups", "--", program] + arguments))
    }

    func processOptions(teardown: [TeardownStep]) -> PlatformOptions {
        var options = PlatformOptions()
        // A session of its own: a ^C at the terminal is for us, and we stop PostgreSQL in order.
        options.createSession = true
        options.teardownSequence = teardown
        return options
    }
}

/// The files of a private cluster, and how they are made and kept.
struct ClusterPaths {
    /// What a unix socket's address holds, without the closing NUL.
    static let socketPathBytesMax = 107
    static let logBytesMax = 16 << 20
    private static let logTailBytesMax = 16_384

    let directory: String
    let socketDirectory: String

    var data: String { directory + "/data" }
    /// Where initdb works before its result is renamed to `data`.
    var unfinished: String { directory + "/data.new" }
    var password: String { directory + "/superuser.password" }
    var log: String { directory + "/postgres.log" }

    init(directory: String) {
        let absolute = directory.hasPrefix("/") ? directory : FileManager.default.currentDirectoryPath + "/" + directory
        self.directory = (absolute as NSString).standardizingPath
        let beside = self.directory + "/run"
        if (beside + "/.s.PGSQL.5432").utf8.count <= Self.socketPathBytesMax {
            socketDirectory = beside
        } else {
            // Too long for a socket: a short folder named after the directory. The name is the same at every start, so a running server
            // is found.
            socketDirectory = "\(geteuid() == 0 ? "/run" : "/tmp")/dbtools-\(geteuid())-\(String(fnv1a(self.directory), radix: 16))"
        }
    }

    var isSocketElsewhere: Bool { socketDirectory != directory + "/run" }

    /// The major version that made the data directory; nil when there is none yet.
    func dataVersion() -> Int? {
        // Unreadable means absent here; making it tells the reason then.
        guard let text = try? String(contentsOfFile: data + "/PG_VERSION", encoding: .utf8) else { return nil }
        return Int(text.prefix { $0.isNumber })
    }

    /// PostgreSQL refuses to run as root: there it gets the data directory's owner, or the account `postgres`.
    func account() throws(ClusterError) -> ClusterAccount {
        var status = stat()
        let exists = stat(data, &status) == 0
        guard geteuid() == 0 else {
            if exists, status.st_uid != geteuid() {
                throw ClusterError(
                    "\(data) belongs to another user (\(status.st_uid)): run as that user, or choose another data directory.")
            }
            return ClusterAccount(user: nil)
        }
        if exists, status.st_uid != 0, let entry = getpwuid(status.st_uid) {
            return ClusterAccount(user: (entry.pointee.pw_uid, entry.pointee.pw_gid, String(cString: entry.pointee.pw_name)))
        }
        guard let entry = getpwnam("postgres") else {
            throw ClusterError(
                "PostgreSQL does not run as root, and there is no user postgres: install PostgreSQL, or run as another user.")
        }
        return ClusterAccount(user: (entry.pointee.pw_uid, entry.pointee.pw_gid, "postgres"))
    }

    func makeDirectories(for account: ClusterAccount, logger: Logger) throws(ClusterError) {
        try make(directory, for: account)
        if let user = account.user { try checkWay(for: user) }
        try make(socketDirectory, for: account)
        if isSocketElsewhere {
            logger.notice("The data directory's path is too long for a unix socket", metadata: ["socket_directory": "\(socketDirectory)"])
        }
    }

    private func make(_ path: String, for account: ClusterAccount) throws(ClusterError) {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw .system("make the directory", path) }
        var status = stat()
        // lstat: in /tmp, what another user put there under our name is refused, a link as well.
        guard lstat(path, &status) == 0 else { throw .system("look at", path) }
        let wanted = account.user?.id ?? geteuid()
        if isSocketElsewhere, path == socketDirectory,
            status.st_mode & S_IFMT != S_IFDIR || (status.st_uid != wanted && status.st_uid != geteuid())
        {
            throw ClusterError("\(path) belongs to somebody else: remove it, or choose a shorter data directory.")
        }
        if let user = account.user, status.st_uid != user.id, chown(path, user.id, user.group) != 0 {
            throw .system("give \(user.name) the directory", path)
        }
        if status.st_mode & 0o777 != 0o700, chmod(path, 0o700) != 0 { throw .system("close to others", path) }
    }

    /// Every folder above ours must let PostgreSQL's user pass; one that does not is named, since PostgreSQL itself only says "permission
    /// denied".
    private func checkWay(for user: (id: uid_t, group: gid_t, name: String)) throws(ClusterError) {
        var path = (directory as NSString).deletingLastPathComponent
        while !path.isEmpty, path != "/" {
            var status = stat()
            guard stat(path, &status) == 0 else { throw .system("look at", path) }
            let mayEnter =
                status.st_uid == user.id
                ? status.st_mode & 0o100 != 0 : status.st_gid == user.group ? status.st_mode & 0o010 != 0 : status.st_mode & 0o001 != 0
            guard mayEnter else {
                throw ClusterError(
                    "PostgreSQL runs as the user \(user.name), who may not enter \(path): "
                        + "choose another data directory, or allow it with chmod o+x \(path)."
                )
            }
            path = (path as NSString).deletingLastPathComponent
        }
    }

    /// The superuser's password: made once, kept in a file that only PostgreSQL's user (and root) reads.
    func makePassword(for account: ClusterAccount) throws(ClusterError) {
        if access(password, F_OK) == 0 { return }
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        let text = String((0..<43).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })  // 256 bits
        let temporary = password + ".new"
        unlink(temporary)
        do {
            let file = try FileDescriptor.open(
                FilePath(temporary), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
            defer { try? file.close() }  // fsync has told of failures
            try file.writeAll((text + "\n").utf8)
            fsync(file.rawValue)
        } catch {
            throw ClusterError("Cannot write \(temporary): \(error).")
        }
        if let user = account.user, chown(temporary, user.id, user.group) != 0 { throw .system("give \(user.name) the file", temporary) }
        guard rename(temporary, password) == 0 else { throw .system("put in place", password) }
    }

    func readPassword() throws(ClusterError) -> String {
        do {
            return try String(contentsOfFile: password, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        } catch {
            throw ClusterError("The private PostgreSQL's password cannot be read from \(password).")
        }
    }

    func removeUnfinished() throws(ClusterError) {
        guard access(unfinished, F_OK) == 0 else { return }
        do { try FileManager.default.removeItem(atPath: unfinished) } catch { throw ClusterError("Cannot remove \(unfinished): \(error).") }
    }

    /// initdb has synced its files; the rename makes them visible at once, and the folder is synced so that it lasts.
    func putInPlace() throws(ClusterError) {
        guard rename(unfinished, data) == 0 else { throw .system("put in place", data) }
        let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    /// A lock file whose process is not a postmaster here (after a restart of the machine or container its number may be anyone's) stops
    /// PostgreSQL.
    func removeStaleLockFile() {
        guard ClusterProcesses.inside(data).isEmpty else { return }
        unlink(data + "/postmaster.pid")
        unlink(socketDirectory + "/.s.PGSQL.5432.lock")
    }

    func openLog() throws(ClusterError) -> FileDescriptor {
        do {
            return try FileDescriptor.open(
                FilePath(log), .writeOnly, options: [.create, .append, .closeOnExec], permissions: [.ownerReadWrite])
        } catch {
            throw ClusterError("Cannot write \(log): \(error).")
        }
    }

    /// Keeps one older log: the server's log is bounded by twice `logBytesMax` and what one life of it writes.
    func trimLog() {
        var status = stat()
        if stat(log, &status) == 0, status.st_size > Self.logBytesMax { rename(log, log + ".1") }
    }

    func logSizeBytes() -> UInt64 {
        var status = stat()
        return stat(log, &status) == 0 ? UInt64(status.st_size) : 0
    }

    /// Why PostgreSQL ended, from what it has logged since `offset`.
    func logReason(since offset: UInt64) -> String {
        guard let file = FileHandle(forReadingAtPath: log) else { return "see \(log)." }
        defer { try? file.close() }  // only read
        let size = logSizeBytes()
        let from = max(min(offset, size), size > UInt64(Self.logTailBytesMax) ? size - UInt64(Self.logTailBytesMax) : 0)
        // A log that cannot be read tells no reason.
        try? file.seek(toOffset: from)
        let tail = (try? file.readToEnd()) ?? Data()
        return ClusterError.reason(in: String(decoding: tail, as: UTF8.self)) + " (\(log))"
    }
}
