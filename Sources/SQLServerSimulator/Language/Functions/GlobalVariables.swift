import TDS

/// The `@@` functions.
enum GlobalVariables {
    static func bind(_ name: String, _ context: StatementContext) throws(SQLServerMessage) -> Compiled {
        switch name {
        case "@@rowcount": return Compiled(.int, isNullable: false) { _ throws(SQLServerMessage) in .int(Int64(context.session.rowCount)) }
        case "@@error": return Compiled(.int, isNullable: false) { _ throws(SQLServerMessage) in .int(Int64(context.session.lastError)) }
        case "@@trancount":
            return Compiled(.int, isNullable: false) { _ throws(SQLServerMessage) in .int(Int64(context.session.transactionDepth)) }
        case "@@identity":
            return Compiled(.decimal(precision: 38, scale: 0)) { _ throws(SQLServerMessage) in
                context.session.lastIdentity.map { .decimal(TDSDecimal($0)) } ?? .null
            }
        default:
            // The type is the same everywhere; the value is asked when the statement runs.
            let known = try context.unnoticed { () throws(SQLServerMessage) in constant(name, context) }
            guard let type = known?.1 else { throw .undeclaredVariable(name) }
            return Compiled(type, isNullable: false) { _ throws(SQLServerMessage) in constant(name, context)?.0 ?? .null }
        }
    }

    private static func constant(_ name: String, _ context: StatementContext) -> (TDSValue, TDSType)? {
        let session = context.session
        let world = context.world
        switch name {
        case "@@version": return (.string(ServerProperties.banner(world)), .nvarchar(300))
        case "@@servername": return (.string(world.config.name), .nvarchar(128))
        case "@@servicename": return (.string(world.instanceName ?? "MSSQLSERVER"), .nvarchar(128))
        case "@@spid": return (.int(Int64(session.spid)), .smallint)
        case "@@language": return (.string("us_english"), .nvarchar(128))
        case "@@langid": return (.int(0), .smallint)
        case "@@datefirst": return (.int(7), .tinyint)
        case "@@max_connections": return (.int(32_767), .int)
        case "@@max_precision": return (.int(38), .tinyint)
        case "@@microsoftversion": return (.int(Int64(world.config.version.major << 24 | world.config.version.build)), .int)
        case "@@textsize": return (.int(Int64(session.options["TEXTSIZE"].flatMap { Int64($0) } ?? 4096)), .int)
        case "@@lock_timeout": return (.int(session.options["LOCK_TIMEOUT"].flatMap { Int64($0) } ?? -1), .int)
        case "@@options": return (.int(Int64(session.optionBits)), .int)
        case "@@nestlevel": return (.int(Int64(session.nestingLevel)), .int)
        case "@@procid": return (.int(0), .int)
        case "@@fetch_status": return (.int(-1), .int)
        case "@@cursor_rows": return (.int(0), .int)
        case "@@dbts": return (.binary([0, 0, 0, 0, 0, 0, 7, 208]), .varbinary(8))
        case "@@timeticks": return (.int(31_250), .int)
        case "@@connections": return (.int(min(world.counter(perSecond: 0.2, salt: 1), Int64(Int32.max))), .int)
        case "@@cpu_busy": return (.int(min(world.counter(perSecond: 6, salt: 2), Int64(Int32.max))), .int)
        case "@@io_busy": return (.int(min(world.counter(perSecond: 1, salt: 3), Int64(Int32.max))), .int)
        case "@@idle": return (.int(min(Int64(world.uptimeSeconds * 24), Int64(Int32.max))), .int)
        case "@@pack_received": return (.int(min(world.counter(perSecond: 40, salt: 4), Int64(Int32.max))), .int)
        case "@@pack_sent": return (.int(min(world.counter(perSecond: 45, salt: 5), Int64(Int32.max))), .int)
        case "@@packet_errors", "@@total_errors": return (.int(0), .int)
        case "@@total_read": return (.int(min(world.counter(perSecond: 30, salt: 6), Int64(Int32.max))), .int)
        case "@@total_write": return (.int(min(world.counter(perSecond: 20, salt: 7), Int64(Int32.max))), .int)
        case "@@remserver": return (.string(""), .nvarchar(128))
        default: return nil
        }
    }
}

/// RAISERROR's and FORMATMESSAGE's `printf` forms.
enum MessageFormat {
    static func fill(_ format: String, _ values: [TDSValue]) -> String {
        var result = ""
        var rest = Substring(format)
        var next = 0
        while let mark = rest.firstIndex(of: "%") {
            result += rest[..<mark]
            rest = rest[rest.index(after: mark)...]
            if rest.hasPrefix("%") {
                result += "%"
                rest = rest.dropFirst()
                continue
            }
            let flags = rest.prefix { "0123456789-+ #.*lhI".contains($0) }
            rest = rest.dropFirst(flags.count)
            guard let kind = rest.first, "diouxXs".contains(kind) else {
                result += "%" + flags
                continue
            }
            rest = rest.dropFirst()
            let value = next < values.count ? values[next] : .null
            next += 1
            let text = value == .null ? "(null)" : shown(value, kind)
            let width = min(Int(flags.filter(\.isNumber)) ?? 0, 400)
            let padding = String(repeating: flags.hasPrefix("0") ? "0" : " ", count: max(0, width - text.count))
            result += flags.contains("-") ? text + padding : padding + text
        }
        return result + rest
    }

    private static func shown(_ value: TDSValue, _ kind: Character) -> String {
        switch value {
        case .int(let number):
            return kind == "x" || kind == "X" ? String(UInt64(bitPattern: number), radix: 16, uppercase: kind == "X") : String(number)
        case .string(let text): return text
        default: return value.number == 0 ? "0" : String(Int64(value.number))
        }
    }
}
