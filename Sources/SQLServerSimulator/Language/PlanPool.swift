import Synchronization

/// A query with its names bound, and the context that it runs in.
struct BoundQuery {
    let plan: QueryPlan
    let context: StatementContext
}

/// Plans of one statement that nobody runs just now, as SQL Server's plan cache keeps them: a fleet sends the same few texts for ever.
final class PlanPool: Sendable {
    /// As many as threads run statements; more would only be memory.
    static let idleCountMax = 4

    /// Safe because a plan is either in the list, which a lock guards, or with the one statement that took it.
    private struct Idle: @unchecked Sendable {
        let query: BoundQuery
        let version: SQLServerVersion
        let collation: ServerCollation
        let absent: Set<String>
    }

    private let idle = Mutex<[Idle]>([])

    /// A plan that was bound on a server like this one; nil when there is none.
    func take(for world: World) -> BoundQuery? {
        idle.withLock { idle in
            let place = idle.lastIndex {
                $0.version == world.config.version && $0.collation == world.state.collation && $0.absent == world.state.absent
            }
            return place.map { idle.remove(at: $0) }
        }?.query
    }

    /// Gives a plan back for the next who asks, if it may be run again.
    func give(_ query: BoundQuery, for world: World) {
        guard query.context.isReusable else { return }
        query.context.rest()
        let returned = Idle(
            query: query, version: world.config.version, collation: world.state.collation, absent: world.state.absent)
        idle.withLock { idle in
            if idle.count >= Self.idleCountMax { idle.removeFirst() }
            idle.append(returned)
        }
    }
}
