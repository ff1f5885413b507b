/// The status bits of DONE, DONEPROC and DONEINPROC.
package struct DoneStatus: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let more = DoneStatus(rawValue: 0x01)
    package static let error = DoneStatus(rawValue: 0x02)
    package static let inTransaction = DoneStatus(rawValue: 0x04)
    package static let count = DoneStatus(rawValue: 0x10)
    /// The answer to an attention.
    package static let attention = DoneStatus(rawValue: 0x20)
}

/// Which of the three tokens ends a statement.
package enum DoneKind: UInt8, Sendable {
    /// After a statement of a batch.
    case statement = 0xFD
    /// After a procedure.
    case procedure = 0xFE
    /// After a statement inside a procedure.
    case inProcedure = 0xFF
}

/// An error or an informational message.
package struct TDSMessage: Hashable, Sendable {
    package var number: Int32
    package var state: UInt8
    package var severity: UInt8
    package var text: String
    package var server: String
    package var procedure: String
    package var line: Int32
    package var isError: Bool

    package init(
        number: Int32, state: UInt8, severity: UInt8, text: String, server: String, procedure: String = "", line: Int32 = 1, isError: Bool
    ) {
        self.number = number
        self.state = state
        self.severity = severity
        self.text = text
        self.server = server
        self.procedure = procedure
        self.line = line
        self.isError = isError
    }
}

/// A column as COLMETADATA describes it.
package struct TDSColumn: Hashable, Sendable {
    package var name: String
    package var type: TDSType
    package var isNullable: Bool

    package init(name: String, type: TDSType, isNullable: Bool = true) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
    }
}

/// What a session tells its client that changed.
package enum TDSEnvironmentChange: Hashable, Sendable {
    case database(from: String, to: String)
    case language(from: String, to: String)
    case packetSize(from: Int, to: Int)
    case collation
    case transactionBegan(UInt64)
    case transactionCommitted(UInt64)
    case transactionRolledBack(UInt64)
    /// The session is as after login again.
    case connectionReset
}

/// Writes the tokens of an answer.
package struct TokenWriter: Sendable {
    /// SQL Server cuts messages long before.
    static let messageCharacterCountMax = 4_000
    static let nameCharacterCountMax = 128

    package private(set) var writer = ByteWriter()
    private let encoder: TypeEncoder
    private var columns: [TDSColumn] = []

    package init(version: TDSVersion) { encoder = TypeEncoder(version: version) }

    package var bytes: [UInt8] { writer.bytes }
    package var count: Int { writer.count }
    private var version: TDSVersion { encoder.version }

    /// Forgets what was written after `count` bytes: a result set whose values turned out not to fit.
    package mutating func truncate(to count: Int) { writer.truncate(to: count) }

    // MARK: Rows

    /// COLMETADATA, for the rows that follow.
    package mutating func metadata(_ columns: [TDSColumn]) {
        self.columns = columns
        writer.byte(0x81)
        writer.integer(UInt16(clamping: columns.count))
        for column in columns {
            writeUserTypeAndFlags(isNullable: column.isNullable)
            let served = encoder.served(column.type)
            encoder.writeType(served, to: &writer)
            encoder.writeTableName(served, to: &writer)
            writer.shortText(column.name, countMax: Self.nameCharacterCountMax)
        }
    }

    /// ROW or, where many values are NULL and the client knows it, NBCROW. Missing values at the end are NULL.
    /// Throws when a value does not fit its column: truncate then and send an error.
    package mutating func row(_ values: [TDSValue]) throws(TDSError) {
        let isNull = columns.indices.map { $0 >= values.count || values[$0].isNull }
        let nullCount = isNull.count { $0 }
        // A NULL takes one byte or more in a ROW and one bit in an NBCROW.
        let usesBitmap = version.hasNullBitmapRows && nullCount > (columns.count + 7) / 8
        writer.byte(usesBitmap ? 0xD2 : 0xD1)
        if usesBitmap {
            for start in stride(from: 0, to: columns.count, by: 8) {
                var bits: UInt8 = 0
                for index in start..<Swift.min(start + 8, columns.count) where isNull[index] { bits |= 1 << UInt8(index - start) }
                writer.byte(bits)
            }
        }
        for (index, column) in columns.enumerated() where !(usesBitmap && isNull[index]) {
            try encoder.writeValue(isNull[index] ? .null : values[index], as: column.type, to: &writer)
        }
    }

    /// ORDER: the columns, from 1, by which the rows are sorted.
    package mutating func order(_ columnNumbers: [UInt16]) {
        writer.byte(0xA9)
        writer.integer(UInt16(clamping: columnNumbers.count * 2))
        for number in columnNumbers { writer.integer(number) }
    }

    package mutating func done(_ kind: DoneKind, _ status: DoneStatus, command: UInt16 = 0, rowCount: UInt64 = 0) {
        writer.byte(kind.rawValue)
        writer.integer(status.rawValue)
        writer.integer(command)
        if version.hasLargeValues { writer.integer(rowCount) } else { writer.integer(UInt32(clamping: rowCount)) }
    }

    // MARK: Procedures

    package mutating func returnStatus(_ status: Int32) {
        writer.byte(0x79)
        writer.integer(status)
    }

    /// RETURNVALUE: an output parameter. Throws when the value does not fit the type.
    package mutating func returnValue(ordinal: Int, name: String, type: TDSType, value: TDSValue) throws(TDSError) {
        writer.byte(0xAC)
        writer.integer(UInt16(clamping: ordinal))
        writer.shortText(name, countMax: Self.nameCharacterCountMax)
        writer.byte(0x01)
        writeUserTypeAndFlags(isNullable: true)
        encoder.writeType(encoder.served(type), to: &writer)
        try encoder.writeValue(value, as: type, to: &writer)
    }

    // MARK: Messages

    package mutating func message(_ message: TDSMessage) {
        writer.byte(message.isError ? 0xAA : 0xAB)
        let hasWideLine = version.hasLargeValues
        writer.lengthPrefixed { writer in
            writer.integer(message.number)
            writer.byte(message.state)
            writer.byte(message.severity)
            writer.longText(message.text, countMax: Self.messageCharacterCountMax)
            writer.shortText(message.server, countMax: Self.nameCharacterCountMax)
            writer.shortText(message.procedure, countMax: Self.nameCharacterCountMax)
            if hasWideLine { writer.integer(message.line) } else { writer.integer(UInt16(clamping: message.line)) }
        }
    }

    package mutating func environmentChange(_ change: TDSEnvironmentChange) {
        writer.byte(0xE3)
        writer.lengthPrefixed { writer in
            switch change {
            case .database(let from, let to): Self.texts(1, new: to, old: from, &writer)
            case .language(let from, let to): Self.texts(2, new: to, old: from, &writer)
            case .packetSize(let from, let to): Self.texts(4, new: String(to), old: String(from), &writer)
            case .collation: Self.binaries(7, new: Collation.bytes, old: [], &writer)
            case .transactionBegan(let id): Self.binaries(8, new: Self.descriptor(id), old: [], &writer)
            case .transactionCommitted(let id): Self.binaries(9, new: [], old: Self.descriptor(id), &writer)
            case .transactionRolledBack(let id): Self.binaries(10, new: [], old: Self.descriptor(id), &writer)
            case .connectionReset: Self.binaries(18, new: [], old: [], &writer)
            }
        }
    }

    // MARK: Login

    package mutating func loginAcknowledgement(server: ServerVersion, programName: String = "Microsoft SQL Server") {
        writer.byte(0xAD)
        let version = version
        writer.lengthPrefixed { writer in
            writer.byte(1)
            writer.integer(version.rawValue.byteSwapped)
            writer.shortText(programName)
            writer.byte(server.major)
            writer.byte(server.minor)
            writer.integer(server.build.byteSwapped)
        }
    }

    /// FEATUREEXTACK with the features that are served; only to a client that asked for some.
    package mutating func featureAcknowledgement(_ features: [LoginFeature]) {
        writer.byte(0xAE)
        for feature in features {
            writer.byte(feature.id)
            writer.integer(UInt32(clamping: feature.data.count))
            writer.append(feature.data)
        }
        writer.byte(LoginFeature.terminator)
    }

    private mutating func writeUserTypeAndFlags(isNullable: Bool) {
        if version.hasLargeValues { writer.integer(UInt32(0)) } else { writer.integer(UInt16(0)) }
        // Bit 0: NULL is possible; bit 3: whether it can be updated is not known.
        writer.integer(UInt16(isNullable ? 0x0009 : 0x0008))
    }

    private static func texts(_ type: UInt8, new: String, old: String, _ writer: inout ByteWriter) {
        writer.byte(type)
        writer.shortText(new)
        writer.shortText(old)
    }

    private static func binaries(_ type: UInt8, new: [UInt8], old: [UInt8], _ writer: inout ByteWriter) {
        writer.byte(type)
        for bytes in [new, old] {
            writer.byte(UInt8(clamping: bytes.count))
            writer.append(bytes)
        }
    }

    private static func descriptor(_ id: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) } }
}
