import Foundation
import Logging
import Postgres
import Primitives
import ServiceLifecycle
import Synchronization

/// Reads the outboxes of the tenants that somebody watches, once for all who watch, and hands the events out.
///
/// One LISTEN connection for the process says where to look; polling every two seconds is the safety net.
package final class EventHub: Service {
    static let pollSeconds = 2.0
    /// While an older transaction holds events back, they are asked for again after so long.
    static let heldBackSeconds = 0.1
    static let batchCountMax = 500
    /// Events waiting for one client; one that does not keep up is cut off, and resumes by itself.
    static let queueCountMax = 1_000
    static let streamsPerTenantMax = 500
    /// Seconds that one write to a client may take before it is cut off.
    static let writeSecondsMax = 30.0
    static let wakeUpCountMax = 10_000

    private let tenants: TenantDatabases
    private let logger: Logger
    private let feeds = Mutex<[String: Feed]>([:])
    /// Tenants that had news since they were last counted, and when each was taken the last time.
    private let news = Mutex<(waiting: Set<String>, takenAt: [String: ContinuousClock.Instant])>(([], [:]))
    private let wakeUps: AsyncStream<String>
    private let wakeUp: AsyncStream<String>.Continuation

    private struct Feed {
        let tenant: Tenant
        var position: EventPosition
        var subscribers: [UUID: Subscriber] = [:]
        var isReading = false
        var isWanted = false
    }

    enum Message: Sendable {
        case event(StreamedEvent)
        /// The tenant of that slug was made, changed or removed: a hint without an id, which cannot be resumed.
        case tenant(String)
        /// Time to look whether the stream may go on, and to send a sign of life.
        case tick
    }

    /// One client's end.
    final class Subscriber: Sendable {
        let id = UUID()
        let messages: AsyncStream<Message>
        fileprivate let continuation: AsyncStream<Message>.Continuation
        private let cut: @Sendable () -> Void
        private let writingSince = Mutex<ContinuousClock.Instant?>(nil)

        fileprivate init(cut: @escaping @Sendable () -> Void) {
            (messages, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(queueCountMax))
            self.cut = cut
        }
        func beganWriting() { writingSince.withLock { $0 = .now } }
        func endedWriting() { writingSince.withLock { $0 = nil } }
        fileprivate func isStuck(_ now: ContinuousClock.Instant) -> Bool {
            writingSince.withLock { $0.map { (now - $0).seconds > writeSecondsMax } ?? false }
        }
        fileprivate func cutOff() {
            continuation.finish()
            cut()
        }
    }

    init(_ tenants: TenantDatabases, logger: Logger) {
        self.tenants = tenants
        self.logger = logger
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.wakeUpCountMax))
    }

    /// Runs until graceful shutdown. Throws nothing: a database that is away is asked again.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.listen() }
                group.addTask { await self.poll() }
                for await slug in self.wakeUps { group.addTask { await self.read(slug) } }
                group.cancelAll()
            }
        }
    }

    // MARK: Subscribers

    /// How many streams are open.
    package var streamCount: Int { feeds.withLock { $0.values.reduce(0) { $0 + $1.subscribers.count } } }

    /// Adds a client. What comes after the returned position reaches it through its messages; what is before, it reads itself.
    ///
    /// - Parameter cut: closes the client's connection; called from any thread when it does not keep up.
    /// - Throws: `.unavailable` when the tenant has too many streams; `PostgresError`.
    func subscribe(to tenant: Tenant, cut: @escaping @Sendable () -> Void) async throws -> (Subscriber, EventPosition) {
        let head = try await tenants.read(tenant) { try StreamedEvent.head(on: $0) }
        let subscriber = Subscriber(cut: cut)
        let position: EventPosition? = feeds.withLock { feeds in
            var feed = feeds[tenant.slug] ?? Feed(tenant: tenant, position: head)
            guard feed.subscribers.count < Self.streamsPerTenantMax else { return nil }
            feed.subscribers[subscriber.id] = subscriber
            feeds[tenant.slug] = feed
            return feed.position
        }
        guard let position else { throw AppError(.unavailable, "Too many event streams are open for this tenant", retryAfterSeconds: 30) }
        wakeUp.yield(tenant.slug)
        return (subscriber, position)
    }

    func unsubscribe(_ subscriber: Subscriber, from tenant: Tenant) {
        subscriber.continuation.finish()
        feeds.withLock { feeds in
            feeds[tenant.slug]?.subscribers[subscriber.id] = nil
            if feeds[tenant.slug]?.subscribers.isEmpty == true { feeds[tenant.slug] = nil }
        }
    }

    // MARK: Reading

    private func listen() async {
        for await notification in PostgresListener.notifications(tenants.system.address, channels: [TenantDatabases.eventChannel]) {
            switch notification {
            case .connected: wakeAll()
            case .received(_, let text): hear(text)
            }
        }
    }

    private func hear(_ text: String) {
        if text.hasPrefix(TenantDatabases.tenantNewsPrefix) {
            let slug = String(text.dropFirst(TenantDatabases.tenantNewsPrefix.count))
            tenants.invalidate()
            for subscriber in feeds.withLock({ $0.values.flatMap { $0.subscribers.values } }) {
                subscriber.continuation.yield(.tenant(slug))
            }
            return
        }
        news.withLock { if $0.waiting.count < Self.wakeUpCountMax { $0.waiting.insert(text) } }
        if feeds.withLock({ $0[text] != nil }) { wakeUp.yield(text) }
    }

    /// Slugs of tenants that had news, each at most once in `TenantSummaryService.newsSecondsMin`.
    func takeNews(_ countMax: Int, now: ContinuousClock.Instant = .now) -> [String] {
        news.withLock { news in
            let pause = Duration.seconds(TenantSummaryService.newsSecondsMin)
            let due = news.waiting.filter { slug in news.takenAt[slug].map { now - $0 >= pause } ?? true }.prefix(countMax)
            news.takenAt = news.takenAt.filter { now - $0.value < pause }
            for slug in due {
                news.waiting.remove(slug)
                news.takenAt[slug] = now
            }
            return Array(due)
        }
    }

    private func poll() async {
        while (try? await Task.sleep(for: .seconds(Self.pollSeconds))) != nil {  // cancelled: the end
            wakeAll()
            tick()
        }
    }

    private func wakeAll() { for slug in feeds.withLock({ Array($0.keys) }) { wakeUp.yield(slug) } }

    /// Gives every stream the occasion to look after itself, and cuts off those that are stuck.
    func tick(now: ContinuousClock.Instant = .now) {
        for subscriber in feeds.withLock({ $0.values.flatMap { $0.subscribers.values } }) {
            if subscriber.isStuck(now) { subscriber.cutOff() } else { subscriber.continuation.yield(.tick) }
        }
    }

    /// Reads one tenant's news until there are none. One at a time for each tenant: whoever comes meanwhile makes the reader look again.
    private func read(_ slug: String) async {
        let claimed: (tenant: Tenant, position: EventPosition)? = feeds.withLock { feeds in
            guard let feed = feeds[slug] else { return nil }
            guard !feed.isReading else {
                feeds[slug]?.isWanted = true
                return nil
            }
            feeds[slug]?.isReading = true
            return (feed.tenant, feed.position)
        }
        guard let claimed else { return }
        var position = claimed.position
        while !Task.isCancelled {
            let from = position
            do {
                let (events, isWaiting) = try await tenants.read(claimed.tenant) {
                    try StreamedEvent.after(from, limit: Self.batchCountMax, on: $0)
                }
                if let last = events.last { position = last.position }
                guard deliver(events, slug, position, goesOn: isWaiting || events.count == Self.batchCountMax) else { return }
                if isWaiting { try await Task.sleep(for: .seconds(Self.heldBackSeconds)) }
            } catch {
                if !(error is CancellationError) {
                    logger.warning(
                        "Events could not be read; the next poll tries again",
                        metadata: ["tenant": .string(slug), "error": .string("\(error)")])
                }
                break
            }
        }
        feeds.withLock { $0[slug]?.isReading = false }
    }

    /// Hands the events out. True when there is more to read; else the reading is over.
    private func deliver(_ events: [StreamedEvent], _ slug: String, _ position: EventPosition, goesOn: Bool) -> Bool {
        feeds.withLock { feeds in
            guard var feed = feeds[slug] else { return false }
            feed.position = max(feed.position, position)
            for subscriber in feed.subscribers.values {
                for event in events {
                    guard case .dropped = subscriber.continuation.yield(.event(event)) else { continue }
                    subscriber.cutOff()
                    break
                }
            }
            let isWanted = feed.isWanted || goesOn
            feed.isWanted = false
            feed.isReading = isWanted
            feeds[slug] = feed
            return isWanted
        }
    }
}
