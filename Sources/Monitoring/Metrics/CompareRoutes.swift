import Fleet
package import Hummingbird
package import Platform
import Primitives

/// `/metrics/compare`: one metric over many servers.
package struct CompareRoutes: Sendable {
    /// Servers in one answer.
    static let topCountMax = 500

    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) { group.get("metrics/compare", use: compare) }

    /// GET /metrics/compare: the newest values, the largest first. 400.
    @Sendable func compare(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewMetrics)
        let query = QueryReader(request)
        let names = MetricType.all.map(\.name).joined(separator: ", ")
        var metric = MetricType.all[0]
        if let name = query.string("metric", 1...100) {
            if let known = MetricType.named(name) { metric = known } else { query.fail("metric", "must be one of " + names) }
        } else if !query.isPresent("metric") {
            query.fail("metric", "is required")
        }
        let count = query.int("top", 1...Self.topCountMax) ?? 20
        let order = query.order(default: .descending)
        var filter = ServerFilter()
        filter.groups = query.ids("group")
        filter.labels = query.strings("label", length: Label.nameLengths)
        try query.finish()
        let (values, total) = try await databases.read(context.requireTenant()) { [metric, filter] session in
            try ServerValue.newest(of: metric, filter, order: order, limit: count, on: session)
        }
        var writer = JSONWriter(reserve: values.count * 160 + 2)
        writer.beginArray()
        for value in values { value.write(to: &writer) }
        writer.endArray()
        return json(bytes: writer.bytes, headers: [.totalCount: String(total)])
    }
}

extension ServerValue {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("serverId")
        writer.id(server)
        writer.key("name")
        writer.string(name)
        writer.key("health")
        writer.string(health)
        writer.key("value")
        writer.double(value)
        writer.key("collectedAt")
        writer.date(collectedAt)
        writer.endObject()
    }
}
