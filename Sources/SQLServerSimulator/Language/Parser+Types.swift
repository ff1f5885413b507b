import TDS

extension Parser {
    /// A data type as T-SQL writes it: `decimal(18, 4)`, `nvarchar(max)`, `sys.sysname`. 243 and 2715 for an unknown one.
    mutating func dataType(isInCast: Bool) throws(SQLServerMessage) -> TDSType {
        let start = current
        var typeName: String
        switch current.kind {
        case .word, .name: typeName = advance().text
        default: throw syntaxError()
        }
        if take(sign: ".") { typeName = try name() }
        typeName = typeName.lowercased()
        if typeName == "double", take("PRECISION") { return .float }
        if typeName == "national" { typeName = "n" + advance().text.lowercased() }
        if ["char", "character", "nchar", "binary"].contains(typeName), take("VARYING") {
            typeName = typeName == "binary" ? "varbinary" : typeName == "nchar" ? "nvarchar" : "varchar"
        }
        let arguments = try typeArguments()
        guard let type = Self.type(named: typeName, arguments: arguments, isInCast: isInCast) else {
            if arguments.isEmpty || !Self.knownTypes.contains(typeName) {
                throw SQLServerMessage(243, severity: 16, line: start.line, "Type \(start.text) is not a defined system type.")
            }
            throw SQLServerMessage(
                1001, severity: 15, line: start.line,
                "Line \(start.line): Length or precision specification \(arguments.first?.length ?? 0) is invalid.")
        }
        return type
    }

    private struct TypeArgument {
        var length: Int?
    }

    private mutating func typeArguments() throws(SQLServerMessage) -> [TypeArgument] {
        guard isSign("(") else { return [] }
        advance()
        var arguments: [TypeArgument] = []
        repeat {
            if take("MAX") {
                arguments.append(TypeArgument(length: nil))
            } else {
                arguments.append(TypeArgument(length: try integer()))
            }
        } while take(sign: ",")
        try expect(sign: ")")
        return arguments
    }

    private static let knownTypes: Set<String> = [
        "char", "character", "varchar", "nchar", "nvarchar", "binary", "varbinary", "decimal", "numeric", "dec", "float", "time",
        "datetime2",
        "datetimeoffset",
    ]

    /// The type for a name and its arguments; nil when there is none such.
    private static func type(named name: String, arguments: [TypeArgument], isInCast: Bool) -> TDSType? {
        let lengthDefault = isInCast ? 30 : 1
        switch name {
        case "char", "character": return length(arguments, lengthDefault, 8000, allowsMax: false).map { .char($0) }
        case "varchar": return length(arguments, lengthDefault, 8000, allowsMax: true).map { .varchar($0) }
        case "nchar": return length(arguments, lengthDefault, 4000, allowsMax: false).map { .nchar($0) }
        case "nvarchar": return length(arguments, lengthDefault, 4000, allowsMax: true).map { .nvarchar($0) }
        case "binary": return length(arguments, lengthDefault, 8000, allowsMax: false).map { .binary($0) }
        case "varbinary": return length(arguments, lengthDefault, 8000, allowsMax: true).map { .varbinary($0) }
        case "decimal", "numeric", "dec":
            guard let precision = arguments.isEmpty ? 18 : arguments[0].length else { return nil }
            guard let scale = arguments.count < 2 ? 0 : arguments[1].length else { return nil }
            guard (1...38).contains(precision), (0...precision).contains(scale), arguments.count <= 2 else { return nil }
            return .decimal(precision: precision, scale: scale)
        case "float":
            guard let bits = arguments.isEmpty ? 53 : arguments[0].length, (1...53).contains(bits), arguments.count <= 1 else { return nil }
            return bits <= 24 ? .real : .float
        case "time": return scale(arguments).map { .time(scale: $0) }
        case "datetime2": return scale(arguments).map { .datetime2(scale: $0) }
        case "datetimeoffset": return scale(arguments).map { .datetimeoffset(scale: $0) }
        default: return arguments.isEmpty ? simpleTypes[name] : nil
        }
    }

    private static let simpleTypes: [String: TDSType] = [
        "bit": .bit, "tinyint": .tinyint, "smallint": .smallint, "int": .int, "integer": .int, "bigint": .bigint, "real": .real,
        "money": .money, "smallmoney": .smallmoney, "date": .date, "datetime": .datetime, "smalldatetime": .smalldatetime, "text": .text,
        "ntext": .ntext,
        "image": .image, "uniqueidentifier": .uniqueidentifier, "xml": .xml, "sql_variant": .sqlVariant, "sysname": .sysname,
        "timestamp": .binary(8),
        "rowversion": .binary(8),
    ]

    private static func length(_ arguments: [TypeArgument], _ standard: Int, _ largest: Int, allowsMax: Bool) -> TDSLength? {
        guard let first = arguments.first else { return .bounded(standard) }
        guard arguments.count == 1 else { return nil }
        guard let length = first.length else { return allowsMax ? .max : nil }
        return (1...largest).contains(length) ? .bounded(length) : nil
    }

    private static func scale(_ arguments: [TypeArgument]) -> Int? {
        guard let first = arguments.first else { return 7 }
        guard let scale = first.length, arguments.count == 1, (0...7).contains(scale) else { return nil }
        return scale
    }
}
