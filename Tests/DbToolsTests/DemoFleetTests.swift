import Foundation
import Primitives
import Testing

@testable import DbTools

@Suite struct DemoFleetTests {
    @Test(arguments: [2, 3, 10, 11, 12, 24, 100, 1_000])
    func exactlyOneIsCriticalAndOneOffline(count: Int) {
        let fleet = DemoFleet(count: count)
        #expect(fleet.instances.count == count)
        #expect(fleet.instances.filter { $0.condition == .critical }.count == 1)
        #expect(fleet.instances.filter { $0.condition == .offline }.count == 1)
        #expect(Set(fleet.instances.map(\.name)).count == count)
    }

    @Test func theConditionsFollowTheThresholds() {
        for instance in DemoFleet(count: 500).instances {
            switch instance.condition {
            case .healthy, .offline: #expect(instance.cpuPercent < 75 && instance.memoryPercent < 80)
            case .busy: #expect((82..<93).contains(instance.cpuPercent) && instance.memoryPercent < 80)
            case .lowOnMemory: #expect(instance.cpuPercent < 75 && (87..<93).contains(instance.memoryPercent))
            case .critical: #expect(instance.cpuPercent > 96)
            }
        }
    }

    @Test func theUsualDemoHasReplicasAndOneServerWithBlockedSessions() {
        let changes = DemoFleet(count: 24).instances.compactMap(\.change.object)
        let roles = changes.compactMap { $0["availability"]?.string }
        #expect(Set(roles) == ["none", "primary", "secondary"])
        #expect(changes.filter { ($0["blockedSessions"]?.int ?? 0) > 0 }.count == 1)
        #expect(changes.filter { $0["deadlock"]?.bool == true }.count == 1)
    }

    @Test func theUsualDemoHasSomeOfEach() {
        let conditions = DemoFleet(count: 24).instances.map(\.condition)
        #expect(conditions.filter { $0 == .healthy }.count >= 12)
        #expect(conditions.filter { $0 == .busy || $0 == .lowOnMemory }.count >= 3)
    }
}
