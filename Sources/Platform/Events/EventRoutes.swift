import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import ServiceLifecycle

/// `/events`: the tenant's changes as they happen (HTML standard, "Server-sent events").
struct EventRoutes: Sendable {
    static let heartbeatSeconds = 15.0
    /// Events sent to a client that comes back; one that missed more reads everything anew.
    static let resumeCountMax = 5_000

    let hub: EventHub
    let tenants: TenantDatabases
    let callers: CallerDirectory

    func add(to group: RouterGroup<AppRequestContext>) { group.get("events", use: stream) }

    /// GET /events. 200, 400.
    @Sendable func stream(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .viewEvents)
        let tenant = try context.requireTenant()
        let lastID = try Self.lastEventID(request)
        let channel = context.channel
        let body = ResponseBody { writer in
            let (subscriber, head) = try await hub.subscribe(to: tenant) { channel?.close(promise: nil) }
            defer { hub.unsubscribe(subscriber, from: tenant) }
            try await write("retry: 3000\n\n", to: &writer, subscriber)
            var sent = try await resume(lastID, upTo: head, tenant, &writer, subscriber)
            var lastWriteAt = ContinuousClock.now
            for await message in subscriber.messages.cancelOnGracefulShutdown() {
                switch message {
                case .event(let event):
                    guard event.position > sent else { continue }
                    try await write(event.text, to: &writer, subscriber)
                    sent = event.position
                    lastWriteAt = .now
                case .tenant(let slug):
                    guard caller.isSuperAdmin || slug == tenant.slug else { continue }
                    let data = JSONValue.object(["slug": .string(slug)]).text
                    try await write("event: tenant.changed\ndata: \(data)\n\n", to: &writer, subscriber)
                case .tick:
                    guard await mayGoOn(caller, tenant) else { return try await writer.finish(nil) }
                    if (ContinuousClock.now - lastWriteAt).seconds >= Self.heartbeatSeconds {
                        try await write(": still here\n\n", to: &writer, subscriber)
                        lastWriteAt = .now
                    }
                }
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store, no-transform", .accelBuffering: "no"],
            body: body)
    }

    private static func lastEventID(_ request: Request) throws -> Int64? {
        guard let text = request.headers[.lastEventID], !text.isEmpty else { return nil }
        guard text.utf8.count <= 18, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let id = Int64(text) else {
            throw AppError.validation(field: "Last-Event-ID", reason: "must be an event's id")
        }
        return id
    }

    /// Sends what the client missed up to `head`, or `reset` when that is not to be had. Returns how far the client is now.
    @concurrent private func resume(
        _ lastID: Int64?, upTo head: EventPosition, _ tenant: Tenant, _ writer: inout any ResponseBodyWriter,
        _ subscriber: EventHub.Subscriber
    ) async throws -> EventPosition {
        guard let lastID else {
            // Tells the client where it is without an event, so that it can resume even if it has seen none.
            try await write("id: \(head.id)\n\n", to: &writer, subscriber)
            return head
        }
        let reset = "id: \(head.id)\nevent: reset\ndata: {}\n\n"
        guard var position = try await tenants.read(tenant, { try StreamedEvent.position(of: lastID, on: $0) }) else {
            try await write(reset, to: &writer, subscriber)
            return head
        }
        var count = 0
        while position < head {
            let from = position
            let (events, _) = try await tenants.read(tenant) { try StreamedEvent.after(from, limit: EventHub.batchCountMax, on: $0) }
            let missed = events.filter { $0.position <= head }
            guard let last = missed.last else { break }
            count += missed.count
            if count > Self.resumeCountMax {
                try await write(reset, to: &writer, subscriber)
                return head
            }
            try await write(missed.map(\.text).joined(), to: &writer, subscriber)
            position = last.position
        }
        return max(position, head)
    }

    /// Writes to the client, and lets the hub know how long that takes.
    @concurrent private func write(_ text: String, to writer: inout any ResponseBodyWriter, _ subscriber: EventHub.Subscriber) async throws
    {
        subscriber.beganWriting()
        defer { subscriber.endedWriting() }
        try await writer.write(ByteBuffer(string: text))
    }

    /// Whether the session, the role and the tenant still allow this. A database that is away changes nothing about that.
    private func mayGoOn(_ caller: Caller, _ tenant: Tenant) async -> Bool {
        do {
            guard let now = try await callers.again(caller), let role = now.role(in: tenant.id) else { return false }
            let status = try await tenants.tenant(slug: tenant.slug)?.status
            return role >= Permission.viewEvents.leastRole && status == .active
        } catch {
            return true
        }
    }
}
