package import Fleet
package import Foundation
import Primitives

/// What another replica of an availability group holds of a database's backups, as DbTools read it there: log backups are taken on the
/// replica that the group prefers, and each server's msdb knows its own only.
package struct ReplicaBackup: Sendable, Equatable {
    package let databaseName: String
    /// As the group names it.
    package let replicaName: String
    /// Nil: DbTools watches no server of that name, or several.
    package var serverID: Server.ID?
    package var name: String?
    /// When its backups of this database were read; nil where they never were, or too long ago to count.
    package var collectedAt: Date?
    package var newest = Newest()

    /// Times as the collector has them, ages in seconds at the reading. Nil: none was found.
    package struct Newest: Sendable, Equatable {
        package var fullAt, diffAt, logAt: String?
        package var fullAgeSeconds, diffAgeSeconds, logAgeSeconds: Double?
    }

    func write(to writer: inout JSONWriter) {
        func text(_ name: StaticString, _ value: String?) {
            writer.key(name)
            if let value { writer.string(value) } else { writer.null() }
        }
        func number(_ name: StaticString, _ value: Double?) {
            writer.key(name)
            if let value { writer.double(value) } else { writer.null() }
        }
        writer.beginObject()
        text("databaseName", databaseName)
        text("replicaName", replicaName)
        text("serverId", serverID.map { "\($0)" })
        text("name", name)
        writer.key("collectedAt")
        if let collectedAt { writer.date(collectedAt) } else { writer.null() }
        text("lastFullAt", newest.fullAt)
        text("lastDiffAt", newest.diffAt)
        text("lastLogAt", newest.logAt)
        number("fullAgeSeconds", newest.fullAgeSeconds)
        number("diffAgeSeconds", newest.diffAgeSeconds)
        number("logAgeSeconds", newest.logAgeSeconds)
        writer.endObject()
    }
}

/// Who is in an availability group, by the rows of the collector `availability_databases`. Pure.
struct ReplicaList {
    /// A database on one replica.
    struct Place: Hashable {
        let group, replica, database: String
    }
    /// Those of the server that was asked.
    private(set) var local: Set<Place> = []
    private(set) var others: Set<Place> = []

    /// - Parameter rows: group, replica and database are the first three columns.
    init(_ rows: [[JSONValue]], isLocalAt column: Int) {
        for row in rows where row.indices.contains(column) && column >= 3 {
            guard let group = row[0].string, let replica = row[1].string, let database = row[2].string else { continue }
            let place = Place(group: group, replica: replica, database: database)
            if row[column].int == 1 || row[column].bool == true { local.insert(place) } else { others.insert(place) }
        }
    }

    /// Adds what a primary says: it knows all replicas, a secondary itself only.
    mutating func add(_ primary: ReplicaList) {
        let databases = Set(local.map { [$0.group, $0.database] })
        guard !local.isDisjoint(with: primary.others) else { return }
        others.formUnion(
            primary.local.union(primary.others).subtracting(local).filter { databases.contains([$0.group, $0.database]) })
    }

    /// Databases of which no other replica is known.
    var lonely: Set<Place> {
        let known = Set(others.map { [$0.group, $0.database] })
        return local.filter { !known.contains([$0.group, $0.database]) }
    }
}
