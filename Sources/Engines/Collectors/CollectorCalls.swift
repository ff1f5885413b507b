/// Where the collectors' procedures are deployed: what is sent in place of the texts.
struct CollectorCalls {
    let engine: EngineKind
    /// The database with the procedures (MySQL: the schema).
    let database: String
    /// What the server is like, once it is known; nil: more names than needed are left out by name.
    var traits: ServerTraits?

    /// Nil without procedures of this version of ours.
    init?(_ target: Target) {
        guard let database = target.objectsDatabase, target.objectsVersion == MonitoringObjects.version else { return nil }
        engine = target.engine
        self.database = database
    }

    init(_ engine: EngineKind, database: String, traits: ServerTraits? = nil) {
        self.engine = engine
        self.database = database
        self.traits = traits
    }

    /// The call that brings what `collectors` ask for; nil when they are not shipped ones of one cadence.
    func text(for collectors: [CollectorDefinition]) -> String? {
        guard let cadence = collectors.first?.cadence, collectors.allSatisfy({ $0.cadence == cadence }) else { return nil }
        let wanted = Set(collectors.map(\.name))
        let shipped = CollectorCatalogue.of(engine).filter { $0.cadence == cadence }
        guard wanted.isSubset(of: shipped.map(\.name)) else { return nil }
        let without = shipped.filter { !wanted.contains($0.name) && isDeployed($0) }.map(\.name)
        return engine == .mysql
            ? MySQLCollectorProceduresSQL.call(database: database, cadence, without: without)
            : CollectorProceduresSQL.call(database: database, cadence, without: without)
    }

    /// A result set that comes first where an error of the first statement would end the batch.
    var head: String { engine == .sqlserver ? CollectorProceduresSQL.firstResult : "" }

    private func isDeployed(_ collector: CollectorDefinition) -> Bool {
        guard var traits else { return true }
        traits.hasPerformanceSchema = true
        return collector.applies(to: traits)
    }
}
