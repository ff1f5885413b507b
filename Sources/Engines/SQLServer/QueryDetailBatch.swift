import ODBC

/// The batch that reads texts and plans by their handles (query-details.sql). Its text is the same each time, and what is asked for a
/// parameter, so that the plan cache holds it once.
enum QueryDetailBatch {
    static func text(_ wanted: [QueryReference]) -> String {
        let elements = wanted.map { reference in
            #"<q k="\#(reference.kind.rawValue)" r="\#(reference.name)" h="\#(reference.handle)" "#
                + #"s="\#(reference.startOffset)" e="\#(reference.endOffset)"/>"#
        }
        return """
            EXEC sp_executesql N'\(SQLServerName.escaped(CollectorSQL.sqlServerQueryDetails))', N'@wanted xml',
                @wanted = N'\(elements.joined())';
            """
    }

    /// What came of `wanted`: what the server has forgotten is not among it.
    static func details(_ results: [Result<ODBCResultSet, ODBCError>], of wanted: [QueryReference]) throws(ODBCError) -> [QueryDetail] {
        let known = Dictionary(wanted.map { ("\($0.kind.rawValue) \($0.name)", $0) }, uniquingKeysWith: { first, _ in first })
        var details: [QueryDetail] = []
        for result in results {
            let set = try result.get()
            guard let kind = set.index(of: "kind"), let name = set.index(of: "reference"), let body = set.index(of: "body") else {
                continue
            }
            for row in set.rows {
                guard let word = row[kind].text, let name = row[name].text, let text = row[body].text, !text.isEmpty,
                    let reference = known["\(word) \(name)"]
                else { continue }
                // PostgreSQL stores no NULs.
                details.append(QueryDetail(reference, body: text.utf8.contains(0) ? text.replacing("\0", with: "") : text))
            }
        }
        return details
    }
}
