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
        #expect(connection.keepsStatements)
        #expect(try kept(connection) == 2)
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

    @Test func whatWasPreparedByTheSameNameBeforeIsNotCalled() async throws {
        let connection = try await connect()
        #expect(cells(try connection.pipeline([PipelineStatement("SELECT 1", isKept: true)], rowCountMax: 1)) == ["1"])
        let name: String = try connection.rows("SELECT name FROM pg_prepared_statements WHERE statement = 'SELECT 1'")[0].decode(0)
        let other = try await connect()
        try other.script("PREPARE \(name) AS SELECT 'another''s'")
        for _ in 0..<2 { #expect(cells(try other.pipeline([PipelineStatement("SELECT 1", isKept: true)], rowCountMax: 1)) == ["1"]) }
        #expect(!other.keepsStatements)
    }

    @Test func statementsByThemselvesAreNotMixedUpWithThoseThatAreKept() async throws {
        let connection = try await connect()
        let statements = [PipelineStatement("SELECT 7", isKept: true), PipelineStatement("SELECT 8", isKept: true)]
        #expect(try connection.rows("SELECT 7")[0].decode(0) == 7)
        for _ in 0..<2 { #expect(cells(try connection.pipeline(statements, rowCountMax: 1)) == ["7", "8"]) }
        #expect(try connection.rows("SELECT 8")[0].decode(0) == 8)
        #expect(try kept(connection) == 2)
    }

    @Test func aTextThatIsSentTwiceIsKeptOnce() async throws {
        let connection = try await connect()
        let statements = Array(repeating: PipelineStatement("SELECT 9", isKept: true), count: 2)
        for _ in 0..<2 { #expect(cells(try connection.pipeline(statements, rowCountMax: 1)) == ["9", "9"]) }
        #expect(connection.keepsStatements)
        #expect(try kept(connection) == 1)
    }

    /// What the server honestly does not support takes nothing from the others.
    @Test func whatIsNotSupportedLeavesTheOthersKept() async throws {
        let connection = try await connect()
        try connection.script(
            """
            CREATE FUNCTION pg_temp.unsupported() RETURNS int LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'not here' USING ERRCODE = '0A000'; END $$
            """)
        let statements = [PipelineStatement("SELECT pg_temp.unsupported()", isKept: true), PipelineStatement("SELECT 10", isKept: true)]
        for _ in 0..<3 { #expect(cells(try connection.pipeline(statements, rowCountMax: 1)) == ["0A000", "10"]) }
        #expect(connection.keepsStatements)
        #expect(try connection.rows("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 10'")[0].decode(0) == 1)
    }

    @Test func aDeadlineHoldsForTheSecondRoundTripToo() async throws {
        let connection = try await connect()
        try connection.script("CREATE TEMP TABLE slow (a int); INSERT INTO slow VALUES (1)")
        let statements = [
            PipelineStatement("SELECT s.*, pg_sleep(0.4)::text FROM slow AS s", isKept: true), PipelineStatement("SELECT pg_sleep(0.4)::text"),
        ]
        #expect(cells(try connection.pipeline(statements, rowCountMax: 1)) == ["1|", ""])
        try connection.script("ALTER TABLE slow ADD COLUMN b int")
        // Each round trip by itself would be within it.
        connection.statementDeadlineSeconds = 0.6
        #expect(throws: PostgresError.self) { try connection.pipeline(statements, rowCountMax: 1) }
    }
}
