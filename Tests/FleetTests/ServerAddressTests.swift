import Testing

@testable import Fleet

@Suite struct ServerAddressTests {
    @Test(
        arguments: [
            ("db1", "db1", nil, nil),
            ("db1.example.com", "db1.example.com", nil, nil),
            (" db1 ", "db1", nil, nil),
            (#"db1\SALES"#, "db1", nil, "SALES"),
            (#"db1\MSSQLSERVER"#, "db1", nil, nil),
            ("db1,1533", "db1", 1533, nil),
            ("db1, 1533", "db1", 1533, nil),
            (#"db1\SALES,1533"#, "db1", 1533, "SALES"),
            ("tcp:db1,1533", "db1", 1533, nil),
            ("TCP:db1,1533", "db1", 1533, nil), (#"Tcp:db1\SALES"#, "db1", nil, "SALES"), (#"[::1]\SALES,1533"#, "::1", 1533, "SALES"),
            ("db1:5433", "db1", 5433, nil),
            ("10.0.0.5:5433", "10.0.0.5", 5433, nil),
            ("::1", "::1", nil, nil),
            ("[::1]:5433", "::1", 5433, nil),
            ("[::1],5433", "::1", 5433, nil),
            ("(local)", "localhost", nil, nil),
            (#".\SQLEXPRESS"#, "localhost", nil, "SQLEXPRESS"),
            ("/run/postgresql", "/run/postgresql", nil, nil),
        ] as [(String, String, Int?, String?)])
    func everySpellingIsUnderstood(text: String, hostname: String, port: Int?, instance: String?) throws {
        #expect(try ServerAddress(spelled: text) == ServerAddress(hostname: hostname, port: port, instanceName: instance))
    }

    /// Other tools take these; the reason says what to write instead.
    @Test(arguments: [
        (#"np:\\db1\pipe\sql\query"#, "named pipes"), (#"\\db1\pipe\sql\query"#, "named pipes"), ("lpc:db1", "shared memory"),
        ("admin:db1", "administrators"), ("postgres://dba@db1:5432/orders", "fields of their own"),
    ])
    func otherProtocolsAreRefusedByName(text: String, words: String) {
        let error = #expect(throws: ServerAddress.SpellingError.self) { try ServerAddress(spelled: text) }
        #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }

    @Test(arguments: [
        "", " ", "a b", "db1,0", "db1,65536", "db1,x", #"db1\"#, #"db1\a b"#, "db1;DROP", "db/1", "dé", "---", "db1\u{0}",
        "/", "/run/../etc", "//x", "/a b", "/" + String(repeating: "x", count: 90),
    ])
    func nonsenseIsRefusedWithAReason(text: String) {
        let error = #expect(throws: ServerAddress.SpellingError.self) { try ServerAddress(spelled: text) }
        #expect(error?.reason.isEmpty == false)
    }
}
