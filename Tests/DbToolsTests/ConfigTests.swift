import Foundation
import Testing

@testable import DbTools

@Suite struct ConfigTests {
    @Test func everyWrongValueIsToldAtOnce() throws {
        let options = ["port": "abc", "trustedProxies": "10.0.0.0/8,zzz", "logLevel": "loud"]
        let environment = ["DBTOOLS_ADMIN_EMAIL": "nobody", "DBTOOLS_TLS_CERT": "/no/such/file", "DBTOOLS_COLLECTOR_PARALLELISM": "0"]
        let error = #expect(throws: ConfigError.self) { try ConfigReader.read(options: options, environment: environment) }
        let problems = try #require(error).problems
        for name in ["port", "trustedProxies", "logLevel", "adminEmail", "tlsCert", "tlsKey", "collectorParallelism"] {
            #expect(problems.contains { $0.contains(name) }, "\(name) is not among \(problems)")
        }
    }

    @Test func anOptionBeatsTheEnvironmentAndThatTheFile() throws {
        let file = try TemporaryFile(#"{"port": 1001, "host": "10.0.0.1", "logLevel": "debug", "trustedProxies": ["10.0.0.0/8", "::1"]}"#)
        let config = try ConfigReader.read(
            options: ["port": "1003"], configFile: file.path, environment: ["DBTOOLS_PORT": "1002", "DBTOOLS_HOST": "10.0.0.2"])
        #expect(config.port == 1003)
        #expect(config.host == "10.0.0.2")
        #expect(config.logLevel == "debug")
        #expect(config.trustedProxies == ["10.0.0.0/8", "::1"])
    }

    @Test(arguments: [
        (#"{"prot": 1}"#, "prot: there is no such setting"), (#"{"data_dir": "/x"}"#, "dataDir is meant?"), ("[1]", "one JSON object"),
        ("{", "is not JSON"), (#"{"port": 70000}"#, "70000"), (#"{"tlsSelfSigned": "perhaps"}"#, "neither true nor false"),
        (#"{"roles": ["api", "cook"]}"#, "cook"), (#"{"host": {"a": 1}, "port": 1.5}"#, "port"),
    ])
    func aFileWithAMistakeIsRefused(text: String, says: String) throws {
        let file = try TemporaryFile(text)
        let error = #expect(throws: ConfigError.self) { try ConfigReader.read(configFile: file.path, environment: [:]) }
        #expect("\(try #require(error))".contains(says))
    }

    @Test("PRD 3.3-11: how many servers are read at once is configurable, and 10 otherwise")
    func parallelismIsConfigurable() throws {
        #expect(try ConfigReader.read(environment: [:]).collectorParallelism == 10)
        #expect(try ConfigReader.read(environment: ["DBTOOLS_COLLECTOR_PARALLELISM": "40"]).collectorParallelism == 40)
        for wrong in ["0", "1001", "many"] {
            #expect(throws: ConfigError.self) { try ConfigReader.read(environment: ["DBTOOLS_COLLECTOR_PARALLELISM": wrong]) }
        }
    }

    @Test func secretsAreNotRepeated() throws {
        let environment = ["DBTOOLS_MASTER_KEY": "hunter2hunter2", "DATABASE_URL": "mysql//swordfish", "DBTOOLS_ADMIN_PASSWORD": "short"]
        let error = #expect(throws: ConfigError.self) { try ConfigReader.read(environment: environment) }
        let text = "\(try #require(error))"
        for secret in environment.values { #expect(!text.contains(secret)) }
        #expect(text.contains("masterKey") && text.contains("databaseUrl") && text.contains("adminPassword"))
    }

    @Test(
        "PRD 1.2-4, 1.1-3: the database is named by DATABASE_URL or the file, everything else likewise; without it there is a private one")
    func theDatabaseIsConfigurable() throws {
        let url = "postgresql://dbtools:x@db.example.com:5432/postgres?sslmode=verify-full"
        let file = try TemporaryFile(#"{"databaseUrl": "postgresql://other.example.com/postgres"}"#)
        let (fromFile, fromBoth) = (
            try ConfigReader.read(configFile: file.path, environment: [:]),
            try ConfigReader.read(configFile: file.path, environment: ["DATABASE_URL": url])
        )
        #expect(fromFile.databaseURL == "postgresql://other.example.com/postgres")
        #expect(fromBoth.databaseURL == url)
        #expect(try ConfigReader.read(environment: [:]).databaseURL == nil)
        #expect(throws: (any Error).self) { try ConfigReader.read(environment: ["DATABASE_URL": "mysql://db.example.com/x"]) }
    }

    @Test func anEmptyVariableIsUnset() throws {
        let config = try ConfigReader.read(environment: ["DBTOOLS_PORT": "", "DATABASE_URL": "", "HOME": "/home/ann"])
        #expect(config.port == 8080)
        #expect(config.databaseURL == nil)
    }

    @Test func everySettingHasItsOwnNameAndVariable() {
        #expect(Set(Setting.all.map(\.key)).count == Setting.all.count)
        #expect(Set(Setting.all.map(\.variable)).count == Setting.all.count)
    }
}

/// A file that goes with the test.
final class TemporaryFile {
    let path = "/tmp/dbtools-test-\(UUID().uuidString)"
    init(_ text: String) throws { try text.write(toFile: path, atomically: false, encoding: .utf8) }
    deinit { unlink(path) }
}
