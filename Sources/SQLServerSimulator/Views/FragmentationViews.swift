import TDS

/// How large indexes are, and how fragmented. A database is its tables' size; an index that is written more is fragmented more.
enum FragmentationViews {
    static let all: [VirtualView] = [partitions, physical]

    private static let partitions: VirtualView = VirtualView(
        "sys.dm_db_partition_stats", requires: .serverState, isPerDatabase: true,
        columns: """
            partition_id bigint null, object_id int, index_id int, partition_number int, in_row_data_page_count bigint null,
            in_row_used_page_count bigint null, in_row_reserved_page_count bigint null, lob_used_page_count bigint null,
            lob_reserved_page_count bigint null, row_overflow_used_page_count bigint null, row_overflow_reserved_page_count bigint null,
            used_page_count bigint null, reserved_page_count bigint null, row_count bigint null
            """,
        named: { request in
            ShopTables.tables(of: request.database).flatMap { table in
                table.indexes.map { index -> NamedRow in
                    let leaves = leafCount(of: index, of: table, in: request.database)
                    let used = leaves + upperCount(leaves, index) + 1
                    let reserved = (used + 7) / 8 * 8
                    return [
                        "partition_id": .int(hobt(index, table)), "object_id": .int(Int64(table.id)), "index_id": .int(Int64(index.id)),
                        "partition_number": .int(1), "in_row_data_page_count": .int(leaves), "in_row_used_page_count": .int(used),
                        "in_row_reserved_page_count": .int(reserved), "lob_used_page_count": .int(0), "lob_reserved_page_count": .int(0),
                        "row_overflow_used_page_count": .int(0), "row_overflow_reserved_page_count": .int(0),
                        "used_page_count": .int(used), "reserved_page_count": .int(reserved), "row_count": .int(leaves * 60),
                    ]
                }
            }
        })

    /// NULL, DEFAULT, 0 (of databases, objects and partitions) and -1 (of indexes) mean all. What only a look at each page tells is NULL,
    /// as it is in LIMITED mode, the only one that is simulated.
    private static let physical: VirtualView = VirtualView(
        "sys.dm_db_index_physical_stats", requires: .serverState, parameters: 5...5,
        columns: """
            database_id smallint null, object_id int null, index_id int null, partition_number int null, index_type_desc nvarchar(60) null,
            alloc_unit_type_desc nvarchar(60) null, index_depth tinyint null, index_level tinyint null,
            avg_fragmentation_in_percent float null, fragment_count bigint null, avg_fragment_size_in_pages float null,
            page_count bigint null, avg_page_space_used_in_percent float null, record_count bigint null, ghost_record_count bigint null,
            version_ghost_record_count bigint null, min_record_size_in_bytes int null, max_record_size_in_bytes int null,
            avg_record_size_in_bytes float null, forwarded_record_count bigint null, compressed_page_count bigint null
            """,
        named: { request in
            let wantsPartition = wants(request.argument(3), 1, all: 0)
            return request.world.config.databases.filter { wantsPartition && wants(request.argument(0), $0.id, all: 0) }.flatMap {
                database in
                ShopTables.tables(of: database).filter { wants(request.argument(1), $0.id, all: 0) }.flatMap { table in
                    table.indexes.filter { wants(request.argument(2), $0.id, all: -1) }.map { index in
                        row(of: index, of: table, in: database, request.world)
                    }
                }
            }
        })

    private static func row(
        of index: ShopTables.Index, of table: ShopTables.Table, in database: SimulatedDatabase, _ world: World
    ) -> NamedRow {
        let pages = leafCount(of: index, of: table, in: database)
        let percent = fragmentation(of: index, of: table, in: database, world)
        let fragments = max(1, Int64(Double(pages) * percent / 100))
        return [
            "database_id": .int(Int64(database.id)), "object_id": .int(Int64(table.id)), "index_id": .int(Int64(index.id)),
            "partition_number": .int(1),
            "index_type_desc": .string(index.id == 0 ? "HEAP" : index.id == 1 ? "CLUSTERED INDEX" : "NONCLUSTERED INDEX"),
            "alloc_unit_type_desc": .string("IN_ROW_DATA"), "index_depth": .int(index.id == 0 ? 1 : 3), "index_level": .int(0),
            "avg_fragmentation_in_percent": .float(percent), "fragment_count": .int(fragments),
            "avg_fragment_size_in_pages": .float(Double(pages) / Double(fragments)), "page_count": .int(pages),
        ]
    }

    /// A share of the database's data: 2 % of it for an index, 8 % for a table, 3 % for a heap.
    private static func leafCount(of index: ShopTables.Index, of table: ShopTables.Table, in database: SimulatedDatabase) -> Int64 {
        let percent: Int64 = index.id == 0 ? 3 : index.id == 1 ? 8 : 2
        return Int64(database.dataSizeMB) * 128 * percent / 100 + Int64(table.id % 10 * 8 + index.id)
    }

    private static func upperCount(_ leaves: Int64, _ index: ShopTables.Index) -> Int64 { index.id == 0 ? 0 : leaves / 100 + 1 }

    private static func hobt(_ index: ShopTables.Index, _ table: ShopTables.Table) -> Int64 {
        72_057_594_000_000_000 + Int64(table.id) << 16 + Int64(index.id)
    }

    /// Up to 90 %, by how much of its use is writing.
    private static func fragmentation(
        of index: ShopTables.Index, of table: ShopTables.Table, in database: SimulatedDatabase, _ world: World
    ) -> Double {
        let writing = index.updates / (index.updates + index.seeks + index.scans + index.lookups)
        return writing * (60 + 30 * Noise.unit(world.seed, 7_000 + database.id * 400 + (table.id - 1_000) * 40 + index.id * 4))
    }

    private static func wants(_ argument: TDSValue, _ id: Int, all: Int64) -> Bool {
        guard case .int(let number) = argument else { return true }
        return number == Int64(id) || number == all
    }
}
