import Foundation
import Testing

@testable import Engines

@Suite struct FreeTDSConfigurationTests {
    private static func section(_ host: String) -> FreeTDSConfiguration.Section {
        FreeTDSConfiguration.Section(hostname: host, port: 1433, mustEncrypt: true, caFile: nil)
    }

    /// What FreeTDS would read at this moment.
    private static func text() throws -> String {
        let path = try #require(getenv("FREETDSCONF").map { String(cString: $0) })
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    /// FreeTDS reads all of it at each connect: with a section for each of 10,000 servers, a first round took three times as long.
    @Test("The ini stays short however many servers are connected to, and keeps the section of whoever is still connecting")
    func staysShort() throws {
        let shared = FreeTDSConfiguration.shared
        try shared.connecting(by: Self.section("slow.example")) { slow throws(EngineError) in
            for number in 0..<300 {
                try shared.connecting(by: Self.section("server-\(number).example")) { name throws(EngineError) in
                    let text = (try? Self.text()) ?? ""
                    #expect(text.contains("[\(name)]\nhost = server-\(number).example\nport = 1433\nencryption = require\n"))
                    #expect(text.contains("[\(slow)]\nhost = slow.example\n"))
                }
            }
        }
        // Other tests connect beside this one.
        #expect(try Self.text().components(separatedBy: "\nhost = ").count < 2 * FreeTDSConfiguration.sectionCountMax)
    }

    @Test("Whoever connects to the same server in the same way finds the same section")
    func sameSection() throws {
        let shared = FreeTDSConfiguration.shared
        try shared.connecting(by: Self.section("same.example")) { first throws(EngineError) in
            try shared.connecting(by: Self.section("same.example")) { second throws(EngineError) in #expect(second == first) }
            var other = Self.section("same.example")
            other = FreeTDSConfiguration.Section(hostname: other.hostname, port: other.port, mustEncrypt: false, caFile: nil)
            try shared.connecting(by: other) { third throws(EngineError) in #expect(third != first) }
        }
    }
}
