import TDS

/// The methods of xml: value, query, exist and nodes.
enum XMLMethods {
    /// Parsed texts of one statement; a record is asked for several values in a row.
    private final class LastDocument {
        var text: String?
        var node = XMLNode(name: "")

        func node(_ text: String) throws(SQLServerMessage) -> XMLNode {
            if self.text != text {
                node = try XMLReader.document(text)
                self.text = text
            }
            return node
        }
    }

    static func bind(_ target: Compiled, _ name: String, _ arguments: [Expression]) throws(SQLServerMessage) -> Compiled {
        guard target.type == .xml else {
            throw SQLServerMessage(258, severity: 15, "Cannot call methods on \(target.type.baseName).")
        }
        guard case .literal(.string(let text), _)? = arguments.first else {
            throw SQLServerMessage(8172, "The argument 1 of the XML data type method \"\(name)\" must be a string literal.")
        }
        let path = try XMLPath(text)
        let document = LastDocument()
        switch name {
        case "value": return try value(target, path, document, arguments)
        case "exist":
            return Compiled(.bit) { row throws(SQLServerMessage) in
                guard case .string(let text) = try target.evaluate(row) else { return .null }
                return .bit(!path.items(from: try document.node(text)).isEmpty)
            }
        case "query":
            return Compiled(.xml) { row throws(SQLServerMessage) in
                guard case .string(let text) = try target.evaluate(row) else { return .null }
                let found = path.items(from: try document.node(text)).map { item in
                    switch item {
                    case .node(let node): node.serialized
                    case .value(let value): XMLNode.escaped(value)
                    }
                }
                return .string(found.joined())
            }
        default: throw SQLServerMessage(493, "The column that was returned from the nodes() method cannot be used directly.")
        }
    }

    private static func value(_ target: Compiled, _ path: XMLPath, _ document: LastDocument, _ arguments: [Expression])
        throws(SQLServerMessage) -> Compiled
    {
        guard arguments.count == 2, case .literal(.string(let typeName), _) = arguments[1] else {
            throw SQLServerMessage(8172, "The argument 2 of the XML data type method \"value\" must be a string literal.")
        }
        var lexer = Lexer(typeName, quotedIdentifier: true)
        var parser = Parser(tokens: try lexer.run(), source: Array(typeName.utf8))
        let type = try parser.dataType(isInCast: true)
        return Compiled(type) { row throws(SQLServerMessage) in
            guard case .string(let text) = try target.evaluate(row) else { return .null }
            guard let item = path.items(from: try document.node(text)).first else { return .null }
            if type.isDateOrTime, let parsed = DateText.parse(item.text) {
                return try DateConversion.fit(parsed.moment, offset: parsed.offsetMinutes ?? 0, from: .nvarchar(.max), to: type)
            }
            return try Conversion.convert(.string(item.text), from: .nvarchar(.max), to: type)
        }
    }

    /// `CROSS APPLY x.nodes('path') AS t(c)`: one xml column, a row a node.
    static func nodes(_ target: Expression, _ path: String, alias: String, columns: [String], binder: Binder) throws(SQLServerMessage)
        -> TableSource
    {
        let compiled = try binder.scalar(target)
        guard compiled.type == .xml else { throw SQLServerMessage(258, severity: 15, "Cannot call methods on \(compiled.type.baseName).") }
        let path = try XMLPath(path)
        let column = ScopeColumn(table: alias.lowercased(), name: columns.first ?? "", type: .xml, isNullable: false)
        return TableSource(columns: [column]) { row throws(SQLServerMessage) in
            guard case .string(let text) = try compiled.evaluate(row ?? RowFrame([], outer: nil)) else { return [] }
            return path.items(from: try XMLReader.document(text)).compactMap { item in
                // The node becomes a document of its own content, so that `.` and `./x` mean what they do in SQL Server.
                if case .node(let node) = item { [.string(Self.wrapped(node))] } else { nil }
            }
        }
    }

    /// A node found by nodes() keeps its attributes reachable as `@name` and its children as `name`: marked by a wrapper that `XMLReader`
    /// undoes.
    private static func wrapped(_ node: XMLNode) -> String { contextMark + node.serialized }

    static let contextMark = "<?context?>"
}
