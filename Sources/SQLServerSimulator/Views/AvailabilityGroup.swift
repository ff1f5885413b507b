import Foundation
import TDS

/// The availability group that control may put an instance into: this server and one partner that nobody runs.
enum AvailabilityGroup {
    static let name = "AG1"

    struct Replica {
        let isLocal: Bool
        let isPrimary: Bool
        let server: String
    }

    /// A primary knows both replicas, a secondary itself only.
    static func replicas(_ world: World) -> [Replica] {
        let partner = world.machineName + "-B"
        switch world.state.availability {
        case .none: return []
        case .primary:
            return [
                Replica(isLocal: true, isPrimary: true, server: world.config.name),
                Replica(isLocal: false, isPrimary: false, server: partner),
            ]
        case .secondary: return [Replica(isLocal: true, isPrimary: false, server: world.config.name)]
        }
    }

    /// Users' databases in full recovery are in the group.
    static func databases(_ world: World) -> [SimulatedDatabase] { world.config.databases.filter { holds($0, world) } }

    static func holds(_ database: SimulatedDatabase, _ world: World) -> Bool {
        world.state.availability != .none && database.id > 4 && database.recoveryModel == .full
    }

    static func groupID(_ world: World) -> TDSValue { identifier(1, world, 0) }

    static func replicaID(isLocal: Bool, _ world: World) -> TDSValue { identifier(2, world, isLocal ? 0 : 1) }

    static func databaseID(_ database: SimulatedDatabase, _ world: World) -> TDSValue { identifier(3, world, database.id) }

    private static func identifier(_ kind: UInt8, _ world: World, _ number: Int) -> TDSValue {
        let seed = UInt16(truncatingIfNeeded: world.seed)
        return .guid(
            UUID(
                uuid: (
                    kind, 0xA6, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, UInt8(seed >> 8), UInt8(seed & 255), 0,
                    UInt8(truncatingIfNeeded: number)
                )))
    }
}
