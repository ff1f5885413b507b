import Fixtures
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Platform
import Postgres
import Primitives
import Testing

/// How long a tenant keeps its samples.
@Suite struct RetentionSettingsTests {
    @Test("PRD 3.1-8, 3.5-1, 3.5-2, 3.5-3, 3.5-8: 30 days at first, 1 to 365, each tenant its own, read and replaced by its admin")
    func retentionIsReadAndReplaced() async throws {
        let edge = try await TestEdge.shared
        let (tenant, other) = (try await edge.platform.tenant(), try await edge.platform.tenant())
        let (admin, viewer, stranger) = (
            try await edge.person(.tenantAdmin, in: tenant), try await edge.person(.viewer, in: tenant),
            try await edge.person(.tenantAdmin, in: other)
        )
        try await edge.test { client in
            let headers = try await client.logIn(admin).bearer(tenant)
            let path = "/api/v1/settings/retention"
            #expect(try await client.get(path, headers).json == ["metricsDays": 30, "activityDays": 365])
            for (days, status) in [(0, 400), (1, 200), (365, 200), (366, 400), (-1, 400), (90, 200)] {
                let body = #"{"metricsDays":\#(days),"activityDays":365}"#
                #expect(try await client.send(.put, path, headers, text: body).status == status, "\(days)")
            }
            #expect(try await client.send(.put, path, headers, text: #"{"metricsDays":1.5,"activityDays":365}"#).status == 400)
            #expect(try await client.get(path, headers).json["metricsDays"] == 90)
            // What is absent stays as it is.
            #expect(
                try await client.send(.put, path, headers, text: #"{"activityDays":100}"#).json == ["metricsDays": 90, "activityDays": 100])
            #expect(
                try await client.send(.put, path, headers, text: #"{"metricsDays":90}"#).json == ["metricsDays": 90, "activityDays": 100])
            for body in ["{}", #"{"metricsDays":null}"#, #"{"metricsDays":null,"activityDays":5}"#] {
                #expect(try await client.send(.put, path, headers, text: body).status == 400, "\(body)")
            }
            let reader = try await client.logIn(viewer).bearer(tenant)
            #expect(try await client.get(path, reader).json["metricsDays"] == 90)
            #expect(try await client.send(.put, path, reader, text: #"{"metricsDays":1,"activityDays":365}"#).status == 403)
            #expect(try await client.get(path, client.logIn(stranger).bearer(other)).json["metricsDays"] == 30)
        }
        let stored = try await edge.platform.tenants.read(tenant) {
            try $0.rows("SELECT value->>'metricsDays' FROM platform.settings WHERE key = 'retention'")[0].decode(0, as: String.self)
        }
        #expect(stored == "90")
    }
}
