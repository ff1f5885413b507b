import Foundation
import HTTPTypes
import Hummingbird
import Primitives

/// `/settings`: what a tenant's admin may choose. Everybody in the tenant may read it.
struct SettingsRoutes: Sendable {
    let tenants: TenantDatabases

    func add(to group: RouterGroup<AppRequestContext>) {
        group.group("settings")
            .get(use: read(\.self))
            .put(use: replaceAll)
            .get("retention", use: read(\.retention))
            .put("retention", use: replaceRetention)
            .get("thresholds", use: read(\.thresholds))
            .put("thresholds", use: replaceThresholds)
    }

    private func read<Part: Encodable & Sendable>(
        _ part: any KeyPath<TenantSettings, Part> & Sendable
    ) -> @Sendable (Request, AppRequestContext) async throws -> Response {
        { request, context in
            try context.caller(may: .viewSettings)
            let (settings, version) = try await tenants.read(context.requireTenant()) { session in
                (try TenantSettings.read(on: session), try TenantSettings.version(on: session))
            }
            return try json(settings[keyPath: part], headers: [.eTag: etag(version: version)])
        }
    }

    /// PUT /settings: sections that are absent stay as they are. 200, 400, 412.
    @Sendable func replaceAll(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageSettings)
        let body = try await FieldReader(request, context)
        let retention = body.nested("retention").map(Self.retention)
        let thresholds = body.nested("thresholds").map(Self.thresholds)
        let interval = body.nested("collection").map { $0.int("intervalSeconds", TenantSettings.Collection.intervalSecondsRange) }
        let queries = body.nested("queries").map { TenantSettings.Queries(showsLiterals: $0.bool("showsLiterals")) }
        let refreshSeconds = body.optionalInt("refreshSeconds", TenantSettings.refreshSecondsRange)
        for field in ["retention", "thresholds", "collection", "queries", "refreshSeconds"] where body.isNull(field) {
            body.fail(field, "cannot be null")
        }
        try body.finish()
        return try await save(request, context, caller, \.self) { settings in
            retention?(&settings.retention)
            if let thresholds { settings.thresholds = thresholds }
            if let interval { settings.collection.intervalSeconds = interval }
            if let queries { settings.queries = queries }
            if let refreshSeconds { settings.refreshSeconds = refreshSeconds }
        }
    }

    /// PUT /settings/retention: what is absent stays as it is. 200, 400, 412.
    @Sendable func replaceRetention(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageSettings)
        let body = try await FieldReader(request, context)
        let retention = Self.retention(body)
        try body.finish()
        return try await save(request, context, caller, \.retention) { retention(&$0.retention) }
    }

    /// PUT /settings/thresholds. 200, 400, 412.
    @Sendable func replaceThresholds(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageSettings)
        let body = try await FieldReader(request, context)
        let thresholds = Self.thresholds(body)
        try body.finish()
        return try await save(request, context, caller, \.thresholds) { $0.thresholds = thresholds }
    }

    private func save<Part: Encodable & Sendable>(
        _ request: Request, _ context: AppRequestContext, _ caller: Caller, _ part: any KeyPath<TenantSettings, Part> & Sendable,
        _ change: @escaping @Sendable (inout TenantSettings) -> Void
    ) async throws -> Response {
        let (settings, version) = try await tenants.transaction(context.requireTenant()) { session in
            let before = try TenantSettings.lock(on: session)
            try request.checkIfMatch(TenantSettings.version(on: session))
            var after = before
            change(&after)
            try after.save(on: session)
            if after != before {
                let details: JSONValue = ["before": try before.json(), "after": try after.json()]
                try session.record(
                    Activity(
                        "config_changed", entityType: "settings", entityID: nil, entityName: "settings", actor: caller.actor,
                        details: details))
                try session.publish(Event("settings.changed", entityID: nil, payload: try after.json()))
            }
            return (try TenantSettings.read(on: session), try TenantSettings.version(on: session))
        }
        return try json(settings[keyPath: part], headers: [.eTag: etag(version: version)])
    }

    /// What the body changes: at least one of the two.
    private static func retention(_ body: FieldReader) -> @Sendable (inout TenantSettings.Retention) -> Void {
        let metricsDays = body.optionalInt("metricsDays", TenantSettings.Retention.metricsDaysRange)
        let activityDays = body.optionalInt("activityDays", TenantSettings.Retention.activityDaysRange)
        for field in ["metricsDays", "activityDays"] where body.isNull(field) { body.fail(field, "cannot be null") }
        if !body.isPresent("metricsDays"), !body.isPresent("activityDays") {
            body.fail("metricsDays", "is required, or activityDays is")
        }
        return { retention in
            if let metricsDays { retention.metricsDays = metricsDays }
            if let activityDays { retention.activityDays = activityDays }
        }
    }

    private static func thresholds(_ body: FieldReader) -> TenantSettings.Thresholds {
        .init(cpuPercent: threshold(body, "cpuPercent"), memoryPercent: threshold(body, "memoryPercent"))
    }

    private static func threshold(_ body: FieldReader, _ name: String) -> TenantSettings.Threshold {
        if let threshold = body.threshold(name) { return threshold }
        body.fail(name, "is required")
        return .init(warning: 1, critical: 2)
    }
}

extension FieldReader {
    /// A pair of limits of health, in percent; nil when missing or null.
    package func threshold(_ name: String) -> TenantSettings.Threshold? {
        guard let inner = nested(name) else { return nil }
        let known = failureCount
        let threshold = TenantSettings.Threshold(warning: inner.double("warning", 0...100), critical: inner.double("critical", 0...100))
        // A number that is missing or out of bounds has its own words.
        if failureCount == known, !(0 < threshold.warning && threshold.warning < threshold.critical) {
            fail(name, "must be 0 < warning < critical <= 100")
        }
        return threshold
    }
}

extension TenantSettings {
    fileprivate func json() throws -> JSONValue { try JSONValue.parse(JSONEncoding.bytes(self)) }
}
