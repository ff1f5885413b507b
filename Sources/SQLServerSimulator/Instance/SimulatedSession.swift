/// One connection's session: its database, options, variables between batches, temporary tables and prepared statements.
/// Confined to one thread at a time; every call answers at once and never sleeps (see `StatementResult.pause`).
package final class SimulatedSession {
    package let instance: SimulatedInstance
    /// `@@SPID`.
    package let spid: Int
    package private(set) var database = "master"

    init(instance: SimulatedInstance) {
        self.instance = instance
        spid = 51
    }

    /// Runs a batch as sent by SQLBatch.
    package func execute(batch: String) -> [StatementResult] { [] }

    /// Calls a procedure as a remote procedure call does, also `sp_executesql`, `sp_prepare`, `sp_prepexec`, `sp_execute`, `sp_unprepare`.
    /// Output parameters and the return status come last.
    package func call(procedure: String, parameters: [Parameter]) -> [StatementResult] { [] }

    /// What a client asks with TM_BEGIN_XACT and the like.
    package func transaction(_ request: TransactionRequest) -> [StatementResult] { [] }

    /// Back to the state after login, as the reset bit of a TDS packet asks (sp_reset_connection).
    package func reset() {}

    /// Forgets the session; the instance no longer counts it.
    package func close() {}
}

/// A transaction manager request.
package enum TransactionRequest: Sendable, Hashable {
    case begin(name: String)
    case commit
    case rollback
    case save(name: String)
}
