import Testing

@testable import Primitives

@Suite struct EscapingTests {
    @Test("A quote with a combining mark after it is escaped too: for a database it still ends the text")
    func combiningMarks() {
        let scalars = "a]\u{301}; DROP]".escaping("]", with: "]]").unicodeScalars.map { $0 }
        #expect(scalars == "a]]\u{301}; DROP]]".unicodeScalars.map { $0 })
        #expect("it'\u{20DD}s".escaping("'", with: "''").utf8.filter { $0 == UInt8(ascii: "'") }.count == 2)
        #expect("nothing".escaping("'", with: "''") == "nothing")
    }
}
