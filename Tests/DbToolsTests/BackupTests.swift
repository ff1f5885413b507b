import Foundation
import Testing

@testable import DbTools

@Suite(.serialized) struct BackupTests {
    @Test func everythingComesBackInANewDataDirectory() async throws {
        let served = try Served()
        try await served.start()
        #expect(try await served.call("POST", "/tenants", #"{"slug": "acme", "name": "Acme"}"#).status == 201)
        let server =
            #"{"name": "db1", "engine": "postgresql", "hostname": "127.0.0.1", "port": 1, "username": "u", "password": "sealed secret"}"#
        #expect(try await served.call("POST", "/servers", tenant: "acme", server).status == 201)
        let file = served.folder.path + "/backup.tar"
        let backup = try served.run(["backup", file])  // beside the running program
        #expect(backup.code == 0, "\(backup.error)")
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        _ = try await served.stop()

        let other = try Served()
        let restore = try other.run(["restore", file])
        #expect(restore.code == 0, "\(restore.error)")
        try await other.start()
        #expect(try await other.call("GET", "/servers", tenant: "acme").body.contains("db1"))
        // The sealed password opens: the test gets as far as the refused connection.
        let id = try #require(try await other.call("GET", "/servers", tenant: "acme").body.firstMatch(of: /"id":"([0-9a-f-]{36})"/)).output
            .1
        let test = try await other.call("POST", "/servers/\(id)/test-connection", tenant: "acme", "{}")
        #expect(test.status == 200)
        #expect(test.body.contains("UNREACHABLE"), "\(test.body)")
        _ = try await other.stop()

        let again = try other.run(["restore", file])
        #expect(again.code == 1)
        #expect(again.error.contains("--force"))
        // A tenant that was made after the backup is gone with the installation that is replaced: its slug is free.
        #expect(try other.run(["tenant", "create", "later", "--name", "Later"]).code == 0)
        let forced = try other.run(["restore", "--force", file])
        #expect(forced.code == 0, "\(forced.error)")
        #expect(try other.run(["tenant", "show", "later"]).code == 1)
        let created = try other.run(["tenant", "create", "later", "--name", "Later"])
        #expect(created.code == 0, "\(created.error)")
    }

    @Test("A backup that is cut short, or of another key than the configured one, is refused with a sentence and changes nothing")
    func aShortOrForeignBackupIsRefused() async throws {
        let served = try Served()
        try await served.start()
        #expect(try await served.call("POST", "/tenants", #"{"slug": "acme", "name": "Acme"}"#).status == 201)
        let (file, short) = (served.folder.path + "/backup.tar", served.folder.path + "/short.tar")
        #expect(try served.run(["backup", file]).code == 0)
        _ = try await served.stop()
        let bytes = try Data(contentsOf: URL(filePath: file))
        for count in [0, 512, 4_000, bytes.count / 3, bytes.count - 20_000] {
            try bytes.prefix(count).write(to: URL(filePath: short))
            let restore = try served.run(["restore", "--force", short])
            #expect(restore.code == 1)
            #expect(restore.error.contains("cut short") || restore.error.contains("damaged"), "\(count): \(restore.error)")
        }
        let otherKey = ["DBTOOLS_MASTER_KEY": String(repeating: "ab", count: 32)]
        let foreign = try Served()
        let restore = try foreign.run(["restore", file], environment: otherKey)
        #expect(restore.code == 1)
        #expect(restore.error.contains("is not the backup's"))
        // A place that cannot be written.
        let unwritable = try served.run(["backup", "/dev/full/backup.tar"])
        #expect(unwritable.code == 1)
        #expect(try served.run(["tenant", "list"]).output.contains("acme"))
    }

    @Test func aDamagedBackupChangesNothing() async throws {
        let served = try Served()
        try await served.start()
        #expect(try await served.call("POST", "/tenants", #"{"slug": "acme", "name": "Acme"}"#).status == 201)
        let file = served.folder.path + "/backup.tar"
        #expect(try served.run(["backup", file]).code == 0)
        _ = try await served.stop()
        var bytes = try Data(contentsOf: URL(filePath: file))
        bytes[bytes.count / 2] ^= 0xFF
        try bytes.write(to: URL(filePath: file))
        let restore = try served.run(["restore", "--force", file])
        #expect(restore.code == 1)
        #expect(restore.error.contains("damaged") || restore.error.contains("not a backup"))
        #expect(try served.run(["tenant", "list"]).output.contains("acme"))
    }
}
