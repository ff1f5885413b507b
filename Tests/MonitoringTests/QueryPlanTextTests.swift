import Engines
import Foundation
import Testing

@testable import Monitoring

/// Plans are shown without what may be personal, and stay XML.
@Suite struct QueryPlanTextTests {
    private func redacted(_ plan: String) -> String? { QueryPlanText.redacted(plan, engine: .sqlserver) }

    @Test func constantsAndParametersGo() {
        #expect(redacted(#"<Const ConstValue="N'Ada'"/>"#) == #"<Const ConstValue="?"/>"#)
        #expect(redacted(#"<Const ConstValue="(42)"/>"#) == #"<Const ConstValue="?"/>"#)
        #expect(
            redacted(#"<ColumnReference Column="@id" ParameterCompiledValue="(7)" ParameterRuntimeValue='"x"' />"#)
                == #"<ColumnReference Column="@id" ParameterCompiledValue="?" ParameterRuntimeValue="?" />"#)
    }

    @Test func aDeadlocksGraphKeepsItsAttributesAndLosesItsLiterals() {
        let graph = """
            <deadlock><victim-list><victimProcess id="process1bc09"/></victim-list><process-list><process id="process1bc09" spid="57" \
            waitresource="KEY: 6:72 (8194443284a0)" lockMode="X"><inputbuf>UPDATE t SET a = &apos;Ada&apos; WHERE b = "Bob"</inputbuf>\
            </process></process-list></deadlock>
            """
        let shown = ShownRows.redacted(graph, .sqlserver)
        #expect(shown.contains(#"<victimProcess id="process1bc09"/>"#) && shown.contains(#"spid="57""#) && shown.contains(#"lockMode="X""#))
        #expect(!shown.contains("Ada") && !shown.contains("Bob") && shown.contains("UPDATE t SET a = ? WHERE b = ?"))
        #expect(!ShownRows.redacted(#"<cut off id="Ada"#, .sqlserver).contains("Ada"), "what is no XML is read as T-SQL")
    }

    @Test func literalsGoFromStatementsAndExpressions() {
        let plan =
            #"<S StatementText="SELECT [a], &quot;a&quot; FROM t WHERE n = &apos;O&apos;&apos;Hara&apos; AND x &lt; 5 --Ada&#xd;&#xA;"/>"#
        #expect(redacted(plan) == #"<S StatementText="SELECT [a], ? FROM t WHERE n = ? AND x &lt; ? &#10;"/>"#)
        #expect(redacted(#"<P ScalarString="[a].[b]=(42)"/>"#) == #"<P ScalarString="[a].[b]=(?)"/>"#)
        // Of an attribute that nobody here knows, too.
        #expect(redacted(#"<P New="like N'%Ada%'"/>"#)?.contains("Ada") == false)
        #expect(redacted("<a>\n <b>text with 'Ada' and 42</b>\n</a>") == "<a>\n <b>text with ? and ?</b>\n</a>")
        #expect(redacted("<a><!-- Ada --></a>") == "<a></a>")
    }

    @Test func numbersNamesAndTheFrameStay() {
        let plan = """
            <?xml version="1.0" encoding="utf-16"?>
            <ShowPlanXML xmlns="http://schemas.microsoft.com/sqlserver/2004/07/showplan" Version="1.539"><RelOp EstimateRows="1.5e+06" \
            PhysicalOp="Index Seek"><Object Table="[Order &amp; (old)]" Index="[IX_2]"/></RelOp></ShowPlanXML>
            """
        #expect(redacted(plan) == plan)
    }

    @Test(arguments: [
        "<a b=1/>", "<a b=\"1", "<a", "<", "<a b=\"<c/>\"/>", "<!DOCTYPE a [<!ENTITY e 'Ada'>]><a/>", "<![CDATA[Ada]]>", "<a b=\"&e;\"/>",
        "<a>&unknown;</a>", "<!-- ", "<?xml", "<a b/>", "<=\"\"/>",
    ])
    func ofWhatIsNoPlainXMLNothingIsShown(_ plan: String) { #expect(redacted(plan) == nil) }

    /// Whatever comes, a secret does not get through, and what comes out is not more than a few times as long.
    @Test func damagedPlansLeakNothing() {
        let plan = Array(#"<S StatementText="SELECT 'secret' FROM t"><C ConstValue="'secret'"/>'secret'</S>"#.utf8)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var bytes = plan
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            if Bool.random(using: &generator) { bytes.removeSubrange(place...) } else { bytes.insert(UInt8(ascii: " "), at: place) }
            let shown = redacted(String(decoding: bytes, as: UTF8.self))
            #expect(shown?.contains("secret") != true, "\(String(decoding: bytes, as: UTF8.self))")
            #expect((shown?.utf8.count ?? 0) <= 4 * plan.count)
        }
    }
}
