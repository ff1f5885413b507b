import Foundation
import TDS

extension Functions {
    static let conditionals: [String: Bind] = [
        "COALESCE": { f throws(SQLServerMessage) in
            let (type, values) = try Binder.unified(try f.arguments(2...254))
            return Compiled(type, isNullable: values.allSatisfy(\.isNullable)) { row throws(SQLServerMessage) in
                for value in values {
                    let result = try value.evaluate(row)
                    if result != .null { return result }
                }
                return .null
            }
        },
        "ISNULL": { f throws(SQLServerMessage) in
            let arguments = try f.arguments(2...2)
            let type = arguments[0].isNullLiteral ? arguments[1].type : arguments[0].type
            let first = arguments[0].isNullLiteral ? Compiled.constant(.null, type) : arguments[0]
            let second = arguments[1].isNullLiteral ? Compiled.constant(.null, type) : try arguments[1].converted(to: type)
            return Compiled(type, isNullable: first.isNullable && second.isNullable) { row throws(SQLServerMessage) in
                let value = try first.evaluate(row)
                return value == .null ? try second.evaluate(row) : value
            }
        },
        "NULLIF": { f throws(SQLServerMessage) in
            let arguments = try f.arguments(2...2)
            let isEqual = try f.binder.compare(.equal, arguments[0], arguments[1])
            return Compiled(arguments[0].type) { row throws(SQLServerMessage) in
                try isEqual(row) == true ? .null : try arguments[0].evaluate(row)
            }
        },
        "CHOOSE": { f throws(SQLServerMessage) in
            let arguments = try f.arguments(2...254)
            let index = try arguments[0].converted(to: .int)
            let (type, values) = try Binder.unified(Array(arguments.dropFirst()))
            return Compiled(type) { row throws(SQLServerMessage) in
                guard case .int(let position) = try index.evaluate(row), position >= 1, position <= Int64(values.count) else {
                    return .null
                }
                return try values[Int(position) - 1].evaluate(row)
            }
        },
        "GREATEST": { f throws(SQLServerMessage) in try extreme(f, wantsGreater: true) },
        "LEAST": { f throws(SQLServerMessage) in try extreme(f, wantsGreater: false) },
        "NEWID": { f throws(SQLServerMessage) in try f.nullary(.uniqueidentifier) { .guid(UUID()) } },
        "NEWSEQUENTIALID": { f throws(SQLServerMessage) in try f.nullary(.uniqueidentifier) { .guid(UUID()) } },
    ]

    private static func extreme(_ f: FunctionBinder, wantsGreater: Bool) throws(SQLServerMessage) -> Compiled {
        guard f.context.version >= .v2022 else { throw .unknownFunction(f.call.path.last ?? "") }
        let (type, values) = try Binder.unified(try f.arguments(1...254))
        return Compiled(type) { row throws(SQLServerMessage) in
            var best = TDSValue.null
            for value in values {
                let next = try value.evaluate(row)
                if next == .null { continue }
                if best == .null || (Comparison.order(next, best) > 0) == wantsGreater { best = next }
            }
            return best
        }
    }
}
