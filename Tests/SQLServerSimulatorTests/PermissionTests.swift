import TDS
import Testing

@testable import SQLServerSimulator

/// What a login may not see, SQL Server refuses with its own numbers.
struct PermissionTests {
    @Test func aViewBesideNothingIsRefusedToo() {
        let batch = "SELECT 1 FROM (SELECT 1 AS n WHERE 1 = 0) AS a JOIN sys.dm_os_wait_stats AS w ON w.waiting_tasks_count = a.n"
        #expect(Harness(permissions: []).errors(batch).map(\.number) == [300, 297])
        #expect(Harness().text(batch).isEmpty)
    }

    @Test func serverStateIsRefusedWith300And297() {
        let errors = Harness(permissions: []).errors("SELECT * FROM sys.dm_os_wait_stats")
        #expect(errors.map(\.number) == [300, 297])
        #expect(errors.first?.text == "VIEW SERVER STATE permission was denied on object 'server', database 'master'.")
        #expect(Harness(permissions: ["VIEW SERVER STATE"]).errors("SELECT * FROM sys.dm_os_wait_stats").isEmpty)
    }

    @Test func from2022ThePerformanceHalfIsEnough() {
        let refused = Harness(version: .v2022, permissions: []).errors("SELECT * FROM sys.dm_os_wait_stats")
        #expect(refused.first?.text == "VIEW SERVER PERFORMANCE STATE permission was denied on object 'server', database 'master'.")
        let half = Harness(version: .v2022, permissions: ["VIEW SERVER PERFORMANCE STATE"])
        #expect(half.errors("SELECT * FROM sys.dm_os_wait_stats").isEmpty)
        #expect(half.errors("SELECT * FROM sys.dm_exec_connections").first?.number == 300)
        #expect(Harness(version: .v2022, permissions: ["VIEW SERVER STATE"]).errors("SELECT * FROM sys.dm_exec_connections").isEmpty)
    }

    @Test func msdbIsRefusedWith229() {
        let harness = Harness(permissions: ["VIEW SERVER STATE"])
        let error = harness.errors("SELECT * FROM msdb.dbo.backupset").first
        #expect(error?.number == 229)
        #expect(error?.severity == 14)
        #expect(error?.text == "The SELECT permission was denied on the object 'backupset', database 'msdb', schema 'dbo'.")
        #expect(Harness(permissions: ["SELECT ON msdb"]).errors("SELECT * FROM msdb.dbo.backupset").isEmpty)
    }

    @Test func withoutDefinitionRightsFilesAreInvisible() {
        let harness = Harness(permissions: ["VIEW SERVER STATE"])
        #expect(harness.rows("SELECT * FROM sys.master_files").isEmpty)
        #expect(harness.errors("SELECT * FROM sys.master_files").isEmpty)
        #expect(!Harness(permissions: ["VIEW ANY DEFINITION"]).rows("SELECT * FROM sys.master_files").isEmpty)
    }

    @Test func withoutServerStateOneSeesOnlyOneself() {
        #expect(Harness(permissions: []).text("SELECT session_id - @@SPID FROM sys.dm_exec_sessions") == "0")
    }

    @Test func aForeignDatabaseIsRefusedWith916() {
        #expect(Harness(permissions: []).errors("USE Sales").first?.number == 916)
        #expect(Harness(permissions: ["CONNECT ANY DATABASE"]).errors("USE Sales").isEmpty)
    }

    @Test func permissionsCanBeAskedFor() {
        let harness = Harness(permissions: ["VIEW SERVER STATE"])
        #expect(
            harness.text(
                "SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE'), HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DEFINITION'), "
                    + "IS_SRVROLEMEMBER('sysadmin'), HAS_PERMS_BY_NAME(NULL, NULL, 'NO SUCH')"
            )
                == "1|0|0|NULL")
        #expect(
            harness.text("SELECT permission_name FROM sys.fn_my_permissions(NULL, 'SERVER') WHERE permission_name LIKE 'VIEW SERVER%'")
                == "VIEW SERVER STATE")
    }

    @Test func aGrantMends() throws {
        let clock = TestClock()
        let logins = [Login(name: "sa", password: "p"), Login(name: "monitor", password: "m", permissions: [])]
        let instance = SimulatedInstance(config: InstanceConfig(number: 1, logins: logins), clock: SimulatorClock { clock.now })
        let owner = instance.makeSession(LoginRequest(user: "sa", password: "p"))
        let monitor = instance.makeSession(LoginRequest(user: "monitor", password: "m"))
        #expect(Harness.text(monitor.execute(batch: "SELECT COUNT(*) FROM sys.dm_os_sys_info")).hasPrefix("!300"))
        _ = owner.execute(batch: "GRANT VIEW SERVER STATE TO [monitor];")
        #expect(Harness.text(monitor.execute(batch: "SELECT COUNT(*) FROM sys.dm_os_sys_info")) == "1")
    }

    @Test func loginsAreChecked() {
        let instance = SimulatedInstance(config: InstanceConfig(number: 1, logins: [Login(name: "m", password: "right", permissions: [])]))
        func numbers(_ user: String, _ password: String, _ database: String = "") -> [Int] {
            switch instance.authenticate(LoginRequest(user: user, password: password, database: database)) {
            case .accepted: []
            case .failed(let messages): messages.map(\.number)
            }
        }
        #expect(numbers("M", "right").isEmpty)
        #expect(numbers("m", "wrong") == [18456])
        #expect(numbers("x", "right") == [18456])
        #expect(numbers("m", "right", "nosuch") == [4060, 18456])
        #expect(numbers("m", "right", "Sales") == [4060, 18456])
    }

    @Test func controlTakesRightsAway() throws {
        let harness = Harness()
        #expect(harness.errors("SELECT * FROM sys.dm_os_wait_stats").isEmpty)
        try harness.change(#"{"permissions": ["connect sql"]}"#)
        #expect(harness.errors("SELECT * FROM sys.dm_os_wait_stats").map(\.number) == [300, 297])
        #expect(harness.errors("BEGIN TRY SELECT * FROM sys.dm_os_wait_stats END TRY BEGIN CATCH SELECT ERROR_NUMBER() END CATCH").isEmpty)
    }
}
