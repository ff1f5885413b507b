import Primitives
import Foundation
import Postgres

/// Names and rights in PostgreSQL.
enum PostgreSQLName {
    static func quoted(_ name: String) -> String { "\"\(name.escaping("\"", with: "\"\""))\"" }

    /// What lets another role than the deploying one run the functions.
    static func monitorGrants(_ role: String) -> String {
        let name = quoted(role)
        return """
            GRANT USAGE ON SCHEMA dbtools TO \(name);
            GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA dbtools TO \(name);
            GRANT SELECT ON ALL TABLES IN SCHEMA dbtools TO \(name);
            """
    }
}

/// Deploys, checks and removes the monitoring objects of one PostgreSQL database, each in one transaction.
struct PostgreSQLDeployment {
    let engine: PostgreSQLEngine
    let target: Target
    let order: DeployOrder
    let deadline: CallDeadline

    /// Whoever holds a lock longer is told of, not waited for.
    private static let lockSeconds = 5
    private static let statementSeconds = 20

    func result() -> DeployResult {
        do {
            var inside = target
            inside.database = order.database
            let connection = try engine.open(inside, deadline: deadline)
            connection.statementDeadlineSeconds = Double(Self.statementSeconds + Self.lockSeconds)
            guard connection.serverVersion >= PostgreSQLIdentity.versionNumberMin else {
                throw DeployFailure(.unsupportedVersion, "\(target.hostname) is older than PostgreSQL 12: nothing was done.")
            }
            switch order.task {
            case .check: return try seen(try inventory(connection), notes: [])
            case .deploy: return try deploy(connection)
            case .remove: return try remove(connection)
            }
        } catch let error as EngineError {
            return .failure(error)
        } catch let error as DeployFailure {
            return error.result
        } catch let error as PostgresError {
            return explained(error).result
        } catch {
            return DeployResult(success: false, state: nil, message: "The deployment failed.", errorCode: DeployErrorCode.refused.rawValue)
        }
    }

    private func seen(_ comparison: ObjectComparison, notes: [String]) throws -> DeployResult {
        let state = comparison.state
        let message =
            switch state {
            case .none: "No monitoring objects in \(order.database)."
            case .monitored: "All monitoring objects are in \(order.database), as they were made."
            case .outdated:
                "The monitoring objects in \(order.database) are of version \(comparison.version ?? 0); deploying brings \(MonitoringObjects.version)."
            case .drifted: "The monitoring objects in \(order.database) are not as they were made (\(comparison.difference)): deploy again."
            }
        return DeployResult(
            success: true, state: state, message: message, version: state == .none ? nil : comparison.version, objects: comparison.objects,
            notes: notes)
    }

    // MARK: Deploy

    private func deploy(_ connection: PostgresConnection) throws -> DeployResult {
        guard let row = try connection.rows(SQL(stringLiteral: CollectorSQL.postgreSQLDeployPreflight)).first else {
            throw DeployFailure(.protocolError, "\(target.hostname) gave no answer to a question about its catalog.")
        }
        let permissions = try self.permissions(row)
        let notes: [String] =
            try row.decode("has_statements", as: Bool.self)
            ? []
            : [
                "pg_stat_statements is not installed in \(order.database): with it one could see which statements cost most. Add it to "
                    + "shared_preload_libraries, restart PostgreSQL, and run CREATE EXTENSION pg_stat_statements;"
            ]
        let isRecovering = try row.decode("is_recovering", as: Bool.self)
        if isRecovering || !permissions.allSatisfy(\.granted), let found = adopted(connection) { return try kept(found, notes: notes) }
        if isRecovering {
            throw DeployFailure(
                .readOnly, "\(target.hostname) is a standby and takes no changes: deploy on the primary, it comes here by replication.")
        }
        guard permissions.allSatisfy(\.granted) else {
            throw DeployFailure(
                .noPermissions, "The role lacks a right that a deployment in \(order.database) needs: run the grant script.",
                permissions: permissions)
        }
        let before = try inventory(connection)
        try refuse(before)
        let isChanged = before.state != .monitored
        try writable(connection) {
            if isChanged { try connection.script(CollectorSQL.postgreSQLDeployObjects) }
            if let role = order.monitorLogin, !role.isEmpty { try connection.script(PostgreSQLName.monitorGrants(role)) }
            let inside = try inventory(connection)
            guard inside.state == .monitored else {
                throw DeployFailure(
                    .readBackDiffers, "What was read back from \(order.database) differs (\(inside.difference)); nothing was kept.")
            }
        }
        let after = try inventory(connection)
        guard after.state == .monitored else {
            throw DeployFailure(
                .readBackDiffers, "What was read back from \(order.database) after the end differs (\(after.difference)): deploy again.")
        }
        var result = isChanged ? try seen(after, notes: notes) : try kept(after, notes: notes)
        result.permissions = permissions
        result.isChanged = isChanged
        if isChanged { result.message = "Deployed version \(MonitoringObjects.version) into \(order.database) and read it back." }
        return result
    }

    /// What another role, another DbTools or replication brought, all of it as we make it: that needs no right of ours. Nil when it is not,
    /// or cannot be seen.
    private func adopted(_ connection: PostgresConnection) -> ObjectComparison? {
        guard order.monitorLogin == nil, let found = try? inventory(connection), found.state == .monitored else { return nil }
        return found
    }

    private func kept(_ found: ObjectComparison, notes: [String]) throws -> DeployResult {
        var result = try seen(found, notes: notes)
        result.message = "Version \(MonitoringObjects.version) is in \(order.database) already, as it was made: nothing was changed."
        return result
    }

    private func permissions(_ row: PostgresRow) throws -> [PermissionCheck] {
        let role = PostgreSQLName.quoted(try row.decode("role_name", as: String.self))
        guard let owner = try row.decode("schema_owner", as: String?.self) else {
            return [
                PermissionCheck(
                    name: "CREATE on database \(order.database)", granted: try row.decode("may_create"), neededFor: "the schema dbtools",
                    grantStatement: "GRANT CREATE ON DATABASE \(PostgreSQLName.quoted(order.database)) TO \(role);")
            ]
        }
        return [
            PermissionCheck(
                name: "membership in \(owner)", granted: try row.decode("is_owner"), neededFor: "replacing what is in the schema dbtools",
                grantStatement: "GRANT \(PostgreSQLName.quoted(owner)) TO \(role);")
        ]
    }

    private func refuse(_ before: ObjectComparison) throws {
        if let version = before.version, version > MonitoringObjects.version {
            throw DeployFailure(
                .newerVersion,
                "\(order.database) has monitoring objects of version \(version), made by a later DbTools; this one brings \(MonitoringObjects.version)."
            )
        }
        let hasOurs = before.objects.contains { $0.state != .missing && $0.kind != .schema }
        if before.version == nil, !before.foreign.isEmpty, !hasOurs {
            throw DeployFailure(
                .nameTaken,
                "\(order.database) has a schema dbtools that is not ours (it holds \(before.foreign[0].name)): choose another database.")
        }
    }

    // MARK: Remove

    private func remove(_ connection: PostgresConnection) throws -> DeployResult {
        let before = try inventory(connection)
        guard before.state != .none else {
            return try seen(before, notes: [])
        }
        if let other = before.foreign.first {
            throw DeployFailure(
                .notEmpty,
                "The schema dbtools in \(order.database) holds \(other.name), which is not ours: move it, then remove again. Nothing was removed."
            )
        }
        try writable(connection) { try connection.script(CollectorSQL.postgreSQLDeployRemove) }
        let after = try inventory(connection)
        guard after.state == .none, after.found.isEmpty else {
            throw DeployFailure(.readBackDiffers, "Something of the monitoring objects is still in \(order.database): remove again.")
        }
        var result = try seen(after, notes: [])
        result.message = "The monitoring objects are gone from \(order.database)."
        result.isChanged = true
        return result
    }

    // MARK: Parts

    /// `body` in one transaction that may write.
    private func writable(_ connection: PostgresConnection, _ body: () throws -> Void) throws {
        try connection.transaction {
            try connection.script(
                """
                SET TRANSACTION READ WRITE; SET LOCAL client_min_messages = 'warning'; SET LOCAL lock_timeout = '\(Self.lockSeconds)s';
                SET LOCAL statement_timeout = '\(Self.statementSeconds)s'
                """)
            try body()
        }
    }

    private func inventory(_ connection: PostgresConnection) throws -> ObjectComparison {
        let found = try connection.rows(SQL(stringLiteral: CollectorSQL.postgreSQLDeployInventory)).map { row in
            ObjectComparison.Found(
                name: try row.decode("object_name"), kind: try row.decode("object_kind"), definition: try row.decode("definition"))
        }
        var version: Int?
        if found.contains(where: { $0.kind == "table" && $0.name == "schema_version" }) {
            do {
                // A savepoint: the table may be there and not be ours to read.
                version = try connection.transaction {
                    try connection.rows(SQL(stringLiteral: CollectorSQL.postgreSQLDeployVersion)).first.map {
                        Int(try $0.decode("version", as: Int32.self))
                    }
                }
            } catch let error as PostgresError where error.sqlState.hasPrefix("42") {
                version = nil
            }
        }
        return ObjectComparison(expected: Self.expected, found: found, version: version)
    }

    /// What `objects.sql` makes, as the catalog shows it.
    static let expected: [ObjectComparison.Expected] = {
        let totals =
            "OUT transaction_count bigint, OUT blocks_read bigint, OUT blocks_hit bigint, OUT stats_reset_at timestamp with time zone, "
            + "OUT membership bigint"
        let arguments = [
            "collect_connections": "", "collect_totals": totals,
            "collect_core": "OUT connection_count bigint, \(totals), OUT started_at timestamp with time zone",
        ]
        let script = CollectorSQL.postgreSQLDeployObjects
        let functions = arguments.keys.sorted().compactMap { name -> ObjectComparison.Expected? in
            guard let start = script.range(of: "CREATE FUNCTION dbtools.\(name)("),
                let open = script.range(of: "$$", range: start.upperBound..<script.endIndex),
                let close = script.range(of: "$$", range: open.upperBound..<script.endIndex)
            else { return nil }
            let body = script[open.upperBound..<close.lowerBound]
            return .init(name: name, kind: .function, definition: "sql invoker s (\(arguments[name] ?? "")) \(body)")
        }
        return [
            .init(name: "dbtools", kind: .schema, definition: ""),
            .init(name: "settings", kind: .table, definition: "name text, value text, description text"),
            .init(
                name: "schema_version", kind: .table, definition: "version integer, applied_at timestamp with time zone, applied_by text"),
        ] + functions
    }()

    private func explained(_ error: PostgresError) -> DeployFailure {
        let words = SQLServerFailure.sentence(error.message)
        switch error.sqlState {
        case "42501":
            return DeployFailure(
                .noPermissions,
                "The role lacks a right in \(order.database) that this needs: run the grant script. The server says: \(words)")
        case "25006":
            return DeployFailure(
                .readOnly, "\(order.database) takes no changes (read-only): deploy on the primary. The server says: \(words)")
        case "55P03", "57014", "40P01":
            return DeployFailure(
                .busy, "Something in \(order.database) is locked by somebody else: try again in a moment. The server says: \(words)")
        case "53100", "53200":
            return DeployFailure(.noSpace, "\(target.hostname) has no room for the objects. The server says: \(words)")
        case "2BP01":
            return DeployFailure(
                .notEmpty, "Something that is not ours depends on the objects in \(order.database). The server says: \(words)")
        case "42710", "42723", "42P06", "42P07":
            return DeployFailure(.nameTaken, "\(order.database) has something else of that name already. The server says: \(words)")
        default:
            let other = PostgreSQLFailure(target: target).whileReading(error)
            guard other.code == .protocolError else { return DeployFailure(other) }
            return DeployFailure(
                .refused, "\(target.hostname) refused a statement (\(error.sqlState)): \(words) What was begun was undone.")
        }
    }
}
