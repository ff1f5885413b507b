import Foundation
import TDS

/// How indexes are used, and which ones the optimizer misses.
enum IndexViews {
    static let all: [VirtualView] = [usage, missingDetails, missingGroups, missingStatistics]

    private static let usage: VirtualView = VirtualView(
        "sys.dm_db_index_usage_stats", requires: .serverState,
        columns: """
            database_id smallint, object_id int, index_id int, user_seeks bigint, user_scans bigint, user_lookups bigint, user_updates
            bigint,
            last_user_seek datetime null, last_user_scan datetime null, last_user_lookup datetime null, last_user_update datetime null,
            system_seeks bigint, system_scans bigint, system_lookups bigint, system_updates bigint
            """,
        named: { request in ShopTables.usageRows(request.world) })

    private struct Suggestion {
        let handle: Int
        let table: String
        let equality: String?
        let inequality: String?
        let included: String?
    }

    private static let suggestions = [
        Suggestion(handle: 1, table: "orders", equality: "[customer_id]", inequality: nil, included: "[placed_at], [total]"),
        Suggestion(handle: 2, table: "orders", equality: nil, inequality: "[placed_at]", included: "[total]"),
        Suggestion(handle: 3, table: "stock", equality: "[product_id]", inequality: nil, included: nil),
        Suggestion(handle: 4, table: "customers", equality: "[email]", inequality: "[created_at]", included: "[customer_id]"),
    ]

    /// Each user database misses some of them.
    private static func missing(_ world: World) -> [(database: SimulatedDatabase, suggestion: Suggestion, handle: Int64)] {
        world.config.databases.filter { $0.id > 4 }.flatMap { database in
            suggestions.filter { Noise.integer(0...2, world.seed, 5_700 + database.id * 8 + $0.handle) > 0 }
                .map { (database, $0, Int64(database.id * 100 + $0.handle)) }
        }
    }

    private static let missingDetails: VirtualView = VirtualView(
        "sys.dm_db_missing_index_details", requires: .serverState,
        columns: """
            index_handle int, database_id smallint, object_id int, equality_columns nvarchar(4000) null, inequality_columns nvarchar(4000)
            null,
            included_columns nvarchar(4000) null, statement nvarchar(4000) null
            """,
        named: { request in
            missing(request.world).map { found -> NamedRow in
                [
                    "index_handle": .int(found.handle), "database_id": .int(Int64(found.database.id)),
                    "object_id": .int(Int64(1_000 + found.suggestion.handle)),
                    "equality_columns": found.suggestion.equality.map { .string($0) } ?? .null,
                    "inequality_columns": found.suggestion.inequality.map { .string($0) } ?? .null,
                    "included_columns": found.suggestion.included.map { .string($0) } ?? .null,
                    "statement": .string("[\(found.database.name)].[dbo].[\(found.suggestion.table)]"),
                ]
            }
        })

    private static let missingGroups: VirtualView = VirtualView(
        "sys.dm_db_missing_index_groups", requires: .serverState, columns: "index_group_handle int, index_handle int",
        named: { request in missing(request.world).map { ["index_group_handle": .int($0.handle + 1), "index_handle": .int($0.handle)] } })

    private static let missingStatistics: VirtualView = VirtualView(
        "sys.dm_db_missing_index_group_stats", requires: .serverState,
        columns: """
            group_handle int, unique_compiles bigint, user_seeks bigint, user_scans bigint, last_user_seek datetime null, last_user_scan
            datetime null, avg_total_user_cost float null, avg_user_impact float null, system_seeks bigint, system_scans bigint,
            last_system_seek datetime null, last_system_scan datetime null, avg_total_system_cost float null, avg_system_impact float null
            """,
        named: { request in
            let world = request.world
            return missing(world).map { found -> NamedRow in
                let salt = 5_740 + Int(found.handle)
                let seconds = Double(Noise.integer(1...50, world.seed, salt, world.minute))
                return [
                    "group_handle": .int(found.handle + 1), "unique_compiles": .int(Int64(1 + found.suggestion.handle)),
                    "user_seeks": .int(world.counter(perSecond: 0.4 / Double(found.suggestion.handle), salt: salt)),
                    "user_scans": .int(world.counter(perSecond: 0.001, salt: salt + 1_000)),
                    "last_user_seek": world.datetime(world.date.addingTimeInterval(-min(seconds, world.uptimeSeconds))),
                    "avg_total_user_cost": .float(2 + Noise.unit(world.seed, salt) * 30),
                    "avg_user_impact": .float(20 + Double(Noise.integer(0...79, world.seed, salt + 2))),
                    "avg_total_system_cost": .float(0), "avg_system_impact": .float(0),
                ]
            }
        })
}
