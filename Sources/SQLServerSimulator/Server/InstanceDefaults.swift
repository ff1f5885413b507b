extension SimulatedInstance {
    /// The version that clients are told.
    var currentVersion: SQLServerVersion { config.version }
}

extension InstanceChange {
    /// The instance starts again: its sessions end.
    var restart: Bool { false }
}
