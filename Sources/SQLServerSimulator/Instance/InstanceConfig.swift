package import Foundation

/// What an instance is when the simulator starts; control changes the rest.
package struct InstanceConfig: Sendable {
    /// 1... ; also the seed of everything that differs between instances.
    package var number: Int
    /// `@@SERVERNAME`.
    package var name: String
    package var version: SQLServerVersion
    /// As SERVERPROPERTY('Edition') says it: `Developer Edition (64-bit)`.
    package var edition: String
    package var platform: HostPlatform
    package var logins: [Login]
    package var databases: [SimulatedDatabase]
    /// The TCP port that `CONNECTIONPROPERTY('local_tcp_port')` and the views show.
    package var port: Int

    package init(
        number: Int, name: String? = nil, version: SQLServerVersion = .v2019, edition: String = "Developer Edition (64-bit)",
        platform: HostPlatform = .windows,
        logins: [Login] = [Login(name: "sa", password: "DbTools.Demo.1")], databases: [SimulatedDatabase] = SimulatedDatabase.standard,
        port: Int = 1433
    ) {
        self.number = number
        self.name = name ?? "SIM\(number)"
        self.version = version
        self.edition = edition
        self.platform = platform
        self.logins = logins
        self.databases = databases
        self.port = port
    }
}

/// How an instance and its databases compare texts and names.
package enum ServerCollation: String, CaseIterable, Sendable {
    case ignoringCapitals = "SQL_Latin1_General_CP1_CI_AS"
    /// Capitals count, in texts and in the names of views and columns.
    case caseSensitive = "SQL_Latin1_General_CP1_CS_AS"
}

/// A SQL Server login and what it may do on the server.
package struct Login: Sendable, Hashable {
    package var name: String
    package var password: String
    /// Server permissions by their T-SQL names (`VIEW SERVER STATE`, `SELECT ON msdb`); `CONTROL SERVER` or `sysadmin` covers all.
    package var permissions: Set<String>

    package init(name: String, password: String, permissions: Set<String> = ["CONTROL SERVER"]) {
        self.name = name
        self.password = password
        self.permissions = permissions
    }
}

/// A database of an instance.
package struct SimulatedDatabase: Sendable, Hashable {
    package var id: Int
    package var name: String
    package var recoveryModel: RecoveryModel
    /// Size of the data file at the instance's start, in megabytes.
    package var dataSizeMB: Int
    package var logSizeMB: Int

    /// How much of its log a database keeps.
    package enum RecoveryModel: String, Sendable {
        case full = "FULL"
        case bulkLogged = "BULK_LOGGED"
        case simple = "SIMPLE"
    }

    package init(id: Int, name: String, recoveryModel: RecoveryModel = .full, dataSizeMB: Int = 512, logSizeMB: Int = 128) {
        self.id = id
        self.name = name
        self.recoveryModel = recoveryModel
        self.dataSizeMB = dataSizeMB
        self.logSizeMB = logSizeMB
    }

    /// The four system databases and two of a shop.
    package static let standard = [
        SimulatedDatabase(id: 1, name: "master", recoveryModel: .simple, dataSizeMB: 8, logSizeMB: 4),
        SimulatedDatabase(id: 2, name: "tempdb", recoveryModel: .simple, dataSizeMB: 64, logSizeMB: 32),
        SimulatedDatabase(id: 3, name: "model", dataSizeMB: 8, logSizeMB: 8),
        SimulatedDatabase(id: 4, name: "msdb", recoveryModel: .simple, dataSizeMB: 96, logSizeMB: 24),
        SimulatedDatabase(id: 5, name: "Sales", dataSizeMB: 20_480, logSizeMB: 4_096),
        SimulatedDatabase(id: 6, name: "Inventory", dataSizeMB: 6_144, logSizeMB: 1_024),
    ]
}

/// Where an instance's time comes from: the machine's, or a test's.
package struct SimulatorClock: Sendable {
    package let now: @Sendable () -> Date

    package init(now: @escaping @Sendable () -> Date) { self.now = now }

    package static let system = SimulatorClock { Date() }
}
