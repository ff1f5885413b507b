/// TODO of the next commit.
struct PostgreSQLEngine: Engine {
    let config: EngineConfig

    init(_ config: EngineConfig) { self.config = config }

    func probe(_ target: Target, deadlineSeconds: Double) -> ProbeResult {
        .failure(EngineError(.driverFailed, "Not built yet."), engine: target.engine)
    }

    func connect(_ target: Target, deadlineSeconds: Double) throws(EngineError) -> any EngineConnection {
        throw EngineError(.driverFailed, "Not built yet.")
    }
}
