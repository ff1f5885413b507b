import Primitives

/// The simulated servers of a demo: their names, where they belong, and how they feel. The same for the same number, at every start.
struct DemoFleet: Sendable {
    enum Condition: Sendable, Equatable { case healthy, busy, lowOnMemory, critical, offline }

    struct Instance: Sendable {
        /// From 1; the simulator's number.
        let number: Int
        let name: String
        let group: String
        let labels: [String]
        let version: String
        let edition: String
        let platform: String
        let condition: Condition
        let cpuPercent: Int
        let memoryPercent: Int

        /// Enterprise Edition is bought for its availability groups: half of those servers are primary replicas, half secondary ones.
        private var availability: String { edition.hasPrefix("Enterprise") ? number % 6 == 0 ? "primary" : "secondary" : "none" }

        /// What the control address is told. Where all is critical, an idle session blocks others, and two have just deadlocked.
        var change: JSONValue {
            [
                "state": .string(condition == .offline ? "offline" : "online"), "cpuPercent": .int(Int64(cpuPercent)),
                "memoryPercent": .int(Int64(memoryPercent)),
                "version": .string(version), "edition": .string(edition), "platform": .string(platform),
                "availability": .string(availability), "blockedSessions": .int(condition == .critical ? 6 : 0),
                "deadlock": .bool(condition == .critical),
            ]
        }
    }

    static let serverCounts = 2...10_000
    static let groups: [(name: String, description: String, color: String)] = [
        ("Production EU", "What customers in Europe work on", "#2f855a"),
        ("Production US", "What customers in America work on", "#2b6cb0"),
        ("Staging", "The next release", "#b7791f"),
        ("Development", "Everything may break here", "#6b46c1"),
    ]
    /// The group of the servers that are no simulation.
    static let realGroup = (
        name: "Real servers", description: "No simulation: this demo's own PostgreSQL, and MariaDB where it is installed", color: "#2c7a7b"
    )

    let instances: [Instance]

    init(count: Int) {
        // In every twelve servers two are busy and one is short of memory; one of all is critical and one is offline.
        let (critical, offline) = count < 4 ? (1, 2) : (3, min(count, 11))
        instances = (1...count).map { Self.instance($0, $0 == critical ? .critical : $0 == offline ? .offline : Self.mood($0)) }
    }

    private static func mood(_ number: Int) -> Condition {
        switch number % 12 {
        case 6, 9: .busy
        case 1: number > 12 ? .lowOnMemory : .healthy
        default: .healthy
        }
    }

    private static func instance(_ number: Int, _ condition: Condition) -> Instance {
        let places: [(stage: String, region: String, group: Int)] = [
            ("prd", "eu", 0), ("prd", "us", 1), ("prd", "eu", 0), ("stg", "eu", 2), ("prd", "us", 1), ("dev", "eu", 3), ("prd", "eu", 0),
            ("stg", "us", 2),
        ]
        let place = places[number % places.count]
        let versions = ["2019", "2022", "2017", "2019", "2022", "2016"]
        let teams = ["billing", "orders", "warehouse", "web"]
        let isLinux = number % 7 == 5
        let version = isLinux ? "2022" : versions[number % versions.count]
        let (cpu, memory) = load(number, condition)
        return Instance(
            number: number,
            name: "\(place.stage)-\(place.region)-sql-" + String(repeating: "0", count: max(0, 3 - "\(number)".count)) + "\(number)",
            group: groups[place.group].name, labels: [place.stage, place.region, teams[number % teams.count]] + (isLinux ? ["linux"] : []),
            version: version,
            edition: place.stage == "dev"
                ? "Developer Edition (64-bit)" : number % 3 == 0 ? "Enterprise Edition (64-bit)" : "Standard Edition (64-bit)",
            platform: isLinux ? "linux" : "windows", condition: condition, cpuPercent: cpu, memoryPercent: memory)
    }

    /// Thresholds are 80 and 95 % of the processors, 85 and 95 % of the memory.
    private static func load(_ number: Int, _ condition: Condition) -> (cpu: Int, memory: Int) {
        let (quietCPU, quietMemory) = (8 + number * 17 % 48, 35 + number * 13 % 40)
        return switch condition {
        case .healthy, .offline: (quietCPU, quietMemory)
        case .busy: (83 + number % 7, quietMemory)
        case .lowOnMemory: (quietCPU, 88 + number % 4)
        case .critical: (98, quietMemory)
        }
    }
}
