package import Foundation
package import Platform
package import Primitives

/// `add-labels` and `remove-labels`: in whole batches, so that 5,000 servers take a moment.
package struct BulkLabels: BulkAction {
    package static let countMax = 100

    package let isAdding: Bool
    package let permission = Permission.manageServers
    package let parallelismMax = 1
    package let batchCountMax = 1_000
    package let isDatabaseOnly = true
    package var action: String { isAdding ? "add-labels" : "remove-labels" }

    package init(isAdding: Bool) { self.isAdding = isAdding }

    package func options(from body: FieldReader) -> JSONValue {
        let names = body.optionalStrings("labels", max: Self.countMax, length: Label.nameLengths)?.map { $0.trimmingSpaces() }
        requireSome("labels", names, body)
        return ["labels": .array(distinct(names ?? []).map { .string($0) })]
    }

    package func title(_ options: JSONValue) -> String {
        (isAdding ? "Add labels: " : "Remove labels: ") + names(options).joined(separator: ", ")
    }

    package func keep(_ results: [ItemResult], of operation: Platform.Operation, at now: Date, on session: TenantSession) throws
        -> [ItemOutcome]
    {
        let there = try BulkSQL.lock(results.serverIDs, on: session)
        let names = names(operation.options)
        let changed =
            isAdding
            ? try BulkSQL.addLabels(Label.ensure(names, at: now, on: session), to: there, on: session)
            : try BulkSQL.removeLabels(names, from: there, on: session)
        if !changed.isEmpty {
            let details: [String: JSONValue] = ["labels": .array(names.map { .string($0) })]
            let word = isAdding ? "server_labeled" : "server_unlabeled"
            let revisions = try BulkSQL.bump(changed, at: now, on: session)
            try session.record(BulkOutcomes.activity(word, revisions, of: operation, details: details))
            try session.publish(BulkOutcomes.event(changed.count, of: operation))
        }
        return BulkOutcomes.of(
            results, there: there, changed: changed, done: isAdding ? "Labelled" : "Labels removed",
            unchanged: isAdding ? "It has these labels already" : "It has none of these labels")
    }

    private func names(_ options: JSONValue) -> [String] { options["labels"]?.array?.compactMap(\.string) ?? [] }
}

/// `add-to-groups` and `remove-from-groups`.
package struct BulkGroups: BulkAction {
    package static let countMax = 100

    package let isAdding: Bool
    package let permission = Permission.manageGroups
    package let parallelismMax = 1
    package let batchCountMax = 1_000
    package let isDatabaseOnly = true
    package var action: String { isAdding ? "add-to-groups" : "remove-from-groups" }

    package init(isAdding: Bool) { self.isAdding = isAdding }

    package func options(from body: FieldReader) -> JSONValue {
        let groups = body.optionalIDs("groupIds", max: Self.countMax, of: ServerGroup.self)
        requireSome("groupIds", groups, body)
        return ["groupIds": .array((groups ?? []).map { .string($0.description) })]
    }

    package func check(_ options: JSONValue, on session: TenantSession) throws { _ = try BulkSQL.groupNames(ids(options), on: session) }

    package func title(_ options: JSONValue) -> String { isAdding ? "Add to groups" : "Remove from groups" }

    package func keep(_ results: [ItemResult], of operation: Platform.Operation, at now: Date, on session: TenantSession) throws
        -> [ItemOutcome]
    {
        let there = try BulkSQL.lock(results.serverIDs, on: session)
        let groups = ids(operation.options)
        let changed =
            isAdding
            ? try BulkSQL.addToGroups(groups, there, on: session) : try BulkSQL.removeFromGroups(groups, there, on: session)
        if !changed.isEmpty {
            let word = isAdding ? "group_servers_added" : "group_servers_removed"
            let details = ["groupIds": operation.options["groupIds"] ?? []]
            let revisions = try BulkSQL.bump(changed, at: now, on: session)
            try session.record(BulkOutcomes.activity(word, revisions, of: operation, details: details))
            try session.publish(BulkOutcomes.event(changed.count, of: operation))
            for group in groups {
                try session.publish(Event("group.changed", entityID: group.uuid, payload: ["groupId": .string(group.description)]))
            }
        }
        return BulkOutcomes.of(
            results, there: there, changed: changed, done: isAdding ? "Added" : "Removed",
            unchanged: isAdding ? "It is in these groups already" : "It is in none of these groups")
    }

    private func ids(_ options: JSONValue) -> [ServerGroup.ID] {
        options["groupIds"]?.array?.compactMap { $0.string.flatMap { ServerGroup.ID(text: $0) } } ?? []
    }
}

private func requireSome(_ name: String, _ values: (some Collection)?, _ body: FieldReader) {
    if !body.isPresent(name) || body.isNull(name) {
        body.fail(name, "is required")
    } else if body.value(name)?.array?.isEmpty == true {
        body.fail(name, "must have at least 1 entry")
    }
}

/// Without those that differ in case alone.
private func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0.lowercased()).inserted }
}
