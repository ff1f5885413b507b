import Fixtures
import Foundation
import Platform
import Postgres
import Primitives
import Testing

@testable import Monitoring

/// The rule of what is shown stands twice: in the view that lists are read from, and in Swift for the health of all.
@Suite struct ShownStateTests {
    @Test func theViewAndSwiftShowTheSame() async throws {
        let fixture = try await CollectionFixture.make()
        var ids: [String] = []
        for status in ["online", "degraded", "offline", "unknown"] {
            for (number, seconds) in [10, 200, 301, 650, 760].enumerated() {
                for interval in [60, 300] {
                    for isEnabled in [true, false] {
                        let id = try await fixture.server("\(status) \(number) \(interval) \(isEnabled)")
                        ids.append("\(id)")
                        try await fixture.platform.tenants.transaction(fixture.tenant) { session in
                            try session.execute(
                                """
                                INSERT INTO monitoring.server_snapshots
                                    (server_id, status, health, reasons, collected_at, attempted_at, interval_seconds, cpu_percent)
                                VALUES (\(id), \(status), 'warning', ARRAY['stored "reason"', 'ä'],
                                    now() - make_interval(secs => \(Double(seconds))), now(), \(Int32(interval)), 74.004)
                                """)
                            guard !isEnabled else { return }
                            try session.execute(
                                "INSERT INTO monitoring.collection_config (server_id, enabled, updated_at) VALUES (\(id), false, now())")
                        }
                    }
                }
            }
        }
        // The last run was refused for want of a right, now or 20 minutes ago; or it failed otherwise, once.
        for (number, (attempt, failures)) in [(0.0, 0), (1_200, 0), (0, 1)].enumerated() {
            let id = try await fixture.server("refused \(number)")
            ids.append("\(id)")
            try await fixture.platform.tenants.transaction(fixture.tenant) { session in
                _ = try session.execute(
                    """
                    INSERT INTO monitoring.server_snapshots
                        (server_id, status, health, reasons, collected_at, attempted_at, last_error_code, failures_in_a_row)
                    VALUES (\(id), 'degraded', 'unknown', ARRAY['A right is missing.'], now() - interval '30 minutes',
                        now() - make_interval(secs => \(attempt)), 'NO_PERMISSIONS', \(Int32(failures)))
                    """)
            }
        }
        try await fixture.server("never tried")
        let bytes = try await HealthBoards(databases: fixture.platform.tenants).all(of: fixture.tenant)
        let view = try await fixture.platform.tenants.read(fixture.tenant) { session in
            let rows = try session.rows("SELECT id, status, health, array_to_string(reasons, '|') FROM fleet.server_overview")
            var view: [String: [String]] = [:]
            for row in rows {
                view[try row.decode(0)] = [try row.decode(1), try row.decode(2), try row.decode(3, as: String?.self) ?? ""]
            }
            return view
        }
        let all = try #require(try JSONValue.parse(bytes).array)
        #expect(all.count == ids.count + 1 && view.count == all.count)
        for server in all {
            let reasons = server["reasons"]?.array?.compactMap(\.string).joined(separator: "|") ?? ""
            let shown = [server["reachability"]?.string ?? "", server["status"]?.string ?? "", reasons]
            #expect(shown == view[server["serverId"]?.string ?? ""], "\(server["name"]?.string ?? "")")
        }
        #expect(Set(all.compactMap { $0["status"]?.string }) == ["warning", "offline", "unknown"])
        let refused = all.filter { $0["name"]?.string?.hasPrefix("refused") == true }
        let shown = Dictionary(refused.map { ($0["name"]?.string ?? "", $0["reachability"]?.string ?? "") }) { first, _ in first }
        #expect(shown == ["refused 0": "degraded", "refused 1": "offline", "refused 2": "offline"])
        #expect(refused.contains { $0["reasons"] == ["A right is missing."] })
        #expect(all.contains { $0["cpuPercent"] == 74 }, "values are rounded to two decimals")
    }
}
