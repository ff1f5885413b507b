import TDS

/// The errors that the interpreter raises, worded as SQL Server words them.
extension SQLServerMessage {
    static let outOfMemory = SQLServerMessage(
        701, state: 123, severity: 17, "There is insufficient system memory in resource pool 'default' to run this query.")

    static let dividedByZero = SQLServerMessage(8134, "Divide by zero error encountered.")

    static let dateConversionFailed = SQLServerMessage(241, "Conversion failed when converting date and/or time from character string.")

    static let guidConversionFailed = SQLServerMessage(
        8169, state: 2, "Conversion failed when converting from a character string to uniqueidentifier.")

    static let subqueryHasManyRows = SQLServerMessage(
        512,
        """
        Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery \
        is used as an \
        expression.
        """)

    static let subqueryHasManyColumns = SQLServerMessage(
        116, "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.")

    static let setOperationWidths = SQLServerMessage(
        205,
        "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.")

    static let valuesDoNotMatch = SQLServerMessage(213, "Column name or number of supplied values does not match table definition.")

    static func conversionFailed(_ value: String, from: TDSType, to: TDSType) -> SQLServerMessage {
        SQLServerMessage(245, "Conversion failed when converting the \(from.baseName) value '\(value)' to data type \(to.baseName).")
    }

    static func conversionError(from: TDSType, to: TDSType) -> SQLServerMessage {
        SQLServerMessage(8114, state: 5, "Error converting data type \(from.baseName) to \(to.baseName).")
    }

    static func overflow(to: TDSType) -> SQLServerMessage {
        SQLServerMessage(8115, state: 2, "Arithmetic overflow error converting expression to data type \(to.baseName).")
    }

    static func overflow(from: TDSType, to: TDSType) -> SQLServerMessage {
        SQLServerMessage(8115, state: 8, "Arithmetic overflow error converting \(from.baseName) to data type \(to.baseName).")
    }

    static func notAllowed(from: TDSType, to: TDSType) -> SQLServerMessage {
        SQLServerMessage(529, "Explicit conversion from data type \(from.baseName) to \(to.baseName) is not allowed.")
    }

    static func typeClash(_ left: TDSType, _ right: TDSType) -> SQLServerMessage {
        SQLServerMessage(206, state: 2, "Operand type clash: \(left.baseName) is incompatible with \(right.baseName)")
    }

    static func invalidOperand(_ type: TDSType, _ operation: String) -> SQLServerMessage {
        SQLServerMessage(8117, "Operand data type \(type.baseName) is invalid for \(operation) operator.")
    }

    static func invalidArgument(_ type: TDSType, _ argument: Int, of function: String) -> SQLServerMessage {
        SQLServerMessage(
            8116, "Argument data type \(type.baseName) is invalid for argument \(argument) of \(function.lowercased()) function.")
    }

    static func invalidObject(_ name: String) -> SQLServerMessage { SQLServerMessage(208, "Invalid object name '\(name)'.") }

    static func invalidColumn(_ name: String) -> SQLServerMessage { SQLServerMessage(207, "Invalid column name '\(name)'.") }

    static func unboundName(_ parts: [String]) -> SQLServerMessage {
        SQLServerMessage(4104, "The multi-part identifier \"\(parts.joined(separator: "."))\" could not be bound.")
    }

    static func ambiguousColumn(_ name: String) -> SQLServerMessage { SQLServerMessage(209, "Ambiguous column name '\(name)'.") }

    static func unknownFunction(_ name: String) -> SQLServerMessage {
        SQLServerMessage(195, state: 10, severity: 15, "'\(name)' is not a recognized built-in function name.")
    }

    static func argumentCount(_ function: String, _ counts: ClosedRange<Int>) -> SQLServerMessage {
        guard counts.lowerBound != counts.upperBound else {
            return SQLServerMessage(174, severity: 15, "The \(function.lowercased()) function requires \(counts.lowerBound) argument(s).")
        }
        return SQLServerMessage(
            189, severity: 15, "The \(function.lowercased()) function requires \(counts.lowerBound) to \(counts.upperBound) arguments.")
    }

    static func undeclaredVariable(_ name: String) -> SQLServerMessage {
        SQLServerMessage(137, state: 2, severity: 15, "Must declare the scalar variable \"\(name)\".")
    }

    static func undeclaredTable(_ name: String) -> SQLServerMessage {
        SQLServerMessage(1087, state: 2, severity: 15, "Must declare the table variable \"\(name)\".")
    }

    static func notGrouped(_ name: String, clause: String) -> SQLServerMessage {
        SQLServerMessage(
            8120,
            """
            Column '\(name)' is invalid in the \(clause) because it is not contained in either an aggregate function or the GROUP BY clause.
            """)
    }

    static func noProcedure(_ name: String) -> SQLServerMessage {
        SQLServerMessage(2812, state: 62, "Could not find stored procedure '\(name)'.")
    }

    static func noDatabase(_ name: String) -> SQLServerMessage {
        SQLServerMessage(911, "Database '\(name)' does not exist. Make sure that the name is entered correctly.")
    }

    static func alreadyThere(_ name: String) -> SQLServerMessage {
        SQLServerMessage(2714, state: 6, "There is already an object named '\(name)' in the database.")
    }

    static func notABoolean(near text: String) -> SQLServerMessage {
        SQLServerMessage(
            4145, severity: 15, "An expression of non-boolean type specified in a context where a condition is expected, near '\(text)'.")
    }

    static func notAValue(near text: String) -> SQLServerMessage {
        SQLServerMessage(102, severity: 15, "Incorrect syntax near '\(text)'.")
    }

    /// 229, as for the tables of msdb.
    static func selectDenied(object: String, schema: String, database: String) -> SQLServerMessage {
        SQLServerMessage(
            229, state: 5, severity: 14,
            "The SELECT permission was denied on the object '\(object)', database '\(database)', schema '\(schema)'.")
    }

    static func executeDenied(object: String, schema: String, database: String) -> SQLServerMessage {
        SQLServerMessage(
            229, state: 5, severity: 14,
            "The EXECUTE permission was denied on the object '\(object)', database '\(database)', schema '\(schema)'.")
    }

    /// 300, which names the missing server permission; 297 follows it.
    static func serverPermissionDenied(_ permission: String) -> SQLServerMessage {
        SQLServerMessage(300, severity: 14, "\(permission) permission was denied on object 'server', database 'master'.")
    }

    static let actionDenied = SQLServerMessage(297, "The user does not have permission to perform this action.")

    static func createDenied(_ what: String, database: String) -> SQLServerMessage {
        SQLServerMessage(262, severity: 14, "\(what) permission denied in database '\(database)'.")
    }

    static func noSchema(_ name: String) -> SQLServerMessage {
        SQLServerMessage(2760, "The specified schema name \"\(name)\" either does not exist or you do not have permission to use it.")
    }

    static func databaseDenied(login: String, database: String) -> SQLServerMessage {
        SQLServerMessage(
            916, severity: 14,
            "The server principal \"\(login)\" is not able to access the database \"\(database)\" under the current security context.")
    }
}
