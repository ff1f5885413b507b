enum DatabaseViews { static let all: [VirtualView] = [] }
enum ConfigurationViews { static let all: [VirtualView] = [] }
enum SecurityViews { static let all: [VirtualView] = [] }
enum ObjectViews { static let all: [VirtualView] = [] }
enum BackupViews { static let all: [VirtualView] = [] }
enum AvailabilityViews { static let all: [VirtualView] = [] }
enum TempdbViews { static let all: [VirtualView] = [] }
import Foundation
enum BackupHistory { static func lastCheck(of database: SimulatedDatabase, _ world: World) -> Date { world.date } }
