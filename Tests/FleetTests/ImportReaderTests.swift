import Foundation
import Primitives
import Testing

@testable import Fleet

/// Files as they come: RFC 4180 and what spreadsheets make of it.
@Suite struct ImportReaderTests {
    static func records(_ text: String, pieces: Int = 1_000_000) throws -> [[String]] {
        var reader = CSVReader()
        var found: [[String]] = []
        let take = { (record: CSVReader.Record) in found.append(record.cells.map { String(decoding: $0, as: UTF8.self) }) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            try reader.feed(rest.prefix(pieces), take)
            rest = rest.dropFirst(pieces)
        }
        try reader.finish(take)
        return found
    }

    @Test(arguments: [
        ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]), ("a;b\n1;2", [["a", "b"], ["1", "2"]]), ("a\tb\r1\t2\r", [["a", "b"], ["1", "2"]]),
        ("\u{FEFF}a,b\n1,2\n", [["a", "b"], ["1", "2"]]), ("sep=;\na;b\n1,5;2\n", [["a", "b"], ["1,5", "2"]]),
        ("a,b\n\"x,\"\"y\"\"\",\"two\r\nlines\"\n", [["a", "b"], ["x,\"y\"", "two\r\nlines"]]),
        ("a,b\n\n,\n  \n1,\n", [["a", "b"], ["1", ""]]), ("\"a;b\",c\n1,2", [["a;b", "c"], ["1", "2"]]), ("a,b\n1,\"\"\n", [["a", "b"], ["1", ""]]),
        ("a", [["a"]]), ("", []),
    ])
    func linesAreTakenApart(text: String, records: [[String]]) throws {
        #expect(try Self.records(text) == records)
        #expect(try Self.records(text, pieces: 1) == records)
    }

    @Test func anOpenQuoteIsNamedByItsLine() throws {
        #expect(throws: CSVReader.Failure(line: 3, reason: "the quote that opens here is never closed")) {
            try Self.records("a,b\n1,2\n\"3,4\n5,6\n")
        }
        #expect(throws: CSVReader.Failure(line: 2, reason: "something stands after a closing quote")) { try Self.records("a\n\"1\"2\n") }
    }

    /// A cell of a megabyte takes no more room than its limit.
    @Test func longCellsAndManyCellsAreCut() throws {
        var reader = CSVReader()
        var found: [CSVReader.Record] = []
        try reader.feed(Array("a,b\n".utf8)) { found.append($0) }
        try reader.feed([UInt8](repeating: 0x41, count: 1 << 20)) { found.append($0) }
        try reader.feed([UInt8](repeating: UInt8(ascii: ","), count: 500)) { found.append($0) }
        try reader.finish { found.append($0) }
        #expect(found[1].cells[0].count == CSVReader.cellBytesMax)
        #expect(found[1].hasLongCell && found[1].hasManyCells)
        #expect(found[1].cells.count == CSVReader.cellCountMax)
    }

    @Test func elementsOfAnArrayAreTakenApart() throws {
        let text = #" [ {"a":"]},\"["} , 1 ,[2,[3]] ] "#
        for pieces in [1, 1_000] {
            var reader = JSONArrayReader()
            var found: [String] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                try reader.feed(rest.prefix(pieces)) {
                    found.append(String(decoding: $0 ?? [], as: UTF8.self).trimmingCharacters(in: .whitespaces))
                }
                rest = rest.dropFirst(pieces)
            }
            try reader.finish()
            #expect(found == [#"{"a":"]},\"["}"#, "1", "[2,[3]]"])
        }
    }

    @Test(arguments: ["", "{}", "[1", "[1]2", #"["a]"#, "[1,]"])
    func whatIsNoArrayIsRefused(text: String) {
        #expect(throws: JSONArrayReader.Failure.self) {
            var reader = JSONArrayReader()
            try reader.feed(Array(text.utf8)) { _ in }
            try reader.finish()
        }
    }

    @Test func columnsHaveManySpellings() throws {
        let columns = try ImportColumns(["Name", "HOST", "instance_name", "Trust Server Certificate", "Labels", "status"])
        #expect(columns.columns == [.name, .hostname, .instanceName, .trustServerCertificate, .labels, nil])
        #expect(throws: AppError.self) { try ImportColumns(["name", "hostname", "colour"]) }
        #expect(throws: AppError.self) { try ImportColumns(["name", "hostname", "host"]) }
        #expect(throws: AppError.self) { try ImportColumns(["hostname"]) }
    }

    /// Values like formulas are text, also those that an export has made safe.
    @Test(arguments: [("=1+1", "=1+1"), ("'=1+1", "=1+1"), ("'quoted'", "'quoted'"), ("-x", "-x"), ("'@a", "@a")])
    func formulasAreText(cell: String, name: String) throws {
        let columns = try ImportColumns(["name", "hostname", "password"])
        let members = columns.members([cell, "h", cell])
        #expect(members["name"] == .string(name))
        #expect(members["password"] == .string(cell))
    }
}
