package import Foundation
import Logging
import ServiceLifecycle

/// Deletes what has had its time: old sign-ins, kept answers, events that nobody can resume from any more, operations long ended. Those
/// that go on and that the due-index does not know (it was restored from another day) are entered again.
package struct ExpiryService: Service {
    static let everySeconds = 900.0

    let tenants: TenantDatabases
    let logger: Logger

    /// Runs until graceful shutdown. Throws nothing: what cannot be deleted now is deleted next time.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(Self.everySeconds))) != nil { await tick() }  // cancelled: the end
        }
    }

    /// One pass. Returns how many rows went.
    @discardableResult package func tick(now: Date = Date()) async -> Int {
        var count = 0
        do {
            count += try await tenants.system.transaction {
                try Session.deleteExpired(on: $0) + KeptAnswer.deleteOld(on: $0) + ActivityEntry.deleteOld(now: now, on: $0)
            }
            for tenant in try await tenants.tenants() {
                let (deleted, open) = try await tenants.transaction(tenant) { session in
                    let deleted = try StreamedEvent.deleteOld(on: session) + Operation.deleteOld(on: session)
                    return (deleted, try Operation.open(on: session))
                }
                count += deleted
                guard !open.isEmpty else { continue }
                _ = try await tenants.system.transaction { try OperationDue.restore(open, of: tenant.id, on: $0) }
            }
        } catch {
            logger.warning("What is out of date could not be deleted; the next pass tries again", metadata: ["error": .string("\(error)")])
        }
        return count
    }
}
