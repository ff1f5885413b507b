import Foundation
import HTTPTypes
import Platform
import Postgres
import Primitives
import Testing

@testable import Fleet

/// Issue 3: a second browser sees every change of the fleet. An event row is written in the change's own transaction, so it is there
/// exactly when the change is; that it then goes out at once, and is not lost, `EventTests` show.
@Suite struct ChangeEventTests {
    /// A change of what `made` prepared, and the topic that tells of it.
    struct Change: Sendable {
        let what: String
        let topic: String
        let method: HTTPRequest.Method
        /// With the ids of what was made in place of `{server}`, `{group}`, `{label}`, `{profile}` and `{view}`.
        let path: String
        var body: JSONValue?

        init(_ what: String, _ topic: String, _ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil) {
            (self.what, self.topic, self.method, self.path, self.body) = (what, topic, method, path, body)
        }
    }

    static let changes = [
        Change("a server is added", "server.created", .post, "/servers", ["name": "new", "hostname": "h"]),
        Change("a server is changed", "server.updated", .patch, "/servers/{server}", ["port": 1_500]),
        Change("a server is replaced", "server.updated", .put, "/servers/{server}", ["name": "n", "hostname": "h"]),
        Change("a server is removed", "server.deleted", .delete, "/servers/{server}"),
        Change("a server comes back", "server.created", .post, "/servers/{deleted}/restore"),
        Change("labels are put on a server", "server.updated", .post, "/servers/{server}/labels", ["labels": ["more"]]),
        Change("a label is taken off", "server.updated", .delete, "/servers/{server}/labels/{label}"),
        Change("a label is made", "label.changed", .post, "/labels", ["name": "fresh"]),
        Change("a label is changed", "label.changed", .patch, "/labels/{label}", ["color": "#00ff00"]),
        Change("a label is deleted", "label.changed", .delete, "/labels/{label}"),
        Change("a group is made", "group.changed", .post, "/groups", ["name": "H"]),
        Change("a dynamic group is made", "group.changed", .post, "/groups", ["name": "D", "filter": "label=core"]),
        Change("a group is renamed", "group.changed", .patch, "/groups/{group}", ["name": "I"]),
        Change("a group gets servers", "group.changed", .post, "/groups/{group}/servers", ["serverIds": ["{other}"]]),
        Change("a group loses a server", "group.changed", .delete, "/groups/{group}/servers/{server}"),
        Change("a group is deleted", "group.changed", .delete, "/groups/{group}"),
        Change("a view is saved", "view.changed", .post, "/servers/views", ["name": "W", "filter": ["q": "x"]]),
        Change("a view is shared", "view.changed", .patch, "/servers/views/{view}", ["shared": true]),
        Change("a view is deleted", "view.changed", .delete, "/servers/views/{view}"),
        Change("a profile is changed", "credential.changed", .patch, "/credentials/{profile}", ["name": "Q"]),
        Change("a profile is rotated", "credential.changed", .post, "/credentials/{profile}/rotate", ["password": "another"]),
        Change("a profile is deleted", "credential.changed", .delete, "/credentials/{profile}"),
        Change("a deployment begins", "operation.changed", .post, "/servers/{server}/deploy", ["database": "DbTools"]),
        Change("many servers are labelled", "servers.changed", .post, "/servers/bulk/add-labels", ["filter": [:], "labels": ["all"]]),
        Change("many servers are removed", "servers.changed", .post, "/servers/bulk/delete", ["filter": ["q": "Orders"]]),
        Change(
            "many servers are grouped", "servers.changed", .post, "/servers/bulk/add-to-groups",
            ["ids": ["{other}"], "groupIds": ["{group}"]]),
    ]

    @Test("Issue 3: every change is an event on the tenant's stream", arguments: changes.indices)
    func everyChangeIsAnEvent(index: Int) async throws {
        let change = Self.changes[index]
        try await FleetFixture.with { (fleet) async throws in
            let server = try await fleet.server("Orders", ["labels": ["core"]])
            let (other, deleted) = (try await fleet.server("Billing"), try await fleet.server("Gone"))
            try await fleet.send(.delete, "/servers/\(deleted)")
            let group = try await fleet.send(.post, "/groups", ["name": "G"]).id
            try await fleet.send(.post, "/groups/\(group)/servers", ["serverIds": [.string(server)]])
            let ids = [
                "{server}": server, "{other}": other, "{deleted}": deleted, "{group}": group,
                "{label}": try await fleet.send(.get, "/labels").json[0]?["id"]?.string ?? "",
                "{profile}": try await CredentialTests.make(fleet).id,
                "{view}": try await fleet.send(.post, "/servers/views", ["name": "V", "filter": ["q": "o"]]).id,
            ]
            func filled(_ text: String) -> String { ids.reduce(text) { $0.replacing($1.key, with: $1.value) } }
            let before = try await fleet.topics().count
            let body = try change.body.map { try JSONValue.parse(text: filled($0.text)) }
            let reply = try await fleet.send(change.method, filled(change.path), body)
            #expect((200..<300).contains(reply.status), "\(change.what): \(reply.text)")
            if reply.status == 202 { await fleet.service.tick(only: fleet.tenant) }
            let topics = try await fleet.topics().dropFirst(before)
            #expect(topics.contains(change.topic), "\(change.what): \(topics)")
        }
    }

    @Test("Issue 3: an import tells of its servers") func anImportTellsOfItsServers() async throws {
        try await FleetFixture.with { (fleet) async throws in
            _ = try await fleet.ended(fleet.upload("", Array("name,hostname\nA,h\n".utf8)))
            #expect(try await fleet.topics().contains("servers.changed"))
        }
    }
}
