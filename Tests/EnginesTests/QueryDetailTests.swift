import Foundation
import Testing

@testable import Engines

/// What names a query's text or plan, and how both are asked for.
@Suite struct QueryDetailTests {
    @Test func aReferenceIsAHandleAndAPlace() throws {
        let reference = try #require(QueryReference(.statement, "0x0200AB00:120:-1"))
        #expect((reference.handle, reference.startOffset, reference.endOffset) == ("0x0200AB00", 120, -1))
        let others = [
            "", "0x", "0x0200AB00", "0x0200AB00:1", "0x0200AB00:-1:5", "0x0200AB00:1:-2", "0x0200ab00:1:5", "0200AB00:1:5", "0x0200AB00:1:5:9",
            "0x0200AB00:a:5", "0x02'; SHUTDOWN--:1:5", "SELECT '0x0200AB00:1:5'", "0x\(String(repeating: "A", count: 130)):0:0",
        ]
        for text in others { #expect(QueryReference(.statement, text) == nil, "\(text)") }
    }

    @Test func rowsNameWhatTheirColumnsSay() throws {
        let queries = try #require(CollectorCatalogue.named("running_queries", of: .sqlserver))
        func row(_ statement: Cell, _ plan: Cell) -> [Cell] {
            queries.columns.map { $0.name == "statement_text" ? statement : $0.name == "query_plan" ? plan : .null }
        }
        let found = queries.references(in: [
            row(.text("0x02:0:10"), .null), row(.text("0x02:0:10"), .text("0x06:0:10")), row(.text("a text"), .text("no reference")), [],
        ])
        #expect(found.map(\.name).sorted() == ["0x02:0:10", "0x06:0:10"])
        #expect(found.first { $0.name == "0x06:0:10" }?.kind == .plan)
        let others = CollectorCatalogue.of(.postgresql) + CollectorCatalogue.of(.mysql)
        #expect(others.allSatisfy { $0.kinds.allSatisfy { $0.referenceKind == nil } }, "their rows bring texts themselves")
    }

    @Test func oneBatchAsksForSoManyTextsAndFewPlans() {
        let all = (0..<150).flatMap { number in
            QueryReference.Kind.allCases.compactMap { QueryReference($0, "0x0\(number % 10)\(number / 10 + 10):0:-1") }
        }
        let batch = QueryReference.batch(of: all)
        #expect(batch.filter { $0.kind == .statement }.count == QueryReference.statementCountMax)
        #expect(batch.filter { $0.kind == .plan }.count == QueryReference.planCountMax)
    }

    @Test func theTextIsTheSameAndWhatIsWantedIsItsParameter() throws {
        let wanted = [try #require(QueryReference(.statement, "0x0200:4:20")), try #require(QueryReference(.plan, "0x0600:0:-1"))]
        let (one, both) = (QueryDetailBatch.text([wanted[0]]), QueryDetailBatch.text(wanted))
        let parts = both.components(separatedBy: "@wanted = N'")
        #expect(parts.count == 2 && one.hasPrefix(parts[0]))
        #expect(
            parts[1] == """
                <q k="statement" r="0x0200:4:20" h="0x0200" s="4" e="20"/><q k="plan" r="0x0600:0:-1" h="0x0600" s="0" e="-1"/>';
                """)
    }
}
