import TDS

/// SERVERPROPERTY, DATABASEPROPERTYEX, CONNECTIONPROPERTY and `@@VERSION`.
enum ServerProperties {
    /// Editions by the number that `EngineEdition` gives them.
    static func engineEdition(_ edition: String) -> Int {
        let name = edition.lowercased()
        if name.contains("azure") { return name.contains("managed") ? 8 : 5 }
        if name.contains("express") { return 4 }
        if name.contains("standard") || name.contains("web") { return 2 }
        return 3
    }

    private static func editionID(_ edition: String) -> Int64 {
        let name = edition.lowercased()
        if name.contains("express") { return -1_592_396_055 }
        if name.contains("standard") { return -1_534_726_760 }
        if name.contains("enterprise") { return name.contains("core") ? 1_872_460_670 : 1_804_890_536 }
        if name.contains("web") { return 1_293_598_313 }
        return -2_117_995_310
    }

    private static func text(_ value: String?) -> TDSValue { value.map { .variant(.nvarchar(128), .string($0)) } ?? .null }

    private static func number(_ value: Int64) -> TDSValue { .variant(.int, .int(value)) }

    static func value(_ name: String, _ world: World) -> TDSValue {
        let config = world.config
        if world.state.absent.contains("serverproperty." + name.lowercased()) { return .null }
        switch name.lowercased() {
        case "productversion": return text(config.version.productVersion)
        case "productlevel": return text(config.version.productLevel)
        case "productupdatelevel": return text(config.version.updateLevel)
        case "productupdatereference": return .null
        case "productmajorversion": return text(String(config.version.major))
        case "productminorversion": return text("0")
        case "productbuild": return text(String(config.version.build))
        case "productbuildtype": return config.version.updateLevel == nil ? .null : text("OD")
        case "edition": return text(config.edition)
        case "editionid": return .variant(.bigint, .int(editionID(config.edition)))
        case "engineedition": return number(Int64(engineEdition(config.edition)))
        case "machinename", "computernamephysicalnetbios": return text(world.machineName)
        case "servername": return text(config.name)
        case "instancename": return text(world.instanceName)
        case "instancedefaultdatapath":
            return text(
                config.platform == .windows
                    ? "C:\\Program Files\\Microsoft SQL Server\\MSSQL\(config.version.major).MSSQLSERVER\\MSSQL\\DATA\\"
                    : "/var/opt/mssql/data/")
        case "instancedefaultlogpath":
            return text(
                config.platform == .windows
                    ? "C:\\Program Files\\Microsoft SQL Server\\MSSQL\(config.version.major).MSSQLSERVER\\MSSQL\\DATA\\"
                    : "/var/opt/mssql/data/")
        case "instancedefaultbackuppath": return config.version >= .v2019 ? text("/var/opt/mssql/data") : .null
        case "collation": return text(world.state.collation.rawValue)
        case "collationid": return number(872_468_488)
        case "comparisonstyle": return number(196_609)
        case "lcid": return number(1033)
        case "sqlcharset": return .variant(.tinyint, .int(1))
        case "sqlcharsetname": return text("iso_1")
        case "sqlsortorder": return .variant(.tinyint, .int(52))
        case "sqlsortordername": return text("nocase_iso")
        case "buildclrversion": return text("v4.0.30319")
        case "resourceversion": return text("\(config.version.major).00.\(config.version.build)")
        case "resourcelastupdatedatetime": return .variant(.datetime, world.datetime(world.state.startedAt))
        case "processid": return number(Int64(1000 + Noise.integer(0...8000, world.seed, 60 + world.state.restartCount)))
        case "isclustered", "issingleuser", "isfulltextinstalled", "isbigdatacluster", "istempdbmetadatamemoryoptimized",
            "isserversuspendedforsnapshotbackup":
            return number(0)
        case "ispolybaseinstalled", "isadvancedanalyticsinstalled", "filestreamsharename":
            return name.lowercased() == "filestreamsharename" ? .null : number(0)
        case "ishadrenabled": return number(world.state.availability == .none ? 0 : 1)
        case "hadrmanagerstatus": return number(world.state.availability == .none ? 2 : 1)
        case "isintegratedsecurityonly": return number(0)
        case "isxtpsupported": return number(1)
        case "islocaldb": return number(0)
        case "filestreamconfiguredlevel", "filestreameffectivelevel": return number(0)
        case "licensetype": return text("DISABLED")
        case "numlicenses": return .null
        case "pathseparator": return text(config.platform == .windows ? "\\" : "/")
        default: return .null
        }
    }

    static func databaseValue(_ database: String, _ property: String, _ world: World) -> TDSValue {
        guard let database = world.database(named: database) else { return .null }
        switch property.lowercased() {
        case "collation": return text(world.state.collation.rawValue)
        case "status": return text("ONLINE")
        case "recovery": return text(database.recoveryModel.rawValue)
        case "updateability":
            return text(world.state.availability == .secondary && AvailabilityGroup.holds(database, world) ? "READ_ONLY" : "READ_WRITE")
        case "useraccess": return text("MULTI_USER")
        case "version":
            return number(Int64([782, 852, 869, 904, 957][SQLServerVersion.allCases.firstIndex(of: world.config.version) ?? 0]))
        case "lastgoodcheckdbtime":
            guard world.config.version >= .v2016 else { return .null }
            // 1900-01-01 is how SQL Server says never.
            guard database.id != 2, let checkedAt = BackupHistory.lastCheck(of: database, world) else {
                return .variant(.datetime, .dateTime(TDSDateTime(date: .datetimeEpoch, time: TDSTime(ticks: 0))))
            }
            return .variant(.datetime, world.datetime(checkedAt))
        case "isautoclose", "isautoshrink", "isinstandby", "ispublished", "isfulltextenabled", "isclone": return number(0)
        case "isautocreatestatistics", "isautoupdatestatistics", "istornpagedetectionenabled": return number(1)
        case "edition": return .null
        default: return .null
        }
    }

    static func connectionValue(_ name: String, _ world: World, _ session: SessionIdentity) -> TDSValue {
        switch name.lowercased() {
        case "net_transport", "physical_net_transport": return text("TCP")
        case "protocol_type": return text("TSQL")
        case "auth_scheme": return text("SQL")
        case "local_net_address": return .variant(.varchar(48), .string("127.0.0.1"))
        case "local_tcp_port": return number(Int64(world.config.port))
        case "client_net_address": return .variant(.varchar(48), .string(session.clientAddress))
        default: return .null
        }
    }

    /// `@@VERSION`.
    static func banner(_ world: World) -> String {
        if let banner = world.state.banner { return banner }
        let version = world.config.version
        let level = version.productLevel == "RTM" ? version.updateLevel.map { "(RTM-\($0))" } ?? "(RTM)" : "(\(version.productLevel))"
        let dates = [
            "Aug 29 2019 23:13:00", "Jul  1 2021 19:25:00", "Jan 12 2023 02:20:55", "May  1 2024 20:30:45", "Jul 10 2024 14:09:09",
        ]
        let built = dates[SQLServerVersion.allCases.firstIndex(of: version) ?? 0]
        let host =
            world.config.platform == .windows
            ? "Windows Server 2019 Standard 10.0 <X64> (Build 17763: ) (Hypervisor)" : "Linux (Ubuntu 22.04.4 LTS) <X64>"
        return """
            Microsoft SQL Server \(version.rawValue) \(level) - \(version.productVersion) (X64) \n\t\(built) \n\tCopyright (C) \
            \(version == .v2014 ? "" : version >= .v2019 ? "2019 " : "")Microsoft Corporation\n\t\(world.config.edition) on \(host)\n
            """
    }
}
