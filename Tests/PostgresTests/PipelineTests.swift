import Fixtures
import Postgres
import Testing

/// Statements that go out together, and those that a session keeps prepared.
@Suite struct PipelineTests {
    private func connect() async throws -> PostgresConnection { try PostgresConnection(try await TestCluster.shared.address()) }

    private func kept(_ connection: PostgresConnection) throws -> Int {
        try connection.rows("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'dbtools\\_%'")[0].decode(0)
    }

    private func cells(_ answers: [Result<PostgresTextRows, PostgresError>]) -> [String] {
        answers.map { answer in
            switch answer {
            case .success(let rows): rows.rows.map { $0.map { $0 ?? "NULL" }.joined(separator: "|") }.joined(separator: ",")
            case .failure(let error): error.sqlState
            }
        }
    }

    @Test func whatIsKeptIsPreparedOnceAndAnswersTheSame() async throws {
        let connection = try await connect()
        let statements = [
            PipelineStatement("SELECT 1 AS a, 'x' AS b", isKept: true), PipelineStatement("SELECT 2"),
            PipelineStatement("SELECT g FROM generate_series(1, 3) AS g", isKept: true),
        ]
        for _ in 0..<3 {
            let answers = try connection.pipeline(statements, rowCountMax: 10)
            #expect(cells(answers) == ["1|x", "2", "1,2,3"])
            #expect(try answers[0].get().columnNames == ["a", "b"])
            #expect(try kept(connection) == 2)
        }
        #expect(try connection.pipeline(statements, rowCountMax: 2)[2].get().isTruncated)
    }

    @Test func eachFailureIsItsOwnAndKeepsNothingMore() async throws {
        let connection = try await connect()
        let statements = [
            PipelineStatement("SELECT 1 / (SELECT 0)", isKept: true), PipelineStatement("SELECT * FROM no_such_table", isKept: true),
            PipelineStatement("SELECT 3", isKept: true), PipelineStatement("SELEC"),
        ]
        for _ in 0..<3 {
            #expect(cells(try connection.pipeline(statements, rowCountMax: 10)) == ["22012", "42P01", "3", "42601"])
            // The division is planned and fails when it is run; the table is missed before.
            #expect(try kept(connection) == 2)
        }
    }

    @Test func aTableThatWasChangedIsReadAsItIsNow() async throws {
        let connection = try await connect()
        try connection.script("CREATE TEMP TABLE changed (a int); INSERT INTO changed VALUES (1)")
        let statement = [PipelineStatement("SELECT * FROM changed", isKept: true), PipelineStatement("SELECT 5", isKept: true)]
        #expect(cells(try connection.pipeline(statement, rowCountMax: 10)) == ["1", "5"])
        try connection.script("ALTER TABLE changed ADD COLUMN b text DEFAULT 'new'")
        for _ in 0..<3 { #expect(cells(try connection.pipeline(statement, rowCountMax: 10)) == ["1|new", "5"]) }
        #expect(connection.keepsStatements && (try kept(connection)) == 2)
    }

    /// As behind a pooler that gives each transaction another session.
    @Test func aSessionThatForgotIsSentTheTextFromThenOn() async throws {
        let connection = try await connect()
        let statements = [PipelineStatement("SELECT 1", isKept: true), PipelineStatement("SELECT 2", isKept: true)]
        #expect(cells(try connection.pipeline(statements, rowCountMax: 10)) == ["1", "2"])
        try connection.script("DEALLOCATE ALL")
        for _ in 0..<2 { #expect(cells(try connection.pipeline(statements, rowCountMax: 10)) == ["1", "2"]) }
        #expect(!connection.keepsStatements)
        #expect(try connection.rows("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT _'")[0].decode(0) == 0)
    }
}
