import Foundation
import Logging
import ServiceLifecycle

/// Deletes what has had its time: old sign-ins, kept answers, events that nobody can resume from any more.
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
    @discardableResult package func tick() async -> Int {
        var count = 0
        do {
            count += try await tenants.system.transaction { try Session.deleteExpired(on: $0) + KeptAnswer.deleteOld(on: $0) }
            for tenant in try await tenants.tenants() {
                count += try await tenants.transaction(tenant) { try StreamedEvent.deleteOld(on: $0) }
            }
        } catch {
            logger.warning("What is out of date could not be deleted; the next pass tries again", metadata: ["error": .string("\(error)")])
        }
        return count
    }
}
