import Primitives

/// Names and rights in T-SQL.
enum SQLServerName {
    /// In brackets.
    static func quoted(_ name: String) -> String { "[\(name.escaping("]", with: "]]"))]" }
    /// For the inside of N'...'.
    static func escaped(_ name: String) -> String { name.escaping("'", with: "''") }

    /// What lets `login` deploy in a database that exists.
    static func deployGrants(database: String, login: String) -> String {
        let (name, text) = (quoted(login), escaped(login))
        return """
            USE \(quoted(database));
            IF USER_ID(N'\(text)') IS NULL CREATE USER \(name) FOR LOGIN \(name);
            GRANT CREATE SCHEMA, CREATE TABLE, CREATE PROCEDURE TO \(name);
            """
    }

    /// What lets another login than the deploying one run the procedures; it becomes a user of the database if it is none.
    static func monitorBatches(_ login: String) -> [String] {
        let (name, text) = (quoted(login), escaped(login))
        return [
            """
            IF SUSER_ID(N'\(text)') IS NOT NULL AND USER_ID(N'\(text)') IS NULL AND COALESCE(IS_SRVROLEMEMBER(N'sysadmin', N'\(text)'), 0) = 0
            BEGIN
                CREATE USER \(name) FOR LOGIN \(name);
                UPDATE DbTools.SchemaVersion SET CreatedUser = N'\(text)';
            END
            """,
            """
            IF USER_ID(N'\(text)') IS NOT NULL
                GRANT EXECUTE, SELECT, VIEW DEFINITION ON SCHEMA::DbTools TO \(name);
            """,
        ]
    }

    /// The one call of a collection where the procedures are deployed.
    static func collectCall(database: String) -> String { "EXEC \(quoted(database)).DbTools.CollectCore;" }
}
