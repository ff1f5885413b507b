import Engines
import Fixtures
import Foundation
import Monitoring
import Platform
import Postgres
import SQLServerSimulator
import Testing

/// Texts and plans of running queries, from a simulated SQL Server's plan cache over ODBC into the tenant's database.
@Suite struct QueryDetailJourneyTests {
    @Test("A running query's text is read once, and its plan when it takes long")
    func textsAndPlans() async throws {
        try await CollectionJourneyTests.withSimulator { (port, control) async throws in
            let platform = try await TestPlatform.make()
            let tenant = try await platform.tenant()
            _ = try await CollectionJourneyTests.add(port, platform, tenant)
            let collector = CollectionJourneyTests.collector(platform)
            try await collector.leases.tick()
            try await CollectionJourneyTests.change(control, #"{"cpuPercent":90,"blockedSessions":3}"#)
            let start = Date()
            for seconds in [0.0, 60] {
                try await collector.watch.tick(now: start + seconds)
                await collector.collection.tick(now: start + seconds)
                await collector.buffer.tick(now: start + seconds)
            }
            func words(_ sql: SQL) async throws -> [String] {
                try await platform.tenants.read(tenant) { try $0.rows(sql).map { try $0.decode(0) } }
            }
            let texts = try await words("SELECT body FROM monitoring.query_details WHERE kind = 'statement'")
            #expect(texts.contains("(@product int)UPDATE dbo.stock SET quantity = quantity - 1 WHERE product_id = @product"), "\(texts)")
            let plans = try await words("SELECT body FROM monitoring.query_details WHERE kind = 'plan'")
            #expect(!plans.isEmpty && plans.allSatisfy { $0.hasPrefix("<ShowPlanXML") && $0.hasSuffix("</ShowPlanXML>") })
            // What the newest rows name is there, of both collectors; only the report is long enough for its plan.
            let missing = try await words(
                """
                SELECT cell.value
                FROM monitoring.collector_runs t, jsonb_array_elements(t.rows) row, jsonb_array_elements_text(row) cell
                WHERE t.collector IN ('running_queries', 'blocking') AND cell.value ~ '^0x[0-9A-F]+:[0-9]+:-?[0-9]+$'
                  AND NOT EXISTS (SELECT FROM monitoring.query_details d WHERE d.server_id = t.server_id AND d.reference = cell.value)
                """)
            #expect(missing == [])
            let named = try await words(
                """
                SELECT DISTINCT d.kind
                FROM monitoring.collector_runs t, jsonb_array_elements(t.rows) row, jsonb_array_elements_text(row) cell
                JOIN monitoring.query_details d ON d.reference = cell.value
                WHERE t.collector = 'running_queries'
                ORDER BY 1
                """)
            #expect(named == ["plan", "statement"])
        }
    }
}
