import Foundation
package import Platform
import Primitives

/// The limits that a server or a group has of its own. What is nil is decided by whoever is next.
///
/// The nearest wins, for CPU and memory each: a server's own limits, else the strictest of its groups', else the tenant's. Of several
/// groups each value is the lowest that one of them says: a server is at least as bad as any of its groups calls it, and who adds it to
/// a group cannot hide what another group wants to see. Groups that a filter fills count like those filled by hand.
package struct OwnThresholds: Sendable, Equatable {
    package var cpuPercent: TenantSettings.Threshold?
    package var memoryPercent: TenantSettings.Threshold?

    package init(cpuPercent: TenantSettings.Threshold? = nil, memoryPercent: TenantSettings.Threshold? = nil) {
        self.cpuPercent = cpuPercent
        self.memoryPercent = memoryPercent
    }

    /// The limits that hold where `next` holds without these.
    package func over(_ next: TenantSettings.Thresholds) -> TenantSettings.Thresholds {
        TenantSettings.Thresholds(cpuPercent: cpuPercent ?? next.cpuPercent, memoryPercent: memoryPercent ?? next.memoryPercent)
    }

    /// For the activity log.
    var audit: JSONValue { ["cpuPercent": cpuPercent?.json ?? .null, "memoryPercent": memoryPercent?.json ?? .null] }
}

/// A group or server that has limits of its own.
struct ThresholdOwner: Sendable {
    static let listedCountMax = 1_000

    let isGroup: Bool
    let id: UUID
    let name: String
    let own: OwnThresholds
}

extension TenantSettings.Threshold {
    var json: JSONValue { ["warning": JSONValue(warning), "critical": JSONValue(critical)] }
}

/// The limits that hold for a server, or for the servers of a group, and who says so.
package struct EffectiveThresholds: Sendable, Equatable {
    /// Who says a value.
    package enum Origin: Sendable, Equatable {
        case server
        case group(ServerGroup.ID, name: String)
        case tenant
    }
    /// One value, in percent.
    package struct Value: Sendable, Equatable {
        package var percent: Double
        package var origin: Origin
    }
    /// A pair, each with its origin: of two groups one may say the warning, the other the critical limit.
    package struct Limit: Sendable, Equatable {
        package var warning: Value
        package var critical: Value
    }
    /// A group's limits.
    package typealias OfGroup = (id: ServerGroup.ID, name: String, own: OwnThresholds)

    package var cpuPercent: Limit
    package var memoryPercent: Limit

    /// The nearest wins: see `OwnThresholds`. Of groups that say the same value, the first is named. Pure.
    ///
    /// - Parameter server: nil for a group's page, where no server has a say.
    package init(server: OwnThresholds?, groups: [OfGroup], tenant: TenantSettings.Thresholds) {
        cpuPercent = Self.limit(\.cpuPercent, server, groups, tenant.cpuPercent)
        memoryPercent = Self.limit(\.memoryPercent, server, groups, tenant.memoryPercent)
    }

    private static func limit(
        _ path: KeyPath<OwnThresholds, TenantSettings.Threshold?>, _ server: OwnThresholds?, _ groups: [OfGroup],
        _ tenant: TenantSettings.Threshold
    ) -> Limit {
        if let own = server?[keyPath: path] {
            return Limit(warning: Value(percent: own.warning, origin: .server), critical: Value(percent: own.critical, origin: .server))
        }
        let said = groups.compactMap { group in group.own[keyPath: path].map { (Origin.group(group.id, name: group.name), $0) } }
        guard let warning = said.min(by: { $0.1.warning < $1.1.warning }), let critical = said.min(by: { $0.1.critical < $1.1.critical })
        else {
            return Limit(
                warning: Value(percent: tenant.warning, origin: .tenant), critical: Value(percent: tenant.critical, origin: .tenant))
        }
        return Limit(
            warning: Value(percent: warning.1.warning, origin: warning.0),
            critical: Value(percent: critical.1.critical, origin: critical.0))
    }
}
