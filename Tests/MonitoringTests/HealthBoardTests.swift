import Fixtures
import Fleet
import Foundation
import Platform
import Postgres
import Primitives
import Testing

@testable import Monitoring

/// A board that has answered before says the same as one that reads everything, whatever changed in between and whoever changed it.
@Suite struct HealthBoardTests {
    @Test func everyKindOfChangeIsSeenInTheNextAnswer() async throws {
        let fixture = try await CollectionFixture.make()
        let first = try await fixture.server("first")
        let second = try await fixture.server("second")
        let third = try await fixture.server("third")
        let (group, filtered, label) = (UUID(), UUID(), UUID())
        let warm = HealthBoards(databases: fixture.platform.tenants)
        let changes: [(what: String, sql: SQL)] = [
            (
                "a first reading",
                """
                INSERT INTO monitoring.server_snapshots (server_id, status, health, collected_at, attempted_at, cpu_percent)
                VALUES (\(first), 'online', 'healthy', now(), now(), 5)
                """
            ),
            (
                "a new value",
                """
                UPDATE monitoring.server_snapshots
                SET cpu_percent = 97, health = 'critical', reasons = ARRAY['CPU']
                WHERE server_id = \(first)
                """
            ),
            (
                "collection off",
                """
                INSERT INTO monitoring.collection_config (server_id, enabled, updated_at)
                VALUES (\(first), false, now())
                """
            ),
            ("collection on", "UPDATE monitoring.collection_config SET enabled = true WHERE server_id = \(first)"),
            ("a name", "UPDATE fleet.servers SET name = 'renamed' WHERE id = \(second)"),
            ("removed", "UPDATE fleet.servers SET deleted_at = now() WHERE id = \(second)"),
            ("nothing", "SELECT 1"),
            ("restored", "UPDATE fleet.servers SET deleted_at = NULL WHERE id = \(second)"),
            ("a group", "INSERT INTO fleet.server_groups (id, name, created_at, updated_at) VALUES (\(group), 'g', now(), now())"),
            (
                "two members",
                """
                INSERT INTO fleet.server_group_members (server_id, group_id)
                VALUES (\(first), \(group)), (\(second), \(group))
                """
            ),
            ("a member less", "DELETE FROM fleet.server_group_members WHERE server_id = \(first)"),
            (
                "one for another",
                """
                WITH gone AS (DELETE FROM fleet.server_group_members)
                INSERT INTO fleet.server_group_members (server_id, group_id)
                VALUES (\(third), \(group))
                """
            ),
            (
                "a dynamic group",
                """
                INSERT INTO fleet.server_groups (id, name, filter, created_at, updated_at)
                VALUES (\(filtered), 'd', 'label = prod or name = renamed', now(), now())
                """
            ),
            (
                "a label nobody has",
                """
                INSERT INTO fleet.labels (id, name, color, created_at)
                VALUES (\(label), 'prod', '#112233', now())
                """
            ),
            ("a label given", "INSERT INTO fleet.server_labels (server_id, label_id) VALUES (\(first), \(label))"),
            ("a label renamed", "UPDATE fleet.labels SET name = 'test' WHERE id = \(label)"),
            ("a label named back", "UPDATE fleet.labels SET name = 'prod' WHERE id = \(label)"),
            ("a name that a filter asks for", "UPDATE fleet.servers SET name = 'plain' WHERE id = \(second)"),
            ("a label taken", "DELETE FROM fleet.server_labels"),
            ("another filter", "UPDATE fleet.server_groups SET filter = 'name = plain' WHERE id = \(filtered)"),
            ("a dynamic group gone", "DELETE FROM fleet.server_groups WHERE id = \(filtered)"),
            ("all groups gone", "DELETE FROM fleet.server_groups"),
            ("a server gone for good", "DELETE FROM fleet.servers WHERE id = \(third)"),
        ]
        try await expectSame(warm, fixture, "at first")
        var answers: [JSONValue] = []
        for change in changes {
            try await fixture.platform.tenants.transaction(fixture.tenant) { _ = try $0.execute(change.sql) }
            answers.append(try await expectSame(warm, fixture, change.what))
        }
        // The changes were such that they show: otherwise the comparison above would prove nothing.
        let shown = Set(changes.indices.dropFirst().filter { answers[$0] != answers[$0 - 1] }.map { changes[$0].what })
        let silent: Set = ["nothing", "a group", "a label nobody has"]
        #expect(shown == Set(changes.dropFirst().map(\.what)).subtracting(silent))
    }

    @Test func aChangeThatWasUnderWayDuringAnAnswerIsInTheNextOne() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("slow")
        let warm = HealthBoards(databases: fixture.platform.tenants)
        let (asked, answered) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        _ = try await warm.all(of: fixture.tenant)
        let answeredFlag = answered.stream
        async let change: Void = fixture.platform.tenants.transaction(fixture.tenant) { session in
            try session.execute("UPDATE fleet.servers SET name = 'late' WHERE id = \(id)")
            asked.continuation.yield()
            // The transaction stays open until the board has been read, and others have come and gone meanwhile.
            let done = DispatchSemaphore(value: 0)
            Task { for await _ in answeredFlag { done.signal() } }
            done.wait()
        }
        for await _ in asked.stream { break }
        let other = try await fixture.server("meanwhile")
        #expect(try await names(warm, fixture) == ["meanwhile", "slow"])
        try await fixture.platform.tenants.transaction(fixture.tenant) { session in
            _ = try session.execute("UPDATE fleet.servers SET name = 'then' WHERE id = \(other)")
        }
        #expect(try await names(warm, fixture) == ["slow", "then"])
        answered.continuation.yield()
        answered.continuation.finish()
        try await change
        #expect(try await names(warm, fixture) == ["late", "then"])
    }

    /// Nothing is written when time goes by: what turns stale is found by its time.
    @Test func aReadingThatTurnsStaleBetweenTwoAnswersIsOffline() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("quiet")
        let warm = HealthBoards(databases: fixture.platform.tenants)
        // Two seconds before it turns stale; again, if the machine was too busy to answer meanwhile.
        var before: String?
        while before != "healthy" {
            try await fixture.platform.tenants.transaction(fixture.tenant) { session in
                _ = try session.execute(
                    """
                    INSERT INTO monitoring.server_snapshots (server_id, status, health, collected_at, attempted_at, cpu_percent)
                    VALUES (\(id), 'online', 'healthy', clock_timestamp() - interval '298 seconds', now(), 5)
                    ON CONFLICT (server_id) DO UPDATE SET collected_at = EXCLUDED.collected_at
                    """)
            }
            before = try JSONValue.parse(await warm.all(of: fixture.tenant)).array?.first?["status"]?.string
        }
        // Waited for in the database, by whose clock it is judged.
        _ = try await fixture.words(
            """
            SELECT pg_sleep(greatest(0, 300.1 - extract(epoch FROM clock_timestamp() - collected_at)))::text
            FROM monitoring.server_snapshots
            """)
        let after = try await warm.all(of: fixture.tenant)
        #expect(try JSONValue.parse(after).array?.first?["status"]?.string == "offline")
        try await expectSame(warm, fixture, "stale")
    }

    /// A board that an older order of changes belongs to (a database restored beneath us) is read anew.
    @Test func aBoardOfAnotherHistoryIsReadAnew() async throws {
        let fixture = try await CollectionFixture.make()
        try await fixture.server("one")
        let future = HealthBoard(mark: HealthBoard.Mark(oldestTransaction: 1 << 40, readAt: Date()), builtAt: Date())
        let (board, answer) = try await HealthBoardSQL.refreshed(future, of: fixture.tenant, fixture.platform.tenants)
        #expect(try JSONValue.parse(answer).array?.count == 1 && board.mark.oldestTransaction < 1 << 40)
    }

    @discardableResult
    private func expectSame(_ warm: HealthBoards, _ fixture: CollectionFixture, _ what: String) async throws -> JSONValue {
        let known = try await warm.all(of: fixture.tenant)
        let read = try await HealthBoards(databases: fixture.platform.tenants).all(of: fixture.tenant)
        func sorted(_ bytes: [UInt8]) throws -> [JSONValue] {
            try #require(try JSONValue.parse(bytes).array).sorted { $0["serverId"]?.string ?? "" < $1["serverId"]?.string ?? "" }
        }
        #expect(try sorted(known) == sorted(read), "\(what)")
        return .array(try sorted(known))
    }

    private func names(_ boards: HealthBoards, _ fixture: CollectionFixture) async throws -> [String] {
        try #require(try JSONValue.parse(await boards.all(of: fixture.tenant)).array).compactMap { $0["name"]?.string }.sorted()
    }
}
