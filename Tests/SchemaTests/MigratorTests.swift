import Fixtures
import Foundation
import Postgres
import Primitives
import Schema
import Testing

@Suite struct MigratorTests {
    /// A connection to a new, empty database.
    private func database() async throws -> PostgresConnection {
        let server = try await TestCluster.shared.address()
        let name = "migrator_\(ID<Int>().description.suffix(12))"
        try PostgresConnection(server).script("CREATE DATABASE \(name) TEMPLATE template0")
        return try PostgresConnection(server.with(["dbname": name]))
    }
    private let first = Migration(number: 1, name: "first", sql: "CREATE TABLE a (id int)")
    private let second = Migration(number: 2, name: "second", sql: "CREATE TABLE b (id int); INSERT INTO b VALUES (1)")

    @Test func appliesWhatIsMissingOnce() async throws {
        let connection = try await database()
        #expect(try Migrator.migrate(connection, [first]) == 1)
        #expect(try Migrator.migrate(connection, [first, second]) == 1)
        #expect(try Migrator.migrate(connection, [first, second]) == 0)
        #expect(try Migrator.version(connection) == 2)
        #expect(try connection.rows("SELECT count(*) FROM b")[0].decode(0, as: Int.self) == 1)
    }

    @Test func aFailedMigrationLeavesNothingOfItself() async throws {
        let connection = try await database()
        let broken = Migration(number: 2, name: "broken", sql: "CREATE TABLE c (id int); SELECT 1 / 0")
        #expect(throws: PostgresError.self) { try Migrator.migrate(connection, [first, broken]) }
        #expect(try Migrator.version(connection) == 1)
        #expect(try connection.rows("SELECT to_regclass('c') IS NULL")[0].decode(0, as: Bool.self))
    }

    @Test func refusesANewerDatabaseAndAnEditedMigration() async throws {
        let connection = try await database()
        try Migrator.migrate(connection, [first, second])
        #expect(throws: AppError.self) { try Migrator.migrate(connection, [first]) }
        let edited = Migration(number: 2, name: "second", sql: "SELECT 2")
        #expect(throws: AppError.self) { try Migrator.migrate(connection, [first, edited]) }
    }

    @Test func theProductsMigrationsApplyToAnEmptyDatabase() async throws {
        #expect(try Migrator.migrate(await database(), Migration.system) == Migration.system.count)
    }
}
