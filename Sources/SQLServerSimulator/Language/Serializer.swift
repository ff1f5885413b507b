import TDS

/// FOR XML PATH and FOR JSON: a result as one text.
enum Serializer {
    static func plan(_ plan: QueryPlan, as serialization: Serialization) -> QueryPlan {
        let columns = plan.columns
        switch serialization {
        case .xmlPath(let element, let hasType):
            let column = ResultColumn(name: "XML_F52E2B61-18A1-11d1-B105-00805F49916B", type: hasType ? .xml : .nvarchar(.max))
            return QueryPlan(columns: [column]) { outer throws(SQLServerMessage) in
                let rows = try plan.run(outer)
                if rows.isEmpty { return [[.null]] }
                var text = ""
                for row in rows { try appendXML(row, columns, element: element, to: &text) }
                return [[.string(text)]]
            }
        case .jsonPath(let hasArrayWrapper):
            let column = ResultColumn(name: "JSON_F52E2B61-18A1-11d1-B105-00805F49916B", type: .nvarchar(.max))
            return QueryPlan(columns: [column]) { outer throws(SQLServerMessage) in
                let rows = try plan.run(outer)
                if rows.isEmpty { return [[.null]] }
                var objects: [String] = []
                for row in rows { objects.append(try json(row, columns)) }
                let text = objects.joined(separator: ",")
                return [[.string(hasArrayWrapper ? "[\(text)]" : text)]]
            }
        }
    }

    private static func appendXML(_ row: [TDSValue], _ columns: [ResultColumn], element: String, to text: inout String)
        throws(SQLServerMessage)
    {
        guard text.utf8.count <= SimulatedSession.valueSizeBytesMax else { throw .outOfMemory }
        var attributes = ""
        var content = ""
        for (value, column) in zip(row, columns) where value != .null {
            let raw = try TextConversion.text(value, from: column.type, style: 126)
            let shown = column.type == .xml ? raw : XMLNode.escaped(raw)
            if column.name.hasPrefix("@") {
                attributes += " \(column.name.dropFirst())=\"\(shown)\""
            } else if column.name.isEmpty || column.name == "*" || column.name == "text()" || column.name == "data()" {
                content += shown
            } else {
                content += "<\(column.name)>\(shown)</\(column.name)>"
            }
        }
        text += element.isEmpty ? content : "<\(element)\(attributes)>\(content)</\(element)>"
    }

    private static func json(_ row: [TDSValue], _ columns: [ResultColumn]) throws(SQLServerMessage) -> String {
        var members: [String] = []
        for (value, column) in zip(row, columns) where value != .null {
            let text: String
            switch value {
            case .bit(let flag): text = flag ? "true" : "false"
            case .int, .decimal, .money: text = try TextConversion.text(value, from: column.type, style: 2)
            case .float, .real: text = "\(value.number)"
            default: text = quoted(try TextConversion.text(value, from: column.type, style: 126))
            }
            members.append("\(quoted(column.name)):\(text)")
        }
        return "{\(members.joined(separator: ","))}"
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "/": result += "\\/"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if scalar.value < 32 {
                    result += "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2) + String(scalar.value, radix: 16)
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
