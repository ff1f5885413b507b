/// A connection test in a child process: a driver that crashes or hangs takes only the child along.
package struct IsolatedProbe: Sendable {
    /// From the start of the child to its end by SIGKILL.
    static let deadlineSeconds = 9.5

    let executable: [String]
    let config: EngineConfig

    /// `executable` is the argument vector of `dbtools engine-probe`, with an absolute path first.
    package init(executable: [String], config: EngineConfig = EngineConfig()) {
        self.executable = executable
        self.config = config
    }

    /// Tests `target` under the policy `allow`. Always answers, within 10 s.
    package func probe(_ target: Target, allow: OutboundPolicy) async -> ProbeResult {
        .failure(EngineError(.driverFailed, "Not built yet."), engine: target.engine)
    }
}

/// The whole of `dbtools engine-probe`: reads a request from standard input, writes the result to standard output. Returns the exit code.
package func runProbeChild() -> Int32 { 1 }
