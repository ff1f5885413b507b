import Engines
import Platform
import Primitives
import Testing

@testable import Fleet

@Suite struct ServerInputTests {
    static func configuration(_ members: [String: JSONValue], on base: ServerConfiguration? = nil) throws -> ServerConfiguration {
        let body = FieldReader(members)
        let input = ServerInput(body)
        try body.finish()
        return try input.configuration(on: base)
    }

    static let stored = ServerConfiguration(name: "a", engine: .sqlserver, hostname: "h", port: 1433, instanceName: "I", username: "u")

    @Test func defaultsAreTheEngines() throws {
        let made = try Self.configuration(["name": "x", "host": "h", "engine": "postgresql"])
        #expect(made == ServerConfiguration(name: "x", engine: .postgresql, hostname: "h", port: 5432))
        #expect(made.encrypt && !made.trustServerCertificate && made.authType == .sql)
    }

    @Test func snakeCaseIsTakenToo() throws {
        let made = try Self.configuration([
            "name": "x", "hostname": "h", "instance_name": "S", "trust_server_certificate": true, "auth_type": "windows",
        ])
        #expect(made.instanceName == "S" && made.trustServerCertificate && made.authType == .windows)
    }

    @Test(
        arguments: [
            ([:], ["name", "hostname"]),
            (["name": "x", "hostname": "h", "port": 70_000], ["port"]),
            (["name": "x", "hostname": "h h"], ["hostname"]),
            (["name": "", "hostname": "h"], ["name"]),
            (["name": "x", "hostname": "h", "engine": "oracle"], ["engine"]),
            (["name": "x", "hostname": "h", "engine": "mysql", "authType": "windows"], ["authType"]),
            (["name": "x", "hostname": "h", "engine": "mysql", "instanceName": "I"], ["instanceName"]),
            (["name": "x", "hostname": "/run/mysqld", "engine": "mysql"], ["hostname"]),
            (["name": "x", "hostname": #"h\A"#, "instanceName": "B"], ["instanceName"]),
            (["name": "x", "hostname": "h,1", "port": 2], ["port"]),
            (["name": "x", "hostname": "h", "nonsense": 1], ["nonsense"]),
            (["name": .null, "hostname": "h"], ["name"]),
            (["name": "x", "hostname": "h", "groupIds": ["1"]], ["groupIds[0]"]),
            (["name": "x\u{7}", "hostname": "h"], ["name"]),
        ] as [([String: JSONValue], [String])])
    func refusalsNameTheFields(members: [String: JSONValue], fields: [String]) {
        let error = #expect(throws: AppError.self) { try Self.configuration(members) }
        #expect(error?.code == .validationError)
        #expect(error?.details.map(\.field) == fields)
    }

    @Test func patchChangesOnlyWhatIsSent() throws {
        var expected = Self.stored
        expected.name = "b"
        #expect(try Self.configuration(["name": "b"], on: Self.stored) == expected)
    }

    @Test func nullInAPatchTakesAway() throws {
        let made = try Self.configuration(["instanceName": .null, "username": .null], on: Self.stored)
        #expect(made.instanceName == nil && made.username == nil)
    }

    @Test func anotherEngineBringsItsPort() throws {
        let made = try Self.configuration(["engine": "postgresql", "instanceName": .null], on: Self.stored)
        #expect(made.port == 5432)
    }

    @Test func aChosenPortStays() throws {
        var base = Self.stored
        base.port = 15_000
        #expect(try Self.configuration(["encrypt": false], on: base).port == 15_000)
    }
}
