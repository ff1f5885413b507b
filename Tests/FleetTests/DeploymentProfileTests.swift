import Engines
import Fixtures
import Foundation
import Hummingbird
import Logging
import Platform
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Fleet

/// Issue 3: deployment to servers that sign in with a shared profile.
@Suite struct DeploymentProfileTests {
    private func work(_ fixture: FleetFixture, _ engine: DeploymentTests.Engine) async -> Int {
        let platform = fixture.platform
        let kinds = [DeployTask.deploy, .remove].map {
            DeployKind($0, databases: platform.tenants, secrets: platform.secrets, deployer: engine.deployer)
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return await OperationService(tenants: platform.tenants, kinds: kinds, logger: logger).tick(only: fixture.tenant)
    }

    @Test("Issue 3: a profile signs in for a deployment; a credential for once deploys for the profile's login")
    func aProfileDeploys() async throws {
        try await FleetFixture.with { fixture in
            let engine = DeploymentTests.Engine()
            let profile = try await fixture.send(
                .post, "/credentials", ["name": "Shared", "engine": "sqlserver", "username": "shared", "password": "pass-word-2"])
            try #require(profile.status == 201, "\(profile.text)")
            let body: JSONValue = ["name": "A", "hostname": "h", "credentialId": .string(profile.id)]
            let server = try await fixture.send(.post, "/servers", body)
            try #require(server.status == 201, "\(server.text)")

            #expect(try await fixture.send(.post, "/servers/\(server.id)/deploy").status == 202)
            #expect(await work(fixture, engine) == 1)
            let own = try #require(engine.calls.withLock { $0.last })
            #expect(own.target.username == "shared" && own.target.password == "pass-word-2" && own.order.monitorLogin == nil)

            let once: JSONValue = ["credential": ["username": "dba", "password": "for-once-3"]]
            #expect(try await fixture.send(.post, "/servers/\(server.id)/deploy", once).status == 202)
            #expect(await work(fixture, engine) == 1)
            let other = try #require(engine.calls.withLock { $0.last })
            #expect(other.target.username == "dba" && other.target.password == "for-once-3" && other.order.monitorLogin == "shared")
            let status = try await fixture.send(.get, "/servers/\(server.id)/deployment-status")
            #expect(status.json["state"] == "monitored" && !status.text.contains("for-once-3"))
            let left = try await fixture.rows("SELECT count(*) FROM platform.operations WHERE secret_sealed IS NOT NULL")
            #expect(try left[0].decode(0, as: Int64.self) == 0, "the credential is forgotten")

            // After a rotation the next deployment signs in with the new password.
            let rotated = try await fixture.send(.post, "/credentials/\(profile.id)/rotate", ["password": "pass-word-4"])
            #expect(rotated.status == 200, "\(rotated.text)")
            #expect(try await fixture.send(.post, "/servers/\(server.id)/undeploy").status == 202)
            #expect(await work(fixture, engine) == 1)
            #expect(engine.calls.withLock { $0.last?.target.password } == "pass-word-4")
        }
    }
}
