import ODBC

extension SQLServerDeployment {
    static func batches(_ script: String) -> [String] { MonitoringObjects.batches(script, separator: "GO") }

    /// What a deployment makes on a server, as the catalog shows it.
    static func expected(on identity: SQLServerIdentity?) -> [ObjectComparison.Expected] {
        guard let traits = identity.flatMap(collectorTraits) else { return core }
        return core + CollectorProceduresSQL.procedures(for: traits).map { .init(name: $0.name, kind: .procedure, definition: $0.batch) }
    }

    /// What decides about the collectors' procedures; nil where none of them compiles.
    static func collectorTraits(_ identity: SQLServerIdentity) -> ServerTraits? { identity.isBabelfish ? nil : identity.traits }

    /// What `objects.sql` makes, as the catalog shows it.
    static let core: [ObjectComparison.Expected] = {
        let head = "CREATE PROCEDURE DbTools."
        let procedures = batches(CollectorSQL.sqlServerDeployObjects).compactMap { batch -> ObjectComparison.Expected? in
            guard batch.hasPrefix(head) else { return nil }
            let name = batch.dropFirst(head.count).prefix { $0.isLetter }
            return ObjectComparison.Expected(name: String(name), kind: .procedure, definition: batch)
        }
        return [
            ObjectComparison.Expected(name: "DbTools", kind: .schema, definition: ""),
            ObjectComparison.Expected(name: "Settings", kind: .table, definition: "Name nvarchar, Value nvarchar, Description nvarchar"),
            ObjectComparison.Expected(
                name: "SchemaVersion", kind: .table,
                definition: "Version int, AppliedAt datetime2, AppliedBy nvarchar, CreatedDatabase bit, CreatedUser nvarchar"),
        ] + procedures
    }()

    /// One connection in the work.
    final class Session {
        let connection: ODBCConnection
        let deployment: SQLServerDeployment
        /// The server; nil: not known yet.
        private let identity: SQLServerIdentity?
        private lazy var expected = SQLServerDeployment.expected(on: identity)
        /// Without what this server refused when it was first asked, outside of a transaction: within one a refusal would end it.
        private var inventoryBatch = SQLServerBatch(CollectorSQL.sqlServerDeployInventory)

        init(connection: ODBCConnection, of deployment: SQLServerDeployment, on identity: SQLServerIdentity?) {
            self.connection = connection
            self.deployment = deployment
            self.identity = identity
        }

        /// The procedures of the collectors, in place of those that are there.
        func makeCollectors(replacing before: ObjectComparison) throws {
            try run(CollectorProceduresSQL.drop(others: before.stale))
            guard let traits = identity.flatMap(SQLServerDeployment.collectorTraits) else { return }
            for procedure in CollectorProceduresSQL.procedures(for: traits) { try run(procedure.batch) }
        }

        private var failure: SQLServerDeployFailure {
            SQLServerDeployFailure(
                target: deployment.target, database: deployment.order.database,
                failure: SQLServerFailure(target: deployment.target, port: deployment.target.port))
        }

        /// All result sets; any failed statement within fails the batch.
        @discardableResult func run(_ batch: String) throws -> [ODBCResultSet] {
            let seconds = min(SQLServerDeployment.statementSecondsMax, deployment.deadline.remainingSeconds)
            do throws(ODBCError) {
                var sets: [ODBCResultSet] = []
                for set in try connection.resultSets(batch, deadlineSeconds: seconds, rowCountMax: SQLServerDeployment.rowCountMax) {
                    sets.append(try set.get())
                }
                return sets
            } catch { throw failure.explained(error) }
        }

        /// The result sets of a batch that only asks; what this server does not have is left out.
        func read(_ text: String) throws -> [ODBCResultSet] {
            var batch = SQLServerBatch(text)
            return try read(&batch)
        }

        private func read(_ batch: inout SQLServerBatch) throws -> [ODBCResultSet] {
            let deadline = CallDeadline(seconds: min(SQLServerDeployment.statementSecondsMax, deployment.deadline.remainingSeconds))
            do throws(ODBCError) {
                let answer = try batch.answer(
                    on: connection, deadline: deadline, rowCountMax: SQLServerDeployment.rowCountMax)
                if let reduced = answer.reduced { batch = reduced }
                if let error = answer.errors.first(where: { !SQLServerBatch.isRefusal($0) }) { throw error }
                // Without any answer the first refusal is the one to tell.
                if answer.sets.isEmpty, let error = answer.errors.first { throw error }
                return answer.sets
            } catch { throw failure.explained(error) }
        }

        func first(_ batch: String) throws -> ODBCResultSet {
            guard let set = try run(batch).first(where: { !$0.rows.isEmpty }) else {
                throw DeployFailure(.protocolError, "\(deployment.target.hostname) gave no answer to a question about its catalog.")
            }
            return set
        }

        func transaction(_ body: () throws -> Void) throws {
            // Settings by themselves: a server that has none of them still has transactions.
            _ = try? run("SET XACT_ABORT ON; SET LOCK_TIMEOUT 10000;")
            try run("BEGIN TRANSACTION;")
            do {
                try body()
                try run("COMMIT TRANSACTION;")
            } catch {
                _ = try? run("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;")  // an aborted transaction is rolled back already
                throw error
            }
        }

        func inventory() throws -> ObjectComparison {
            let sets = try read(&inventoryBatch)
            guard let objects = sets.first(where: { $0.index(of: "object_name") != nil }) else {
                throw DeployFailure(.protocolError, "\(deployment.target.hostname) does not say what objects it has: nothing can be read back.")
            }
            let columns = sets.first { $0.index(of: "column_name") != nil }.map(Self.columns)
            let texts = sets.first { $0.index(of: "module_name") != nil }.map(Self.texts) ?? [:]
            var found: [ObjectComparison.Found] = []
            for row in objects.rows where row.count == 2 {
                let name = row[0].text ?? ""
                switch (row[1].text ?? "").split(separator: " ").joined().uppercased() {
                case "U":
                    let definition = columns.map { ($0[name.lowercased()] ?? []).joined(separator: ", ") }
                    found.append(.init(name: name, kind: "table", definition: definition))
                case "P": found.append(.init(name: name, kind: "procedure", definition: texts[name.lowercased()]))
                // Constraints and the like belong to a table.
                case "PK", "UQ", "D", "C", "F": continue
                default: found.append(.init(name: name, kind: "object", definition: nil))
                }
            }
            if sets.contains(where: { $0.index(of: "schema_id") != nil && !$0.value("schema_id").isNull }) || !found.isEmpty {
                found.append(.init(name: "DbTools", kind: "schema", definition: ""))
            }
            let hasVersion = found.contains { $0.kind == "table" && $0.name.lowercased() == "schemaversion" }
            let version = hasVersion ? try run(CollectorSQL.sqlServerDeployVersion).first?.value("schema_version").int : nil
            let names = Set(expected.map { $0.name.lowercased() })
            let stale = found.filter { found in
                found.kind == "procedure" && !names.contains(found.name.lowercased())
                    && found.name.lowercased().hasPrefix(CollectorProceduresSQL.prefix.lowercased())
            }.map(\.name)
            found.removeAll { stale.contains($0.name) && $0.kind == "procedure" }
            return ObjectComparison(expected: expected, found: found, version: version.map { Int($0) }, stale: stale)
        }

        private static func columns(_ set: ODBCResultSet) -> [String: [String]] {
            var columns: [String: [String]] = [:]
            for row in set.rows where row.count == 3 {
                columns[(row[0].text ?? "").lowercased(), default: []].append("\(row[1].text ?? "") \(row[2].text ?? "")")
            }
            return columns
        }

        private static func texts(_ set: ODBCResultSet) -> [String: String] {
            var texts: [String: String] = [:]
            for row in set.rows where row.count == 2 {
                // Empty is as good as not to be seen.
                if let text = row[1].text, !text.isEmpty { texts[(row[0].text ?? "").lowercased()] = text }
            }
            return texts
        }

        /// What a deployment made besides the objects. A table that was spoilt says nothing.
        func made() throws -> (database: Bool, user: String?) {
            guard let set = try? run(CollectorSQL.sqlServerDeployVersion).first, !set.rows.isEmpty else { return (false, nil) }
            return (set.value("created_database").int == 1, set.value("created_user").text)
        }

        func isEmptyDatabase() throws -> Bool {
            try first("SELECT COUNT(*) AS object_count FROM sys.objects WHERE is_ms_shipped = 0;").value("object_count").int == 0
        }
    }
}
