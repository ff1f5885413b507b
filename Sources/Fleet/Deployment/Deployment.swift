package import Engines
package import Foundation
package import Platform
package import Primitives

/// The monitoring objects of a server, as they were last seen.
package struct Deployment: Sendable {
    package var serverID: Server.ID
    package var state = DeploymentState.none
    package var version: Int?
    package var database: String?
    /// Whether DbTools made the database, or was about to when it last heard: noted before it is made, so that a cut between the two leaves
    /// nothing behind.
    package var makesDatabase = false
    package var objects: [DeployedObject] = []
    package var permissions: [PermissionCheck] = []
    package var notes: [String] = []
    package var message = ""
    package var errorCode: String?
    package var operationID: Platform.Operation.ID?
    package var deployedAt: Date?
    package var checkedAt: Date?
    /// Whether an operation that has not ended is at it.
    package var isUnderWay = false

    package init(serverID: Server.ID) { self.serverID = serverID }

    /// Seconds between two looks at a server's objects; more when there are many servers, so that looking stays cheap.
    package static let checkSecondsMin = 900.0
    package static let checkSecondsPerServer = 0.5
    /// Longer names of databases are refused.
    package static let databaseLengths = 0...64

    /// What an operation or a look found. `event` is what it means for the state.
    package mutating func record(_ result: DeployResult, _ event: DeploymentState.Event, at now: Date) {
        let before = state
        state = state.after(event)
        switch event {
        case .deployed:
            deployedAt = result.isChanged || deployedAt == nil || before == .none ? now : deployedAt
            checkedAt = now
        case .removed:
            database = nil
            makesDatabase = false
            deployedAt = nil
            checkedAt = now
        case .checked: checkedAt = now
        case .begun, .failed, .unusable: break
        }
        if result.state != nil {
            version = result.version
            objects = result.objects
        }
        if event != .unusable {
            if !result.permissions.isEmpty { permissions = result.permissions }
            notes = result.notes
        }
        if let owns = result.ownsDatabase, database != nil { makesDatabase = owns }
        message = result.message
        errorCode = result.errorCode
    }

    /// For the stream: `server.deployment`.
    package var event: Event {
        Event(
            "server.deployment", entityID: serverID.uuid,
            payload: [
                "serverId": .string(serverID.description), "state": .string(state.rawValue),
                "version": version.map { .int(Int64($0)) } ?? .null,
                "message": .string(message),
            ])
    }
}

extension Deployment {
    /// As in `api/openapi.yaml`. What it needs to know of the server is its kind.
    package func shown(_ engine: EngineKind) -> JSONValue {
        let text = message.isEmpty ? "No monitoring objects are deployed; collections ask the server directly." : message
        return [
            "serverId": .string(serverID.description), "state": .string(state.rawValue),
            "version": version.map { .int(Int64($0)) } ?? .null,
            "availableVersion": .int(Int64(MonitoringObjects.version)), "database": JSONValue(database),
            "schema": JSONValue(database.map { MonitoringObjects.schema(engine, database: $0) }),
            "deployedAt": JSONValue(deployedAt.map(RFC3339.string)), "checkedAt": JSONValue(checkedAt.map(RFC3339.string)),
            "objects": .array(objects.map(\.json)), "message": .string(text), "errorCode": JSONValue(errorCode),
            "permissions": .array(permissions.map(\.json)), "notes": .array(notes.map { .string($0) }),
            "operationId": JSONValue(operationID?.description),
        ]
    }
}

extension DeployedObject {
    var json: JSONValue { ["name": .string(name), "kind": .string(kind.rawValue), "state": .string(state.rawValue)] }

    init?(_ json: JSONValue) {
        guard let name = json["name"]?.string, let kind = json["kind"]?.string.flatMap(Kind.init),
            let state = json["state"]?.string.flatMap(State.init)
        else { return nil }
        self.init(name: name, kind: kind, state: state)
    }
}

extension PermissionCheck {
    var json: JSONValue {
        [
            "name": .string(name), "granted": .bool(granted), "neededFor": .string(neededFor), "grantStatement": JSONValue(grantStatement),
        ]
    }

    init?(_ json: JSONValue) {
        guard let name = json["name"]?.string, let granted = json["granted"]?.bool, let neededFor = json["neededFor"]?.string else {
            return nil
        }
        self.init(name: name, granted: granted, neededFor: neededFor, grantStatement: json["grantStatement"]?.string)
    }
}

extension DeployResult {
    /// What an operation's item keeps of it.
    var json: JSONValue {
        [
            "state": JSONValue(state?.rawValue), "version": version.map { .int(Int64($0)) } ?? .null, "changed": .bool(isChanged),
            "objects": .array(objects.map(\.json)), "permissions": .array(permissions.map(\.json)),
            "notes": .array(notes.map { .string($0) }), "ownsDatabase": ownsDatabase.map { .bool($0) } ?? .null,
        ]
    }
}

extension ServerFacts {
    /// What decides which collectors' procedures suit the server; nil: it was never read.
    var traits: ServerTraits? {
        guard let version, let productVersion else { return nil }
        let hosting: ServerTraits.Hosting =
            version.contains("Managed Instance") ? .managedInstance : version.contains("Azure") ? .azureDatabase : .box
        return ServerTraits(version: productVersion, isMariaDB: version.contains("MariaDB"), hosting: hosting)
    }
}
