import Foundation
import Testing

@testable import Engines

@Suite struct OutboundPolicyTests {
    @Test(arguments: [
        "169.254.169.254", "169.254.0.1", "::ffff:169.254.169.254", "::169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
        "fe80::1", "fe90::1",
        "fd00:ec2::254", "0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16", "192.0.0.192", "::",
        "ff02::1",
    ]) func metadataAndLinkLocalAreRefusedByDefault(address: String) throws {
        #expect(!OutboundPolicy.standard.allows(hostname: address, address: try #require(NetworkAddress(address))))
    }

    @Test(arguments: ["10.0.0.1", "127.0.0.1", "192.168.1.1", "8.8.8.8", "2001:db8::1", "::1", "::ffff:10.0.0.1", "fd12::1"])
    func theRestIsAllowedByDefault(address: String) throws {
        #expect(OutboundPolicy.standard.allows(hostname: address, address: try #require(NetworkAddress(address))))
    }

    @Test func aListAllowsOnlyWhatItNames() throws {
        let rules = ["10.0.0.0/8", "db.example.com", "*.prod.example.com"].compactMap { OutboundPolicy.Rule($0) }
        let policy = OutboundPolicy(allowed: rules)
        let inside = try #require(NetworkAddress("10.9.8.7"))
        let outside = try #require(NetworkAddress("11.0.0.1"))
        #expect(policy.allows(hostname: "anything", address: inside))
        #expect(policy.allows(hostname: "10.9.8.7", address: try #require(NetworkAddress("::ffff:10.9.8.7"))))
        #expect(!policy.allows(hostname: "anything", address: outside))
        #expect(policy.allows(hostname: "DB.example.com", address: outside))
        #expect(policy.allows(hostname: "a.prod.example.com", address: outside))
        #expect(!policy.allows(hostname: "prod.example.com", address: outside))
        #expect(!policy.allows(hostname: "evilprod.example.com", address: outside))
    }

    @Test func aNameDoesNotAllowWhatIsAlwaysRefused() throws {
        let policy = OutboundPolicy(allowed: [.name("metadata.example.com")])
        #expect(!policy.allows(hostname: "metadata.example.com", address: try #require(NetworkAddress("169.254.169.254"))))
    }

    @Test func aRangeWithinARefusedOneCanBeNamed() throws {
        let policy = OutboundPolicy(allowed: [try #require(OutboundPolicy.Rule("169.254.7.0/24"))])
        #expect(policy.allows(hostname: "x", address: try #require(NetworkAddress("169.254.7.7"))))
        #expect(!policy.allows(hostname: "x", address: try #require(NetworkAddress("169.254.169.254"))))
        // Everything is not a range within a refused one.
        let everything = OutboundPolicy(allowed: [try #require(OutboundPolicy.Rule("0.0.0.0/0"))])
        #expect(!everything.allows(hostname: "x", address: try #require(NetworkAddress("169.254.169.254"))))
        #expect(everything.allows(hostname: "x", address: try #require(NetworkAddress("8.8.8.8"))))
    }

    @Test func socketsAreAllowedOnlyByDirectory() throws {
        #expect(!OutboundPolicy.standard.allows(socket: "/run/postgresql"))
        let policy = OutboundPolicy(allowed: [try #require(OutboundPolicy.Rule("/run/postgresql"))])
        #expect(policy.allows(socket: "/run/postgresql"))
        #expect(!policy.allows(socket: "/run/postgresql2"))
        #expect(!policy.allows(socket: "/run/postgresql/../other"))
        // A directory is no allow-list for addresses.
        #expect(policy.allows(hostname: "x", address: try #require(NetworkAddress("8.8.8.8"))))
    }

    @Test(arguments: ["", "10.0.0.0/33", "a b", "::1/129", "*", "exa mple", "1.2.3.4.5", "-"]) func nonsenseIsNoRule(text: String) {
        #expect(OutboundPolicy.Rule(text) == nil)
    }

    @Test func aPolicyIsStoredAsTexts() throws {
        let policy = OutboundPolicy(allowed: ["10.0.0.0/8", "db.example.com", "/run/x"].compactMap { OutboundPolicy.Rule($0) })
        let bytes = try JSONEncoder().encode(policy)
        #expect(try JSONDecoder().decode(OutboundPolicy.self, from: bytes) == policy)
    }

    @Test func anUnknownNameIsUnreachable() {
        #expect { try OutboundPolicy.standard.resolve("no-such-host.invalid") } throws: { ($0 as? EngineError)?.code == .unreachable }
    }

    @Test func aPinnedNameIsLookedUpNowhereElse() throws {
        let address = try #require(NetworkAddress("127.0.0.9"))
        let found = try PinnedResolver.pinning("pinned.invalid", to: address) { try OutboundPolicy.standard.resolve("PINNED.invalid") }
        #expect(found == [address])
        #expect(throws: EngineError.self) { try OutboundPolicy.standard.resolve("pinned.invalid") }
    }
}
