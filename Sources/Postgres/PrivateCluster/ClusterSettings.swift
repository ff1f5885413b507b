import Subprocess

/// The server settings of a private cluster: a small machine shared with the rest of DbTools, many small databases, no loss on a crash.
enum ClusterSettings {
    static let connectionCountMax = 200

    /// Messages in English, since we read them, and nothing of the caller's `PG...` variables.
    static let environment: [Environment.Key: String] = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"]

    private static let base: [String: String] = [
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_permissions": "0700",
        "max_connections": "\(connectionCountMax)",
        "shared_buffers": "128MB",
        // Day partitions and clones touch many relations in one transaction.
        "max_locks_per_transaction": "256",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        // Syncing each file after a crash takes 8 s with 300 tenants; syncing the file system 0.3 s.
        "recovery_init_sync_method": "syncfs",
        // Pages go whole through the log after a checkpoint. pglz takes 19 times lz4's processor for them (75 ms for a new tenant's 7 MB,
        // lz4 4).
        "wal_compression": "lz4",
        "max_wal_size": "1GB",
        "checkpoint_timeout": "10min",
        "checkpoint_completion_target": "0.9",
        // Our statements are short: compiling them costs more than running them.
        "jit": "off",
        "random_page_cost": "1.1",
        // A statement's text may hold a new role's password.
        "log_min_error_statement": "panic",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] %d ",
        "idle_in_transaction_session_timeout": "5min",
    ]

    /// - Parameter hasLZ4: whether the server was built with lz4.
    static func arguments(socketDirectory: String, hasLZ4: Bool, over settings: [String: String]) -> [String] {
        var all = base.merging(settings) { _, wanted in wanted }
        if !hasLZ4, all["wal_compression"] == "lz4" { all["wal_compression"] = "on" }
        all["unix_socket_directories"] = socketDirectory
        return all.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    }
}
