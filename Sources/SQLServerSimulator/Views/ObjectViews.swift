import TDS

/// What users made, and the types.
enum ObjectViews {
    static let all: [VirtualView] = [
        types, schemas, objects, procedures, tables, views, columns, parameters, modules, indexes, partitions, informationTables,
        informationColumns,
        informationRoutines, informationSchemata, allObjects, systemViews,
    ]

    private static let types: VirtualView = VirtualView(
        "sys.types",
        columns: """
            name sysname, system_type_id tinyint, user_type_id int, schema_id int, principal_id int null, max_length smallint, precision
            tinyint,
            scale tinyint, collation_name sysname null, is_nullable bit null, is_user_defined bit, is_assembly_type bit, default_object_id
            int,
            rule_object_id int, is_table_type bit
            """,
        named: { _ in
            TypeCatalogue.all.map { type -> NamedRow in
                [
                    "name": .string(type.name), "system_type_id": .int(Int64(type.systemTypeID)),
                    "user_type_id": .int(Int64(type.userTypeID)),
                    "schema_id": .int(4), "max_length": .int(Int64(type.maxLength)), "precision": .int(Int64(type.precision)),
                    "scale": .int(Int64(type.scale)),
                    "is_nullable": .bit(type.name != "timestamp"),
                ]
            }
        })

    private static let schemas: VirtualView = VirtualView(
        "sys.schemas", isPerDatabase: true, columns: "name sysname, schema_id int, principal_id int null",
        dense: { request in
            let fixed: [[TDSValue]] = [("dbo", 1), ("guest", 2), ("INFORMATION_SCHEMA", 3), ("sys", 4)].map {
                [.string($0.0), .int($0.1), .int($0.1)]
            }
            let made = request.world.state.schemas.filter { $0.database == request.database.name }
            return fixed + made.map { [.string($0.name), .int(Int64($0.id)), .int(1)] }
        })

    private static func stored(_ request: ViewRequest) -> [StoredObject] {
        request.world.objects.filter { $0.database == request.database.name }
    }

    private static let objectColumns = """
        name sysname, object_id int, principal_id int null, schema_id int, parent_object_id int, type char(2), type_desc nvarchar(60) null,
        create_date datetime, modify_date datetime, is_ms_shipped bit, is_published bit, is_schema_published bit
        """

    private static let kinds = [
        "U": "USER_TABLE", "P": "SQL_STORED_PROCEDURE", "V": "VIEW", "FN": "SQL_SCALAR_FUNCTION", "TR": "SQL_TRIGGER",
    ]

    private static func row(_ object: StoredObject, _ request: ViewRequest) -> NamedRow {
        [
            "name": .string(object.name), "object_id": .int(Int64(object.id)),
            "schema_id": .int(Int64(request.world.schemaID(object.schema, database: object.database) ?? 1)),
            "type": .string(object.kind.count == 1 ? object.kind + " " : object.kind), "type_desc": .string(kinds[object.kind] ?? ""),
            "create_date": request.world.datetime(object.createdAt), "modify_date": request.world.datetime(object.modifiedAt),
        ]
    }

    private static func objects(_ name: String, kind: String?, extra: String = "") -> VirtualView {
        VirtualView(
            name, isPerDatabase: true, columns: objectColumns + extra,
            named: { request in
                let shop = kind == nil || kind == "U" ? ShopTables.objectRows(request) : []
                return stored(request).filter { kind == nil || $0.kind == kind }.map { row($0, request) } + shop
            })
    }

    private static let objects = objects("sys.objects", kind: nil)
    private static let allObjects = objects("sys.all_objects", kind: nil)
    private static let procedures = objects(
        "sys.procedures", kind: "P", extra: ", is_auto_executed bit, is_execution_replicated bit null, is_repl_serializable_only bit null")
    private static let tables = objects(
        "sys.tables", kind: "U", extra: ", lob_data_space_id int, max_column_id_used int, is_memory_optimized bit null")
    private static let views = objects("sys.views", kind: "V", extra: ", is_replicated bit null, with_check_option bit")

    private static let columns: VirtualView = VirtualView(
        "sys.columns", isPerDatabase: true,
        columns: """
            object_id int, name sysname null, column_id int, system_type_id tinyint, user_type_id int, max_length smallint, precision
            tinyint, scale tinyint,
            collation_name sysname null, is_nullable bit null, is_identity bit, is_computed bit
            """,
        named: { request in
            stored(request).flatMap { object in
                (object.table?.columns ?? []).enumerated().map { index, column in
                    let type = column.type ?? .int
                    return [
                        "object_id": .int(Int64(object.id)), "name": .string(column.name), "column_id": .int(Int64(index + 1)),
                        "system_type_id": .int(Int64(TypeCatalogue.id(type))), "user_type_id": .int(Int64(TypeCatalogue.id(type))),
                        "max_length": .int(Int64(TypeCatalogue.size(type))), "is_nullable": .bit(column.isNullable),
                        "is_identity": .bit(column.identity != nil),
                    ]
                }
            }
        })

    private static let parameters: VirtualView = VirtualView(
        "sys.parameters", isPerDatabase: true,
        columns:
            "object_id int, name sysname null, parameter_id int, system_type_id tinyint, user_type_id int, max_length smallint, "
            + "is_output bit",
        named: { request in
            stored(request).flatMap { object in
                (object.module?.parameters ?? []).enumerated().map { index, parameter -> NamedRow in
                    [
                        "object_id": .int(Int64(object.id)), "name": .string(parameter.name), "parameter_id": .int(Int64(index + 1)),
                        "system_type_id": .int(Int64(TypeCatalogue.id(parameter.type))),
                        "user_type_id": .int(Int64(TypeCatalogue.id(parameter.type))),
                        "max_length": .int(Int64(TypeCatalogue.size(parameter.type))), "is_output": .bit(parameter.isOutput),
                    ]
                }
            }
        })

    private static let modules: VirtualView = VirtualView(
        "sys.sql_modules", isPerDatabase: true,
        columns: """
            object_id int, definition nvarchar(max) null, uses_ansi_nulls bit null, uses_quoted_identifier bit null, is_schema_bound bit
            null,
            uses_database_collation bit null, is_recompiled bit null, null_on_null_input bit null, execute_as_principal_id int null
            """,
        named: { request in
            stored(request).filter { $0.text != nil }.map { object -> NamedRow in
                [
                    "object_id": .int(Int64(object.id)), "definition": .string(object.text ?? ""), "uses_ansi_nulls": .bit(true),
                    "uses_quoted_identifier": .bit(true), "is_schema_bound": .bit(false), "is_recompiled": .bit(false),
                ]
            }
        })

    private static let indexes: VirtualView = VirtualView(
        "sys.indexes", isPerDatabase: true,
        columns:
            "object_id int, name sysname null, index_id int, type tinyint, type_desc nvarchar(60) null, is_unique bit null, "
            + "data_space_id int, is_primary_key bit null, is_unique_constraint bit null, is_disabled bit null, is_hypothetical bit null",
        named: { request in
            let heaps = stored(request).filter { $0.kind == "U" }.map { object -> NamedRow in
                [
                    "object_id": .int(Int64(object.id)), "type_desc": .string("HEAP"), "is_unique": .bit(false), "data_space_id": .int(1),
                    "is_disabled": .bit(false), "is_hypothetical": .bit(false),
                ]
            }
            return heaps + ShopTables.indexRows(request)
        })

    private static let partitions: VirtualView = VirtualView(
        "sys.partitions", isPerDatabase: true,
        columns:
            "partition_id bigint, object_id int, index_id int, partition_number int, hobt_id bigint, rows bigint null, "
            + "data_compression tinyint",
        named: { request in
            stored(request).compactMap { object in
                object.table.map { table -> NamedRow in
                    [
                        "partition_id": .int(Int64(object.id) << 16), "object_id": .int(Int64(object.id)), "partition_number": .int(1),
                        "hobt_id": .int(Int64(object.id) << 16), "rows": .int(Int64(table.rows.count)),
                    ]
                }
            }
        })

    /// Names of the system's own views, for those who look for one.
    private static let systemViews: VirtualView = VirtualView(
        "sys.all_views", isPerDatabase: true, columns: objectColumns,
        named: { request in
            ViewCatalogue.shared.all.filter { !$0.isFunction && $0.since <= request.world.config.version && $0.key.hasPrefix("sys.") }.map {
                view -> NamedRow in
                [
                    "name": .string(String(view.name.dropFirst(4))),
                    "object_id": .int(-Int64(Noise.mix(UInt64(view.key.utf8.count)) & 0x7FFF_FFFF)),
                    "schema_id": .int(4), "type": .string("V "), "type_desc": .string("VIEW"),
                    "create_date": request.world.datetime(request.world.state.machineStartedAt),
                    "modify_date": request.world.datetime(request.world.state.machineStartedAt), "is_ms_shipped": .bit(true),
                ]
            }
        })

    // MARK: INFORMATION_SCHEMA

    private static let informationTables: VirtualView = VirtualView(
        "INFORMATION_SCHEMA.TABLES", isPerDatabase: true,
        columns: "TABLE_CATALOG nvarchar(128) null, TABLE_SCHEMA nvarchar(128) null, TABLE_NAME sysname, TABLE_TYPE varchar(10) null",
        dense: { request in
            stored(request).filter { $0.kind == "U" || $0.kind == "V" }.map {
                [.string($0.database), .string($0.schema), .string($0.name), .string($0.kind == "U" ? "BASE TABLE" : "VIEW")]
            }
        })

    private static let informationColumns: VirtualView = VirtualView(
        "INFORMATION_SCHEMA.COLUMNS", isPerDatabase: true,
        columns: """
            TABLE_CATALOG nvarchar(128) null, TABLE_SCHEMA nvarchar(128) null, TABLE_NAME nvarchar(128), COLUMN_NAME nvarchar(128) null,
            ORDINAL_POSITION int null, COLUMN_DEFAULT nvarchar(4000) null, IS_NULLABLE varchar(3) null, DATA_TYPE nvarchar(128) null,
            CHARACTER_MAXIMUM_LENGTH int null, CHARACTER_OCTET_LENGTH int null, NUMERIC_PRECISION tinyint null, NUMERIC_SCALE int null
            """,
        named: { request in
            stored(request).flatMap { object in
                (object.table?.columns ?? []).enumerated().map { index, column in
                    let type = column.type ?? .int
                    return [
                        "TABLE_CATALOG": .string(object.database), "TABLE_SCHEMA": .string(object.schema),
                        "TABLE_NAME": .string(object.name),
                        "COLUMN_NAME": .string(column.name), "ORDINAL_POSITION": .int(Int64(index + 1)),
                        "IS_NULLABLE": .string(column.isNullable ? "YES" : "NO"),
                        "DATA_TYPE": .string(type.baseName),
                        "CHARACTER_MAXIMUM_LENGTH": type.isString || type.isBinary ? .int(Int64(type.length ?? -1)) : .null,
                        "NUMERIC_PRECISION": type.asDecimal.map { .int(Int64($0.precision)) } ?? .null,
                        "NUMERIC_SCALE": type.asDecimal.map { .int(Int64($0.scale)) } ?? .null,
                    ]
                }
            }
        })

    private static let informationRoutines: VirtualView = VirtualView(
        "INFORMATION_SCHEMA.ROUTINES", isPerDatabase: true,
        columns: """
            ROUTINE_CATALOG nvarchar(128) null, ROUTINE_SCHEMA nvarchar(128) null, ROUTINE_NAME sysname, ROUTINE_TYPE nvarchar(20) null,
            ROUTINE_DEFINITION nvarchar(4000) null, CREATED datetime, LAST_ALTERED datetime
            """,
        named: { request in
            stored(request).filter { $0.kind == "P" || $0.kind == "FN" }.map { object -> NamedRow in
                [
                    "ROUTINE_CATALOG": .string(object.database), "ROUTINE_SCHEMA": .string(object.schema),
                    "ROUTINE_NAME": .string(object.name),
                    "ROUTINE_TYPE": .string(object.kind == "P" ? "PROCEDURE" : "FUNCTION"),
                    "ROUTINE_DEFINITION": .string(Conversion.prefix(object.text ?? "", 4_000)),
                    "CREATED": request.world.datetime(object.createdAt),
                    "LAST_ALTERED": request.world.datetime(object.modifiedAt),
                ]
            }
        })

    private static let informationSchemata: VirtualView = VirtualView(
        "INFORMATION_SCHEMA.SCHEMATA", isPerDatabase: true,
        columns: "CATALOG_NAME nvarchar(128) null, SCHEMA_NAME nvarchar(128), SCHEMA_OWNER nvarchar(128) null",
        dense: { request in
            let names =
                ["dbo", "guest", "INFORMATION_SCHEMA", "sys"]
                + request.world.state.schemas.filter { $0.database == request.database.name }.map(\.name)
            return names.map { [.string(request.database.name), .string($0), .string("dbo")] }
        })
}
