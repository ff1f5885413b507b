import Foundation
import Logging
import Platform
import Postgres
import Primitives

/// Where the master key comes from, and the check that it is the right one.
///
/// A key is made only on the first start and only beside the private cluster. Anywhere else a missing key stops the start, since a new one
/// could not open what is stored; and so does a wrong one.
struct MasterKeyFile {
    private let config: AppConfig
    private let path: String

    init(_ config: AppConfig) {
        self.config = config
        path = config.masterKeyFile ?? DataDirectory(config.dataDirectory).masterKey
    }

    /// The key that opens what `system` holds. Throws ``Failure`` when there is none, or it is another one.
    func settle(with system: SystemDatabase, logger: Logger) async throws -> MasterKey {
        let wanted = try await system.read { session in
            try session.rows("SELECT value #>> '{}' AS key_id FROM platform.installation WHERE key = 'master_key_id'")
                .first?.decode("key_id", as: String.self)
        }
        let key = try given() ?? make(wanted: wanted, logger: logger)
        if let wanted, wanted != key.keyID {
            throw Failure(
                "The master key (\(key.keyID)) is not the one that this installation was made with (\(wanted)): "
                    + "give that one in DBTOOLS_MASTER_KEY, "
                    + "DBTOOLS_MASTER_KEY_FILE or \(path).")
        }
        if wanted == nil {
            let keyID = JSONValue.string(key.keyID)
            _ = try await system.transaction { session in
                try session.execute(
                    "INSERT INTO platform.installation (key, value) VALUES ('master_key_id', \(keyID)) ON CONFLICT (key) DO NOTHING")
            }
        }
        return key
    }

    /// The key from the configuration or the file; nil when there is none.
    func given() throws(Failure) -> MasterKey? {
        if let text = config.masterKey {
            guard let key = MasterKey(text: text) else {
                throw Failure("DBTOOLS_MASTER_KEY is not a key: 32 bytes as 64 hexadecimal digits or as base64.")
            }
            return key
        }
        guard access(path, F_OK) == 0 else {
            guard config.masterKeyFile == nil else { throw Failure("The master key's file \(path) is missing.") }
            return nil
        }
        guard let bytes = FileManager.default.contents(atPath: path) else { throw .system("read the master key from", path) }
        guard let key = MasterKey(text: String(decoding: bytes, as: UTF8.self)) else {
            throw Failure("\(path) does not hold a master key: 32 bytes as 64 hexadecimal digits or as base64.")
        }
        return key
    }

    private func make(wanted: String?, logger: Logger) throws(Failure) -> MasterKey {
        if let wanted {
            throw Failure(
                "The master key (\(wanted)) is missing: put it back in \(path), "
                    + "or give it in DBTOOLS_MASTER_KEY or DBTOOLS_MASTER_KEY_FILE. "
                    + "Without it the stored passwords cannot be read.")
        }
        guard config.databaseURL == nil else {
            throw Failure(
                "With DATABASE_URL a master key must be given, in DBTOOLS_MASTER_KEY or DBTOOLS_MASTER_KEY_FILE "
                    + "(make one with: openssl rand -hex 32)."
            )
        }
        let key = MasterKey.random()
        try PrivateFile.write(Array((key.text + "\n").utf8), to: path)
        logger.notice("Made a master key: keep a copy of it in a safe place", metadata: ["file": "\(path)"])
        return key
    }
}

/// Files that only we may read, put in place whole.
enum PrivateFile {
    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("write", temporary) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written) }
            guard count > 0 else {
                let failure = Failure.system("write", temporary)
                close(descriptor)
                unlink(temporary)
                throw failure
            }
            written += count
        }
        let synced = fsync(descriptor) == 0
        close(descriptor)
        guard synced, rename(temporary, path) == 0 else { throw .system("put in place", path) }
        let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }
}
