package import Foundation
package import Primitives

/// A customer, with a database and two database roles of its own.
package struct Tenant: Sendable, Equatable {
    package typealias ID = Primitives.ID<Tenant>

    /// `provisioning` is seen only between the two ends of `TenantProvisioning.create`, or after a crash there, until the sweep.
    package enum Status: String, Sendable, Codable, CaseIterable { case provisioning, active, suspended, deleted }

    package let id: ID
    /// PRD 1.2-3: lower-case letters, digits and single hyphens, 3 to 50 characters. It stays reserved when the tenant is deleted.
    package let slug: String
    package let name: String
    package let status: Status
    package let databaseName: String
    package let settings: JSONValue
    /// Grows with every change of name, settings or status: the ETag.
    package let version: Int64
    package let createdAt: Date
    package let updatedAt: Date
    package let deletedAt: Date?

    package static let nameLengths = 1...100
    package static let slugLengths = 3...50

    /// Whether `slug` has the form of PRD 1.2-3.
    package static func isValidSlug(_ slug: String) -> Bool {
        guard slugLengths.contains(slug.utf8.count) else { return false }
        var previous = UInt8(ascii: "-")
        for byte in slug.utf8 {
            switch byte {
            case 0x30...0x39, 0x61...0x7A: break
            case UInt8(ascii: "-") where previous != UInt8(ascii: "-"): break
            default: return false
            }
            previous = byte
        }
        return previous != UInt8(ascii: "-")
    }

    /// `prefix` and `slug` as one PostgreSQL name: cut to 63 bytes, with 8 hexadecimal digits of the slug's hash, where it is too long.
    static func databaseObjectName(_ prefix: String, _ slug: String) -> String {
        let name = prefix + slug
        guard name.utf8.count > 63 else { return name }
        var hash: UInt32 = 0x811C_9DC5  // FNV-1a
        for byte in slug.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        let digits = String(hash, radix: 16)
        return name.prefix(54) + "_" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
