import Foundation
import Primitives
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        #"{"a":1,"b":[true,null,-2.5,"x\u00e9\ud83d\ude00\n"]}"#, "[]", "{}", "0", "-0", "1e3", #""""#, "9223372036854775807", "1.5e300",
    ])
    func whatIsWrittenParsesToTheSameValue(text: String) throws {
        let value = try JSONValue.parse(text: text)
        #expect(try JSONValue.parse(text: value.text) == value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)).text == value.text)
    }

    @Test(arguments: [
        "", "{", "[1,]", #"{"a":1,"a":2}"#, "01", "1.", "nul", #""\u0000""#, #""\ud800""#, "\"\u{01}\"", "1 2", "1e999", #"{"a" 1}"#, "+1",
        "'a'",
    ])
    func refuses(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(text: text) }
    }

    @Test func invalidUTF8IsRefused() {
        #expect(throws: JSONSyntaxError.self) { try JSONValue.parse([0x22, 0xFF, 0x22]) }
    }

    @Test func depthIsBounded() {
        let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
        #expect(throws: Never.self) { try JSONValue.parse(text: deep, depthMax: 64) }
        let deeper = String(repeating: "[", count: 1_000_000)
        #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(text: deeper, depthMax: 64) }
    }

    struct Inner: Encodable {
        let x: Double?
        let ids: [ID<Int>]
    }
    struct Sample: Encodable {
        let name: String
        let age: Int?
        let at: Date
        let inner: [Inner]
        let map: [String: Int]
        let nothing: String?
    }

    @Test func absentMembersAreNullAndDatesHaveMilliseconds() throws {
        let id = ID<Int>()
        let sample = Sample(
            name: "a\"b", age: nil, at: Date(timeIntervalSince1970: 1.5), inner: [Inner(x: 0.5, ids: [id])], map: ["k": 1], nothing: nil)
        let text = String(decoding: try JSONEncoding.bytes(sample), as: UTF8.self)
        #expect(
            text
                == #"{"name":"a\"b","age":null,"at":"1970-01-01T00:00:01.500Z","inner":[{"x":0.5,"ids":["\#(id)"]}]"#
                + #","map":{"k":1},"nothing":null}"#
        )
    }

    @Test func writerSeparatesValues() {
        var writer = JSONWriter()
        writer.beginArray()
        writer.beginObject()
        writer.key("a")
        writer.int(1)
        writer.key("b")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
        writer.double(.nan)
        writer.string("x")
        writer.endArray()
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"[{"a":1,"b":[]},null,"x"]"#)
    }
}

@Suite struct RFC3339Tests {
    @Test(arguments: [
        ("2026-03-17T14:32:08.120Z", 1_773_757_928.120), ("1970-01-01T00:00:00Z", 0), ("2000-02-29T23:59:59+01:00", 951_865_199),
        ("1969-12-31T23:59:59.500Z", -0.5),
    ])
    func reads(text: String, seconds: Double) throws {
        let date = try #require(RFC3339.date(text))
        #expect(abs(date.timeIntervalSince1970 - seconds) < 0.0005)
    }

    @Test(arguments: [
        "", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
        "x026-01-01T00:00:00Z", "2026-01-01T00:00:00.Z",
    ])
    func refuses(text: String) { #expect(RFC3339.date(text) == nil) }

    @Test func writesWhatItReads() {
        for milliseconds in [0.0, 1_773_757_928_120, -1, 253_402_300_799_000] {
            let text = RFC3339.string(Date(timeIntervalSince1970: milliseconds / 1000))
            #expect(RFC3339.date(text).map { ($0.timeIntervalSince1970 * 1000).rounded() } == milliseconds)
        }
    }
}

@Suite struct IDTests {
    @Test func newOnesSortByTime() {
        let early = ID<Int>(uuid: .version7(at: Date(timeIntervalSince1970: 1000)))
        let late = ID<Int>(uuid: .version7(at: Date(timeIntervalSince1970: 1001)))
        #expect(early < late)
        #expect(Array(early.description)[14] == "7")
    }
    @Test func textRoundTrips() {
        let id = ID<Int>()
        #expect(ID<Int>(text: id.description) == id)
        #expect(ID<Int>(text: "nonsense") == nil)
    }
}
