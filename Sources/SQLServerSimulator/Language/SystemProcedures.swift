import TDS

/// The system's procedures that drivers and scripts call. Most answer with a query over the virtual views.
enum SystemProcedures {
    typealias Body = @Sendable (SystemCall) throws(SQLServerMessage) -> Int32

    static var names: Set<String> { Set(all.keys) }

    static let all: [String: Body] = drivers.merging(administration) { first, _ in first }.merging(preparing) { first, _ in first }

    private static let drivers: [String: Body] = [
        "sp_executesql": { call throws(SQLServerMessage) in try executeText(call) },
        "sp_reset_connection": { call throws(SQLServerMessage) in
            call.runner.session.reset()
            return 0
        },
        "sp_datatype_info": { call throws(SQLServerMessage) in try dataTypes(call) },
        "sp_datatype_info_100": { call throws(SQLServerMessage) in try dataTypes(call) },
        "sp_databases": { call throws(SQLServerMessage) in
            try call.answer(
                "SELECT name AS DATABASE_NAME, CONVERT(int, 8192) AS DATABASE_SIZE, CONVERT(varchar(254), NULL) AS REMARKS FROM "
                    + "sys.databases ORDER BY name"
            )
            return 0
        },
        "sp_tables": { call throws(SQLServerMessage) in try tables(call) },
        "sp_columns": { call throws(SQLServerMessage) in try columns(call) },
        "sp_columns_100": { call throws(SQLServerMessage) in try columns(call) },
        "sp_server_info": { call throws(SQLServerMessage) in
            try call.answer(
                """
                SELECT * FROM (VALUES (1, 'DBMS_NAME', 'Microsoft SQL Server'), (2, 'DBMS_VER', CONVERT(varchar(255),
                SERVERPROPERTY('ProductVersion'))),
                (10, 'OWNER_TERM', 'owner'), (11, 'TABLE_TERM', 'table'), (16, 'IDENTIFIER_CASE', 'MIXED'), (18, 'COLLATION_SEQ',
                'charset=iso_1'))
                AS info (attribute_id, attribute_name, attribute_value)
                """)
            return 0
        },
        "sp_describe_undeclared_parameters": { call throws(SQLServerMessage) in
            try call.answer("SELECT 1 AS parameter_ordinal, N'@p1' AS name, 231 AS suggested_system_type_id WHERE 1 = 0")
            return 0
        },
        "sp_describe_first_result_set": { call throws(SQLServerMessage) in try describe(call) },
        "sp_oledb_ro_usrname": { call throws(SQLServerMessage) in
            try call.answer("SELECT CONVERT(nvarchar(128), USER_NAME())")
            return 0
        },
    ]

    private static let administration: [String: Body] = [
        "sp_who": { call throws(SQLServerMessage) in
            try call.answer(
                """
                SELECT s.session_id AS spid, CONVERT(smallint, 0) AS ecid, CONVERT(nchar(30), s.status) AS status, s.login_name AS loginame,
                s.host_name AS hostname, CONVERT(char(5), COALESCE(r.blocking_session_id, 0)) AS blk, DB_NAME(s.database_id) AS dbname,
                CONVERT(nchar(16), COALESCE(r.command, N'AWAITING COMMAND')) AS cmd, 0 AS request_id
                FROM sys.dm_exec_sessions AS s LEFT JOIN sys.dm_exec_requests AS r ON r.session_id = s.session_id ORDER BY s.session_id
                """)
            return 0
        },
        "sp_who2": { call throws(SQLServerMessage) in
            try call.answer(
                """
                SELECT CONVERT(varchar(5), s.session_id) AS SPID, s.status AS Status, s.login_name AS Login, s.host_name AS HostName,
                CASE WHEN COALESCE(r.blocking_session_id, 0) = 0 THEN '  .' ELSE CONVERT(varchar(5), r.blocking_session_id) END AS BlkBy,
                DB_NAME(s.database_id) AS DBName, COALESCE(r.command, N'AWAITING COMMAND') AS Command, s.cpu_time AS CPUTime,
                s.reads + s.writes AS DiskIO, s.last_request_start_time AS LastBatch, s.program_name AS ProgramName
                FROM sys.dm_exec_sessions AS s LEFT JOIN sys.dm_exec_requests AS r ON r.session_id = s.session_id ORDER BY s.session_id
                """)
            return 0
        },
        "sp_helpdb": { call throws(SQLServerMessage) in
            try call.answer(
                """
                SELECT d.name, CONVERT(nvarchar(13), CONVERT(decimal(12,2), SUM(f.size) / 128.0)) + N' MB' AS db_size, N'sa' AS owner,
                CONVERT(smallint, d.database_id) AS dbid, CONVERT(nvarchar(11), d.create_date) AS created, d.state_desc AS status,
                d.compatibility_level
                FROM sys.databases AS d JOIN sys.master_files AS f ON f.database_id = d.database_id
                GROUP BY d.name, d.database_id, d.create_date, d.state_desc, d.compatibility_level ORDER BY d.name
                """)
            return 0
        },
        "sp_configure": { call throws(SQLServerMessage) in try configure(call) },
        "sp_helptext": { call throws(SQLServerMessage) in try helpText(call) },
        "sp_readerrorlog": { call throws(SQLServerMessage) in try errorLog(call) },
        "xp_readerrorlog": { call throws(SQLServerMessage) in try errorLog(call) },
        "xp_msver": { call throws(SQLServerMessage) in
            try call.answer(
                """
                SELECT * FROM (VALUES (1, N'ProductName', NULL, N'Microsoft SQL Server'),
                (2, N'ProductVersion', NULL, CONVERT(nvarchar(60), SERVERPROPERTY('ProductVersion'))),
                (16, N'ProcessorCount', (SELECT cpu_count FROM sys.dm_os_sys_info), CONVERT(nvarchar(60), (SELECT cpu_count FROM
                sys.dm_os_sys_info))),
                (19, N'PhysicalMemory', (SELECT CONVERT(int, physical_memory_kb / 1024) FROM sys.dm_os_sys_info), NULL))
                AS v ([Index], Name, Internal_Value, Character_Value)
                """)
            return 0
        },
        "sp_spaceused": { call throws(SQLServerMessage) in
            try call.answer(
                """
                SELECT DB_NAME() AS database_name, CONVERT(varchar(18), CONVERT(decimal(15,2), SUM(size) / 128.0)) + ' MB' AS database_size,
                CONVERT(varchar(18), '0.00 MB') AS [unallocated space] FROM sys.database_files
                """)
            return 0
        },
        "sp_addrolemember": { _ throws(SQLServerMessage) in 0 },
        "sp_updatestats": { _ throws(SQLServerMessage) in 0 },
        "sp_set_session_context": { _ throws(SQLServerMessage) in 0 },
    ]

    private static func executeText(_ call: SystemCall) throws(SQLServerMessage) -> Int32 {
        guard let statement = try call.text("@stmt", "@statement", 0) else {
            throw SQLServerMessage(214, state: 2, "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.")
        }
        let declared = try Parser.parameters(of: try call.text("@params", "@parameters", 1) ?? "")
        let rest = call.arguments.dropFirst(declared.isEmpty ? 1 : 2)
        let (variables, outputs) = try call.caller.bind(declared, Array(rest), procedure: "")
        try call.caller.run(text: statement, variables: variables)
        for (parameter, variable) in outputs {
            guard let value = variables.variable(parameter) else { continue }
            try call.runner.variables.set(variable, value.value, from: value.type)
        }
        return Int32(clamping: call.runner.session.lastError)
    }

    private static func dataTypes(_ call: SystemCall) throws(SQLServerMessage) -> Int32 {
        let wanted = try call.text("@data_type", 0).flatMap { Int($0) } ?? 0
        let columns = [
            ResultColumn(name: "TYPE_NAME", type: .sysname, isNullable: false),
            ResultColumn(name: "DATA_TYPE", type: .smallint, isNullable: false),
            ResultColumn(name: "PRECISION", type: .int), ResultColumn(name: "LITERAL_PREFIX", type: .varchar(32)),
            ResultColumn(name: "LITERAL_SUFFIX", type: .varchar(32)), ResultColumn(name: "CREATE_PARAMS", type: .varchar(32)),
            ResultColumn(name: "NULLABLE", type: .smallint), ResultColumn(name: "CASE_SENSITIVE", type: .smallint),
            ResultColumn(name: "SEARCHABLE", type: .smallint), ResultColumn(name: "UNSIGNED_ATTRIBUTE", type: .smallint),
            ResultColumn(name: "MONEY", type: .smallint), ResultColumn(name: "AUTO_INCREMENT", type: .smallint),
            ResultColumn(name: "LOCAL_TYPE_NAME", type: .sysname), ResultColumn(name: "MINIMUM_SCALE", type: .smallint),
            ResultColumn(name: "MAXIMUM_SCALE", type: .smallint), ResultColumn(name: "SQL_DATA_TYPE", type: .smallint),
            ResultColumn(name: "SQL_DATETIME_SUB", type: .smallint), ResultColumn(name: "NUM_PREC_RADIX", type: .int),
            ResultColumn(name: "INTERVAL_PRECISION", type: .smallint), ResultColumn(name: "USERTYPE", type: .smallint),
        ]
        // Drivers take the fraction digits of datetime parameters from the first row, so the widest comes first.
        let isVersion3 = (try call.text("@odbcver", 1).flatMap { Int($0) } ?? 2) >= 3
        let types = TypeCatalogue.all.map { (type: $0, odbcType: $0.odbcType(isVersion3: isVersion3)) }
            .filter { wanted == 0 || $0.odbcType == wanted }
            .sorted { ($0.odbcType, -$0.type.columnSize) < ($1.odbcType, -$1.type.columnSize) }
        let rows = types.map { type, odbcType -> [TDSValue] in
            let isText = [-8, -9, -10, 1, 12, -1].contains(odbcType)
            return [
                .string(type.name), .int(Int64(odbcType)), .int(Int64(type.columnSize)), isText ? .string("'") : .null,
                isText ? .string("'") : .null, .null, .int(1), .int(0), .int(3), .null, .int(type.name.hasSuffix("money") ? 1 : 0), .int(0),
                .string(type.name), .int(0), .int(Int64(type.scale)), .int(Int64(odbcType)), .null, .int(10), .null, .int(0),
            ]
        }
        try call.runner.output.add(.rows(columns: columns, rows: rows))
        try call.runner.succeed(rows.count)
        return 0
    }

    private static func tables(_ call: SystemCall) throws(SQLServerMessage) -> Int32 {
        try call.answer(
            """
            SELECT CONVERT(nvarchar(128), DB_NAME()) AS TABLE_QUALIFIER, TABLE_SCHEMA AS TABLE_OWNER, TABLE_NAME,
            CONVERT(varchar(32), CASE TABLE_TYPE WHEN 'VIEW' THEN 'VIEW' ELSE 'TABLE' END) AS TABLE_TYPE, CONVERT(varchar(254), NULL) AS
            REMARKS
            FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME LIKE @name ORDER BY TABLE_TYPE, TABLE_OWNER, TABLE_NAME
            """, [("@name", .string(try call.text("@table_name", 0) ?? "%"), .nvarchar(384))])
        return 0
    }

    private static func columns(_ call: SystemCall) throws(SQLServerMessage) -> Int32 {
        try call.answer(
            """
            SELECT TABLE_CATALOG AS TABLE_QUALIFIER, TABLE_SCHEMA AS TABLE_OWNER, TABLE_NAME, COLUMN_NAME, DATA_TYPE AS TYPE_NAME,
            COALESCE(CHARACTER_MAXIMUM_LENGTH, CONVERT(int, NUMERIC_PRECISION)) AS [PRECISION], ORDINAL_POSITION, IS_NULLABLE
            FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME LIKE @name ORDER BY ORDINAL_POSITION
            """, [("@name", .string(try call.text("@table_name", 0) ?? "%"), .nvarchar(384))])
        return 0
    }

    /// The columns that a statement would answer with.
    private static func describe(_ call: SystemCall) throws(SQLServerMessage) -> Int32 {
        let statements = try ParseCache.shared.statements(try call.text("@tsql", 0) ?? "", quotedIdentifier: true)
        var found: [ResultColumn] = []
        let declared = try Parser.parameters(of: try call.text("@params", 1) ?? "")
        let variables = VariableSet()
        for parameter in declared { try variables.declare(parameter.name, parameter.type, .null) }
        let session = call.runner.session
        for statement in statements {
            guard case .query(let query) = statement.kind else { continue }
            let context = StatementContext(.init(session: session, world: session.instance.world(), variables: variables, samples: nil))
            found = try QueryPlanner(context: context).plan(query, outer: nil).columns
            break
        }
        let columns = [
            ResultColumn(name: "is_hidden", type: .bit, isNullable: false),
            ResultColumn(name: "column_ordinal", type: .int, isNullable: false),
            ResultColumn(name: "name", type: .sysname), ResultColumn(name: "is_nullable", type: .bit, isNullable: false),
            ResultColumn(name: "system_type_id", type: .int, isNullable: false),
            ResultColumn(name: "system_type_name", type: .nvarchar(256)),
            ResultColumn(name: "max_length", type: .smallint, isNullable: false),
        ]
        let rows = found.enumerated().map { index, column -> [TDSValue] in
            [
                .bit(false), .int(Int64(index + 1)), .string(column.name), .bit(column.isNullable),
                .int(Int64(TypeCatalogue.id(column.type))),
                .string(column.type.declaration), .int(Int64(TypeCatalogue.size(column.type))),
            ]
        }
        try call.runner.output.add(.rows(columns: columns, rows: rows))
        try call.runner.succeed(rows.count)
        return 0
    }

    private static func configure(_ call: SystemCall) throws(SQLServerMessage) -> Int32 {
        let name = try call.text("@configname", 0) ?? ""
        try call.answer(
            """
            SELECT name, CONVERT(int, minimum) AS minimum, CONVERT(int, maximum) AS maximum, CONVERT(int, value) AS config_value,
            CONVERT(int, value_in_use) AS run_value FROM sys.configurations WHERE @name = N'' OR name LIKE N'%' + @name + N'%' ORDER BY name
            """, [("@name", .string(name), .nvarchar(128))])
        return 0
    }

    private static func helpText(_ call: SystemCall) throws(SQLServerMessage) -> Int32 {
        let name = try call.text("@objname", 0) ?? ""
        let context = call.runner.context()
        guard let id = try context.session.catalogue.objectID(name, kind: nil, context: context),
            let text = context.world.objects.first(where: { $0.id == id })?.text
        else {
            throw SQLServerMessage(
                15_009, "The object '\(name)' does not exist in database '\(context.session.database)' or is invalid for this operation.")
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { [TDSValue.string($0 + "\r\n")] }
        try call.runner.output.add(.rows(columns: [ResultColumn(name: "Text", type: .nvarchar(255))], rows: lines))
        try call.runner.succeed(lines.count)
        return 0
    }

    private static func errorLog(_ call: SystemCall) throws(SQLServerMessage) -> Int32 {
        let world = call.runner.context().world
        let columns = [
            ResultColumn(name: "LogDate", type: .datetime), ResultColumn(name: "ProcessInfo", type: .nvarchar(50)),
            ResultColumn(name: "Text", type: .nvarchar(.max)),
        ]
        let start = world.datetime(world.state.startedAt)
        let rows: [[TDSValue]] = [
            [start, .string("Server"), .string(ServerProperties.banner(world))],
            [
                start, .string("Server"),
                .string("SQL Server is starting at normal priority base (=7). This is an informational message only."),
            ],
            [start, .string("spid9s"), .string("Starting up database 'master'.")],
            [
                start, .string("Server"),
                .string("SQL Server is now ready for client connections. This is an informational message; no user action is required."),
            ],
        ]
        try call.runner.output.add(.rows(columns: columns, rows: rows))
        try call.runner.succeed(rows.count)
        return 0
    }

    /// DBCC SQLPERF(LOGSPACE).
    static func logSpace(_ runner: BatchRunner) throws(SQLServerMessage) {
        let world = runner.context().world
        let columns = [
            ResultColumn(name: "Database Name", type: .sysname), ResultColumn(name: "Log Size (MB)", type: .real),
            ResultColumn(name: "Log Space Used (%)", type: .real), ResultColumn(name: "Status", type: .int),
        ]
        let rows = world.config.databases.map { database -> [TDSValue] in
            let log = world.files(of: database)[1]
            return [
                .string(database.name), .real(Float(log.sizePages) / 128), .real(Float(log.usedPages) * 100 / Float(max(1, log.sizePages))),
                .int(0),
            ]
        }
        try runner.output.add(.rows(columns: columns, rows: rows))
        try runner.succeed(rows.count)
    }
}
