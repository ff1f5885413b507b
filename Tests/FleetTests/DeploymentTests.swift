import Engines
import Fixtures
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Platform
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Fleet

/// `/servers/{id}/deploy` and its neighbours, with an engine that answers what the test wants.
@Suite struct DeploymentTests {
    /// What the engine was asked, and what it answers.
    final class Engine: Sendable {
        let calls = Mutex<[(target: Target, order: DeployOrder)]>([])
        let answer = Mutex<DeployResult?>(nil)
        /// Whether the database is there, when somebody looks.
        let hasDatabase = Mutex(true)

        static func deployed(_ order: DeployOrder) -> DeployResult {
            order.task == .remove
                ? DeployResult(success: true, state: DeployedState.none, message: "Gone.", isChanged: true)
                : DeployResult(
                    success: true, state: .monitored, message: "Deployed.", version: MonitoringObjects.version,
                    objects: [DeployedObject(name: "CollectCore", kind: .procedure, state: .present)], isChanged: true)
        }

        var deployer: Deployer {
            { target, order in
                if order.task == .check {
                    let found = DeployResult(
                        success: true, state: DeployedState.none, message: "Nothing.", hasDatabase: self.hasDatabase.withLock { $0 })
                    return self.answer.withLock { $0 } ?? found
                }
                self.calls.withLock { $0.append((target, order)) }
                return self.answer.withLock { $0 } ?? Self.deployed(order)
            }
        }
    }

    private func work(_ fixture: FleetFixture, _ engine: Engine) async -> Int {
        let platform = fixture.platform
        let kinds = [DeployTask.deploy, .remove].map {
            DeployKind($0, databases: platform.tenants, secrets: platform.secrets, deployer: engine.deployer)
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return await OperationService(tenants: platform.tenants, kinds: kinds, logger: logger).tick(only: fixture.tenant)
    }

    private func lastAction(_ fixture: FleetFixture) async throws -> String? {
        try await fixture.actions().last { $0.hasPrefix("monitoring_") }
    }

    private func state(_ fixture: FleetFixture, _ id: String) async throws -> JSONValue {
        try await fixture.send(.get, "/servers/\(id)/deployment-status").json
    }

    /// PRD 2.9-1, 2.9-5, 2.9-8, 2.9-9 and 2.9-11.
    @Test func aServerIsDeployedToAndSaysSo() async throws {
        try await FleetFixture.with { fixture in
            let engine = Engine()
            let id = try await fixture.server("A")
            #expect(try await state(fixture, id)["state"]?.string == "none")
            let started = try await fixture.send(.post, "/servers/\(id)/deploy")
            #expect(started.status == 202, "\(started.text)")
            #expect(started.headers[.location] == "/api/v1/operations/\(started.id)")
            #expect(try await fixture.send(.post, "/servers/\(id)/deploy", [:]).status == 409)
            #expect(await work(fixture, engine) == 1)
            let status = try await state(fixture, id)
            #expect(
                status["state"]?.string == "monitored" && status["database"]?.string == "DbTools" && status["schema"]?.string == "DbTools")
            #expect(status["version"]?.int == Int64(MonitoringObjects.version) && status["version"] == status["availableVersion"])
            #expect(status["deployedAt"]?.string != nil && status["checkedAt"]?.string != nil)
            #expect(status["operationId"]?.string == started.id)
            #expect(try await fixture.send(.get, "/servers/\(id)").json["deployment"]?.string == "monitored")
            #expect(try await fixture.send(.get, "/servers?deployment=monitored").names == ["A"])
            #expect(try await fixture.send(.get, "/servers?deployment=none,failed").names == [])
            #expect(try await fixture.send(.get, "/servers?deployment=wrong").status == 400)
            let order = try #require(engine.calls.withLock { $0.first?.order })
            #expect(order == DeployOrder(task: .deploy, database: "DbTools", createDatabase: true))
            let actions = try await fixture.actions().filter { $0.hasPrefix("monitoring_") }
            #expect(actions.suffix(2) == ["monitoring_deployment_started", "monitoring_deployed"])
            #expect(try await fixture.topics().contains("server.deployment"))
        }
    }

    /// PRD 2.9-5: an error with its details.
    @Test func aFailureIsToldWithItsReasonAndTheGrants() async throws {
        try await FleetFixture.with { fixture in
            let engine = Engine()
            engine.answer.withLock {
                $0 = DeployResult(
                    success: false, state: nil, message: "The login may not.", errorCode: "NO_PERMISSIONS",
                    permissions: [
                        PermissionCheck(
                            name: "CREATE TABLE", granted: false, neededFor: "tables", grantStatement: "GRANT CREATE TABLE TO [m];")
                    ])
            }
            let id = try await fixture.server("A")
            let started = try await fixture.send(.post, "/servers/\(id)/deploy", ["database": "Tools"])
            #expect(await work(fixture, engine) == 1)
            let status = try await state(fixture, id)
            #expect(status["state"]?.string == "failed" && status["errorCode"]?.string == "NO_PERMISSIONS")
            #expect(status["message"]?.string == "The login may not.")
            #expect(status["permissions"]?.array?.first?["grantStatement"]?.string == "GRANT CREATE TABLE TO [m];")
            let ended = try await fixture.rows("SELECT status FROM platform.operations WHERE kind = 'servers-deploy'")
            #expect(try ended[0].decode(0, as: String.self) == "failed")
            #expect(try await lastAction(fixture) == "monitoring_deployment_failed")
            engine.answer.withLock { $0 = nil }
            #expect(try await fixture.send(.post, "/servers/\(id)/deploy").status == 202)
            #expect(await work(fixture, engine) == 1)
            // Where it was tried last is where it goes.
            #expect(try await state(fixture, id)["database"]?.string == "Tools")
            #expect(started.status == 202)
        }
    }

    @Test func whatMayNotBeIsRefused() async throws {
        try await FleetFixture.with { fixture in
            let id = try await fixture.server("A")
            let refused = try await fixture.send(.post, "/servers/\(id)/deploy", ["database": "master"])
            #expect(refused.status == 400 && refused.fields == ["database"] && refused.text.contains("belongs to SQL Server"))
            #expect(try await fixture.send(.post, "/servers/\(id)/deploy", ["databse": "x"]).status == 400)
            #expect(try await fixture.send(.post, "/servers/\(id)/deploy", ["credential": ["username": "sa"]]).status == 400)
            #expect(try await fixture.send(.post, "/servers/\(id)/undeploy").status == 409)
            let unknown = Server.ID()
            for path in ["deploy", "undeploy"] { #expect(try await fixture.send(.post, "/servers/\(unknown)/\(path)").status == 404) }
            #expect(try await fixture.send(.get, "/servers/\(unknown)/deployment-status").status == 404)
            #expect(try await fixture.send(.post, "/groups/\(unknown)/deploy").status == 404)
            #expect(try await fixture.rows("SELECT FROM platform.operations WHERE status <> 'preparing'").isEmpty)
        }
        try await FleetFixture.with(.viewer) { fixture in
            let unknown = Server.ID()
            for path in ["servers/\(unknown)/deploy", "servers/\(unknown)/undeploy", "groups/\(unknown)/deploy"] {
                let reply = try await fixture.send(.post, "/\(path)")
                #expect(reply.status == 403)
            }
        }
    }

    @Test func aDryRunAnswersTheScriptAndDoesNothing() async throws {
        try await FleetFixture.with { fixture in
            let id = try await fixture.server("A")
            let script = try await fixture.send(.post, "/servers/\(id)/deploy", ["dryRun": true, "database": "Ops"])
            #expect(script.status == 200 && script.json["schema"]?.string == "DbTools")
            #expect(script.json["script"]?.string?.contains("USE [Ops];") == true)
            #expect(
                script.json["grantScript"]?.string?.contains("GRANT CREATE SCHEMA, CREATE TABLE, CREATE PROCEDURE TO [dbtools]") == true)
            #expect(try await fixture.rows("SELECT FROM platform.operations").isEmpty)
        }
    }

    /// Issue 3, "undeploy leaves nothing behind": that DbTools makes the database is noted before it is made, so that a deployment that was
    /// killed in between is adopted by the next one, and removed by a removal.
    @Test func aDatabaseThatIsMadeIsNotedBefore() async throws {
        try await FleetFixture.with { fixture in
            let engine = Engine()
            engine.hasDatabase.withLock { $0 = false }
            let id = try await fixture.server("A")
            let noted = Mutex<[Bool]>([])
            let platform = fixture.platform
            let tenant = fixture.tenant
            let kind = DeployKind(.deploy, databases: platform.tenants, secrets: platform.secrets) { target, order in
                if order.task == .check { return await engine.deployer(target, order) }
                let row = try? await platform.tenants.read(tenant) { session in
                    try Deployment.find(try #require(Server.ID(text: id)), on: session)
                }
                noted.withLock { $0.append(row?.makesDatabase ?? false) }
                // The child that makes it is killed: nobody says what came of it.
                return DeployResult(success: false, state: nil, message: "No answer.", errorCode: "TIMEOUT")
            }
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            try await fixture.send(.post, "/servers/\(id)/deploy")
            await OperationService(tenants: platform.tenants, kinds: [kind], logger: logger).tick(only: tenant)
            #expect(noted.withLock { $0 } == [true])
            #expect(try await state(fixture, id)["state"]?.string == "failed")
            // Elsewhere it would be left behind: refused until it is removed.
            try await fixture.send(.post, "/servers/\(id)/deploy", ["database": "Other"])
            #expect(await work(fixture, engine) == 1)
            #expect(engine.calls.withLock { $0.isEmpty })
            try await fixture.send(.post, "/servers/\(id)/deploy")
            #expect(await work(fixture, engine) == 1)
            #expect(engine.calls.withLock { $0.last?.order.adoptsDatabase } == true)
            #expect(try await fixture.send(.post, "/servers/\(id)/undeploy", [:]).status == 202)
            #expect(await work(fixture, engine) == 1)
            let removal = try #require(engine.calls.withLock { $0.last?.order })
            #expect(removal.task == .remove && removal.adoptsDatabase)
            // What is gone is nobody's: a database of that name that somebody makes later is theirs.
            engine.hasDatabase.withLock { $0 = true }
            try await fixture.send(.post, "/servers/\(id)/deploy")
            #expect(await work(fixture, engine) == 1)
            #expect(engine.calls.withLock { $0.last?.order.adoptsDatabase } == false)
        }
    }

    /// A credential is used once: sealed with the operation, gone with its end, in no log and no answer.
    @Test func anotherCredentialIsUsedOnceAndForgotten() async throws {
        try await FleetFixture.with { fixture in
            let engine = Engine()
            let id = try await fixture.server("A")
            let secret = "Very-secret-77"
            let started = try await fixture.send(
                .post, "/servers/\(id)/deploy", ["credential": ["username": "sa", "password": .string(secret)], "database": "Ops"])
            #expect(started.status == 202 && !started.text.contains(secret))
            let sealed = try await fixture.rows("SELECT secret_sealed IS NOT NULL FROM platform.operations")
            #expect(try sealed[0].decode(0, as: Bool.self))
            #expect(await work(fixture, engine) == 1)
            let call = try #require(engine.calls.withLock { $0.first })
            #expect(call.target.username == "sa" && call.target.password == secret)
            #expect(call.order.monitorLogin == "dbtools" && !call.order.createDatabase)
            let left = try await fixture.rows("SELECT secret_sealed IS NULL FROM platform.operations")
            #expect(try left[0].decode(0, as: Bool.self))
            let log = try await fixture.rows("SELECT string_agg(details::text, ' ') FROM platform.activity_log")
            let text: String = try log[0].decode(0)
            #expect(!text.contains(secret))
        }
    }

    @Test func aGroupIsOneOperationAndRunningAgainChangesNothing() async throws {
        try await FleetFixture.with { fixture in
            let engine = Engine()
            let group = try await fixture.send(.post, "/groups", ["name": "G"])
            #expect(try await fixture.send(.post, "/groups/\(group.id)/deploy").status == 409)
            var ids: [String] = []
            for (name, kind) in [("A", "sqlserver"), ("B", "postgresql"), ("C", "mysql")] {
                ids.append(try await fixture.server(name, ["engine": .string(kind), "groupIds": [.string(group.id)]]))
            }
            let started = try await fixture.send(.post, "/groups/\(group.id)/deploy", [:])
            #expect(started.status == 202 && started.json["progress"]?["total"]?.int == 3)
            #expect(await work(fixture, engine) == 1)
            let databases = engine.calls.withLock { Set($0.map(\.order.database)) }
            #expect(databases == ["DbTools", "postgres", "dbtools"])
            engine.answer.withLock {
                $0 = DeployResult(success: true, state: .monitored, message: "Nothing was changed.", version: MonitoringObjects.version)
            }
            let before = try await fixture.actions().filter { $0 == "monitoring_deployed" }.count
            #expect(try await fixture.send(.post, "/groups/\(group.id)/deploy", [:]).status == 202)
            #expect(await work(fixture, engine) == 1)
            let items = try await fixture.rows(
                "SELECT count(*) FROM platform.operation_items WHERE status = 'skipped' AND error_code = 'UNCHANGED'")
            #expect(try items[0].decode(0, as: Int.self) == 3)
            #expect(try await fixture.actions().filter { $0 == "monitoring_deployed" }.count == before)
            #expect(before == 3)
            for id in ids { #expect(try await state(fixture, id)["state"]?.string == "monitored") }
        }
    }

    @Test func aSelectionIsOneOperation() async throws {
        try await FleetFixture.with { fixture in
            let id = try await fixture.server("A")
            let body: JSONValue = [
                "filter": ["deployment": ["none"]], "database": "Ops", "credential": ["username": "sa", "password": "Very-secret-77"],
            ]
            let started = try await fixture.send(.post, "/servers/bulk/deploy", body)
            #expect(started.status == 202, "\(started.text)")
            await fixture.service.tick(only: fixture.tenant)
            let status = try await state(fixture, id)
            #expect(status["state"]?.string == "failed" && status["message"]?.string == "sa into Ops")
            let left = try await fixture.rows("SELECT count(*) FROM platform.operations WHERE secret_sealed IS NOT NULL")
            #expect(try left[0].decode(0, as: Int.self) == 0)
        }
    }

    @Test func driftIsFoundAndRemovalLeavesNone() async throws {
        try await FleetFixture.with { fixture in
            let engine = Engine()
            let id = try await fixture.server("A")
            try await fixture.send(.post, "/servers/\(id)/deploy")
            #expect(await work(fixture, engine) == 1)
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let checks = DeploymentCheckService(
                databases: fixture.platform.tenants, secrets: fixture.platform.secrets, deployer: engine.deployer, logger: logger)
            #expect(await checks.tick(fixture.tenant, now: Date()) == 0)
            engine.answer.withLock {
                $0 = DeployResult(
                    success: true, state: .drifted, message: "Missing: CollectCore.", version: MonitoringObjects.version,
                    objects: [DeployedObject(name: "CollectCore", kind: .procedure, state: .missing)])
            }
            let later = Date() + Deployment.checkSecondsMin + 60
            #expect(await checks.tick(fixture.tenant, now: later) == 1)
            let status = try await state(fixture, id)
            #expect(status["state"]?.string == "drifted" && status["objects"]?.array?.first?["state"]?.string == "missing")
            #expect(try await lastAction(fixture) == "monitoring_drifted")
            engine.answer.withLock { $0 = nil }
            #expect(try await fixture.send(.post, "/servers/\(id)/undeploy", [:]).status == 202)
            #expect(await work(fixture, engine) == 1)
            let gone = try await state(fixture, id)
            #expect(gone["state"]?.string == "none" && gone["database"] == .null && gone["version"] == .null)
            #expect(try await lastAction(fixture) == "monitoring_removed")
        }
    }

    /// Killed in the middle: while the operation lives it goes on; when it has ended, however, nothing is "deploying".
    @Test func nothingIsDeployingForEver() async throws {
        try await FleetFixture.with { fixture in
            let id = try await fixture.server("A")
            let started = try await fixture.send(.post, "/servers/\(id)/deploy")
            let (server, operation) = (try #require(Server.ID(text: id)), try #require(Platform.Operation.ID(text: started.id)))
            try await fixture.platform.tenants.transaction(fixture.tenant) { session in
                var row = try Deployment.lock(server, on: session)
                row.state = .deploying
                row.operationID = operation
                try row.save(on: session)
            }
            #expect(try await state(fixture, id)["state"]?.string == "deploying")
            try await fixture.platform.tenants.transaction(fixture.tenant) { session in
                try session.execute(
                    "UPDATE platform.operation_items SET status = 'failed', ended_at = now() WHERE operation_id = \(operation)")
                try session.execute(
                    "UPDATE platform.operations SET status = 'failed', failed = 1, ended_at = now() WHERE id = \(operation)"
                )
            }
            #expect(try await state(fixture, id)["state"]?.string == "failed")
            #expect(try await fixture.send(.get, "/servers?deployment=failed").names == ["A"])
        }
    }

    @Test func theStateMachineIsWhole() {
        for state in DeploymentState.allCases {
            #expect(state.after(.begun) == .deploying && state.after(.deployed) == .monitored)
            #expect(state.after(.removed) == .none && state.after(.failed) == .failed)
        }
        #expect(DeploymentState.deploying.after(.checked(.drifted)) == .deploying)
        #expect(DeploymentState.monitored.after(.checked(.none)) == .drifted)
        #expect(DeploymentState.failed.after(.checked(.none)) == .failed && DeploymentState.none.after(.checked(.none)) == .none)
        #expect(DeploymentState.failed.after(.checked(.monitored)) == .monitored)
        #expect(DeploymentState.monitored.after(.unusable) == .drifted && DeploymentState.failed.after(.unusable) == .failed)
    }
}
