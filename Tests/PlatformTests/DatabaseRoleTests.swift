import Fixtures
import Foundation
import Postgres
import Primitives
import Testing

@testable import Platform

/// What somebody could do who got hold of a tenant's two database roles, by an SQL injection or a stolen password: FR25, NFR11.
@Suite struct DatabaseRoleTests {
    /// The addresses of a tenant's run-time and owner roles, as the program itself has them.
    private func addresses(_ tenant: Tenant, _ platform: TestPlatform) async throws -> [(name: String, address: DatabaseAddress)] {
        let record = try await platform.system.read { try TenantRecord.all(on: $0).first { $0.tenant.id == tenant.id } }
        let found = try #require(record)
        let runtime = try platform.secrets.openForInstallation(found.runtimePasswordSealed, context: "runtime role \(tenant.id)")
        let owner = try platform.secrets.openForInstallation(found.ownerPasswordSealed, context: "owner role \(tenant.id)")
        return try [(found.runtimeRole, runtime), (found.ownerRole, owner)].map { role, password in
            let database = tenant.databaseName
            return (role, try platform.system.address.with(["dbname": database, "user": role, "password": password]))
        }
    }

    @Test("Both roles connect to their own database and to no other: not another tenant's, the system's, postgres, template1 or the template")
    func theyConnectNowhereElse() async throws {
        let platform = try await TestPlatform.shared
        let (mine, theirs) = (try await platform.tenant(), try await platform.tenant())
        let others = [
            theirs.databaseName, platform.system.name, "postgres", "template0", "template1", TenantTemplate.databaseName,
            TenantTemplate.databaseName + "_making",
        ]
        for (name, address) in try await addresses(mine, platform) {
            #expect(try PostgresConnection(address).rows("SELECT current_database()")[0].decode(0, as: String.self) == mine.databaseName)
            for database in others {
                #expect(throws: PostgresError.self, "\(name) into \(database)") {
                    try PostgresConnection(address.with(["dbname": database]))
                }
            }
            let openTo = try PostgresConnection(address).rows(
                """
                SELECT datname::text
                FROM pg_database
                WHERE datallowconn AND has_database_privilege(session_user, oid, 'CONNECT') AND datname = ANY (\(others + [mine.databaseName]))
                """)
            #expect(try openTo.map { try $0.decode(0, as: String.self) } == [mine.databaseName])
        }
    }

    @Test("Neither role leaves its database by way of the server: no roles, no databases, no files, no programs, no other databases' data")
    func theyDoNotLeaveTheirDatabase() async throws {
        let platform = try await TestPlatform.shared
        let (mine, theirs) = (try await platform.tenant(), try await platform.tenant())
        let system = platform.system.name
        let target = try PostgresConnection(platform.system.address)  // somebody to be thrown out
        defer { withExtendedLifetime(target) {} }
        let statements = [
            "CREATE ROLE intruder", "CREATE ROLE intruder SUPERUSER", "ALTER ROLE CURRENT_USER SUPERUSER", "ALTER ROLE SESSION_USER CREATEROLE",
            "CREATE DATABASE intruder", "DROP DATABASE \"\(theirs.databaseName)\"", "ALTER DATABASE \"\(theirs.databaseName)\" RENAME TO x",
            "GRANT pg_read_all_data TO SESSION_USER",
            "ALTER ROLE \"\(theirs.databaseName)\" PASSWORD 'mine'", "ALTER ROLE \"\(theirs.databaseName)\" SET search_path = x",
            "SET ROLE \"\(theirs.databaseName)\"", "SET SESSION AUTHORIZATION \"\(theirs.databaseName)\"", "SET ROLE pg_read_server_files",
            "DROP ROLE \"\(theirs.databaseName)\"", "ALTER SYSTEM SET log_statement = 'all'",
            "COPY (SELECT 1) TO PROGRAM 'true'", "CREATE TEMP TABLE t1 (x text); COPY t1 FROM PROGRAM 'id'",
            "CREATE TEMP TABLE t2 (x text); COPY t2 FROM '/etc/passwd'", "COPY (SELECT 1) TO '/tmp/dbtools-intruder'",
            "SELECT lo_import('/etc/passwd')", "SELECT lo_export(lo_create(0), '/tmp/dbtools-intruder')",
            "SELECT pg_read_file('/etc/passwd')", "SELECT pg_read_file('PG_VERSION')", "SELECT pg_read_binary_file('PG_VERSION')",
            "SELECT pg_ls_dir('.')", "SELECT pg_stat_file('PG_VERSION')", "SELECT pg_ls_logdir()", "SELECT pg_current_logfile()",
            "CREATE EXTENSION dblink", "CREATE EXTENSION postgres_fdw", "CREATE EXTENSION file_fdw", "CREATE EXTENSION adminpack",
            "CREATE EXTENSION pg_stat_statements", "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc', 'system'",
            "CREATE FUNCTION f() RETURNS int LANGUAGE internal AS 'pg_read_file'", "LOAD 'auto_explain'",
            "SELECT rolpassword FROM pg_authid", "SELECT passwd FROM pg_shadow", "SELECT * FROM pg_hba_file_rules",
            "SELECT * FROM pg_file_settings", "SELECT umoptions FROM pg_user_mapping", "SELECT subconninfo FROM pg_subscription",
            "SELECT pg_reload_conf()", "SELECT pg_rotate_logfile()", "SELECT pg_switch_wal()", "SELECT pg_promote()",
            "SELECT pg_create_logical_replication_slot('x', 'test_decoding')", "SELECT pg_create_restore_point('x')",
            "CREATE PUBLICATION p FOR ALL TABLES", "SET log_statement = 'all'", "SET session_replication_role = replica",
            "CREATE TABLESPACE intruder LOCATION '/tmp'", "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION f()",
            "SELECT * FROM \"\(system)\".platform.tenants", "CHECKPOINT", "VACUUM pg_authid(rolname) FULL",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(system)' AND pid <> pg_backend_pid()",
        ]
        for (name, address) in try await addresses(mine, platform) {
            for statement in statements {
                let connection = try PostgresConnection(address)
                #expect(throws: PostgresError.self, "\(name): \(statement)") { try connection.script(statement) }
            }
            // A right that one has not to give is not given; PostgreSQL says so in a warning only.
            _ = try? PostgresConnection(address).script("GRANT CONNECT ON DATABASE \"\(theirs.databaseName)\" TO PUBLIC")
            #expect(throws: PostgresError.self) { try PostgresConnection(address.with(["dbname": theirs.databaseName])) }
            // What everybody may read of the server holds nothing of others: no statement, no setting of a role, no password.
            let connection = try PostgresConnection(address)
            let seen = try connection.rows(
                """
                SELECT
                    (SELECT count(*) FROM pg_stat_activity
                        WHERE datname <> current_database() AND query NOT IN ('', '<insufficient privilege>')) AS queries,
                    (SELECT count(*) FROM pg_db_role_setting) AS settings,
                    (SELECT count(*) FROM pg_roles WHERE rolpassword <> '********' OR rolconfig IS NOT NULL) AS roles
                """)[0]
            #expect(try seen.decode("queries", as: Int.self) == 0)
            #expect(try seen.decode("settings", as: Int.self) == 0)
            #expect(try seen.decode("roles", as: Int.self) == 0)
        }
    }

    @Test("The run-time role does not become the owner, and changes no schema of its own tenant's database")
    func theRunTimeRoleIsNoOwner() async throws {
        let platform = try await TestPlatform.shared
        let tenant = try await platform.tenant()
        let runtime = try #require(try await addresses(tenant, platform).first).address
        for statement in [
            "SET ROLE \(SystemDatabase.ownerGroup)", "SET ROLE \"dbtools_owner_\(tenant.slug)\"", "CREATE SCHEMA mine",
            "CREATE TABLE public.mine (x int)", "CREATE TABLE platform.mine (x int)", "DROP TABLE platform.settings",
            "ALTER TABLE platform.settings DISABLE ROW LEVEL SECURITY", "UPDATE platform.schema_migrations SET number = 99",
            "DELETE FROM platform.schema_migrations", "ALTER TABLE platform.activity_log DETACH PARTITION platform.activity_log_rest",
            "CREATE OR REPLACE FUNCTION platform.expire_activity(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE RULE r AS ON INSERT TO platform.activity_log DO INSTEAD NOTHING",
            "CREATE TRIGGER t BEFORE INSERT ON platform.activity_log EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "TRUNCATE platform.activity_log", "UPDATE platform.activity_log SET action = 'x'", "DELETE FROM platform.activity_log",
            "INSERT INTO platform.activity_log_rest (id, action, entity_type, actor_name) VALUES (gen_random_uuid(), 'x', 'x', 'x')",
        ] {
            let connection = try PostgresConnection(runtime)
            #expect(throws: PostgresError.self, "\(statement)") { try connection.script(statement) }
        }
    }

    @Test("Sessions that work for requests do not compile statements, whatever the server's setting")
    func sessionsDoNotCompileStatements() async throws {
        let platform = try await TestPlatform.shared
        let tenant = try await platform.tenant()
        // The test cluster is a private one, whose own setting is off too: where the value comes from tells them apart.
        let source: SQL = "SELECT setting || ' ' || source FROM pg_settings WHERE name = 'jit'"
        #expect(try await platform.system.read { try $0.rows(source)[0].decode(0, as: String.self) } == "off client")
        #expect(try await platform.tenants.read(tenant) { try $0.rows(source)[0].decode(0, as: String.self) } == "off client")
        #expect(try await platform.tenants.ownerTransaction(tenant) { try $0.rows(source)[0].decode(0, as: String.self) } == "off client")
    }
}
