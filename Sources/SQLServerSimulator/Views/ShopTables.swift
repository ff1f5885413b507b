import Foundation
import TDS

/// The tables that a shop's databases have, as far as the views of indexes show them: they hold no rows that could be read.
enum ShopTables {
    /// An index and how it is used, in operations per second.
    struct Index: Sendable {
        let id: Int
        let name: String
        var isUnique = false
        var isPrimaryKey = false
        let seeks: Double
        let scans: Double
        var lookups = 0.0
        let updates: Double
    }
    struct Table: Sendable {
        let id: Int
        let name: String
        let indexes: [Index]
    }

    /// An index that is read now and then is not the one that nobody reads.
    static let all = [
        Table(
            id: 1_001, name: "orders",
            indexes: [
                Index(id: 1, name: "pk_orders", isUnique: true, isPrimaryKey: true, seeks: 9, scans: 0.01, lookups: 3, updates: 2),
                Index(id: 2, name: "ix_orders_customer", seeks: 3, scans: 0.002, updates: 0.8),
                Index(id: 3, name: "ix_orders_state_old", seeks: 0, scans: 0, updates: 2),
            ]),
        Table(
            id: 1_003, name: "stock",
            indexes: [
                Index(id: 1, name: "pk_stock", isUnique: true, isPrimaryKey: true, seeks: 14, scans: 0.03, updates: 5),
                Index(id: 5, name: "ix_stock_shelf", seeks: 0, scans: 0, updates: 5),
            ]),
        Table(
            id: 1_004, name: "customers",
            indexes: [
                Index(id: 1, name: "pk_customers", isUnique: true, isPrimaryKey: true, seeks: 6, scans: 0.004, lookups: 0.4, updates: 0.1),
                Index(id: 2, name: "uq_customers_email", isUnique: true, seeks: 0, scans: 0, updates: 2),
            ]),
        Table(id: 1_005, name: "import_log", indexes: [Index(id: 0, name: "", seeks: 0, scans: 0.001, updates: 4)]),
    ]

    /// A database that somebody made later is empty.
    static func tables(of database: SimulatedDatabase) -> [Table] { database.id > 4 && database.dataSizeMB > 64 ? all : [] }

    /// Rows of sys.objects and sys.tables.
    static func objectRows(_ request: ViewRequest) -> [NamedRow] {
        tables(of: request.database).map { table in
            let madeAt = request.world.datetime(request.world.state.machineStartedAt)
            return [
                "name": .string(table.name), "object_id": .int(Int64(table.id)), "schema_id": .int(1), "type": .string("U "),
                "type_desc": .string("USER_TABLE"), "create_date": madeAt, "modify_date": madeAt,
            ]
        }
    }

    /// Rows of sys.indexes.
    static func indexRows(_ request: ViewRequest) -> [NamedRow] {
        tables(of: request.database).flatMap { table in
            table.indexes.map { index -> NamedRow in
                [
                    "object_id": .int(Int64(table.id)), "name": index.id == 0 ? .null : .string(index.name),
                    "index_id": .int(Int64(index.id)), "type": .int(Int64(min(index.id, 2))),
                    "type_desc": .string(index.id == 0 ? "HEAP" : index.id == 1 ? "CLUSTERED" : "NONCLUSTERED"),
                    "is_unique": .bit(index.isUnique), "data_space_id": .int(1), "is_primary_key": .bit(index.isPrimaryKey),
                    "is_unique_constraint": .bit(false), "is_disabled": .bit(false), "is_hypothetical": .bit(false),
                ]
            }
        }
    }

    /// Rows of sys.dm_db_index_usage_stats: what was neither read nor written has none.
    static func usageRows(_ world: World) -> [NamedRow] {
        world.config.databases.flatMap { database in
            tables(of: database).flatMap { table in
                table.indexes.compactMap { usageRow($0, of: table, in: database, world) }
            }
        }
    }

    private static func usageRow(_ index: Index, of table: Table, in database: SimulatedDatabase, _ world: World) -> NamedRow? {
        let salt = 6_000 + database.id * 400 + (table.id - 1_000) * 40 + index.id * 4
        let counts = [index.seeks, index.scans, index.lookups, index.updates].enumerated().map { place, perSecond in
            perSecond == 0 ? 0 : world.counter(perSecond: perSecond, salt: salt + place)
        }
        guard counts.contains(where: { $0 > 0 }) else { return nil }
        let times = counts.enumerated().map { place, count -> TDSValue in
            let ago = Double(Noise.integer(1...50, world.seed, salt + place, world.minute))
            return count == 0 ? .null : world.datetime(world.date.addingTimeInterval(-min(ago, world.uptimeSeconds)))
        }
        return [
            "database_id": .int(Int64(database.id)), "object_id": .int(Int64(table.id)), "index_id": .int(Int64(index.id)),
            "user_seeks": .int(counts[0]), "user_scans": .int(counts[1]), "user_lookups": .int(counts[2]), "user_updates": .int(counts[3]),
            "last_user_seek": times[0], "last_user_scan": times[1], "last_user_lookup": times[2], "last_user_update": times[3],
        ]
    }
}
