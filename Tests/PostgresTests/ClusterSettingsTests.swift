import Fixtures
import Testing

@testable import Postgres

@Suite struct ClusterSettingsTests {
    @Test("Debian's PostgreSQL compresses its log with lz4")
    func lz4() async throws {
        let connection = try PostgresConnection(try await TestCluster.shared.address())
        #expect(try connection.rows("SHOW wal_compression")[0].decode(0, as: String.self) == "lz4")
    }

    @Test("A PostgreSQL built without lz4 starts with what it has; what was asked for by name stays")
    func withoutLZ4() {
        func compression(hasLZ4: Bool, _ settings: [String: String] = [:]) -> [String] {
            ClusterSettings.arguments(socketDirectory: "/run", hasLZ4: hasLZ4, over: settings).filter { $0.hasPrefix("wal_compression=") }
        }
        #expect(compression(hasLZ4: true) == ["wal_compression=lz4"])
        #expect(compression(hasLZ4: false) == ["wal_compression=on"])
        #expect(compression(hasLZ4: true, ["wal_compression": "off"]) == ["wal_compression=off"])
    }
}
