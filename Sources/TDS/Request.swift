/// What a client asks for after its login.
package enum TDSRequest: Sendable {
    case batch(String)
    /// One or more calls; old clients send several at once.
    case calls([ProcedureCall])
    case transaction(TransactionManagerRequest)
    case bulkLoad
    case federatedAuthenticationToken
    case sspi

    /// Reads a message. PRELOGIN, LOGIN7 and attention have readers of their own and throw here.
    package init(_ message: Message, version: TDSVersion) throws(TDSError) {
        var reader = ByteReader(message.data)
        switch message.type {
        case .sqlBatch:
            try AllHeaders.skip(&reader, version: version)
            self = .batch(UTF16LittleEndian.text(try reader.take(reader.remainingCount)))
        case .rpc:
            try AllHeaders.skip(&reader, version: version)
            self = .calls(try ProcedureCall.calls(&reader, version: version))
        case .transactionManager:
            try AllHeaders.skip(&reader, version: version)
            self = .transaction(try TransactionManagerRequest(&reader))
        case .bulkLoad: self = .bulkLoad
        case .federatedAuthenticationToken: self = .federatedAuthenticationToken
        case .sspi: self = .sspi
        case .legacyLogin, .tabularResult, .attention, .login, .prelogin:
            throw TDSError(.malformed, "A message of type 0x\(String(message.type.rawValue, radix: 16)) is not a request.")
        }
    }
}

/// The headers before a request since 7.2: the transaction descriptor and others that are not needed here.
enum AllHeaders {
    static func skip(_ reader: inout ByteReader, version: TDSVersion) throws(TDSError) {
        guard version.hasLargeValues else { return }
        let length = Int(try reader.integer(UInt32.self))
        guard length >= 4 else { throw TDSError(.malformed, "ALL_HEADERS is shorter than its own length.") }
        try reader.skip(length - 4)
    }
}

/// What a client asks of the transaction manager instead of a statement (ODBC's SQLEndTran, for one).
package enum TransactionManagerRequest: Hashable, Sendable {
    case begin(name: String)
    /// `beginsNext`: another transaction begins at once.
    case commit(beginsNext: Bool)
    case rollback(name: String, beginsNext: Bool)
    case save(name: String)
    /// The distributed coordinator's requests.
    case distributed

    init(_ reader: inout ByteReader) throws(TDSError) {
        switch try reader.integer(UInt16.self) {
        case 0, 1: self = .distributed
        case 5:
            try reader.skip(1)
            self = .begin(name: try Self.name(&reader))
        case 6: self = .distributed
        case 7:
            _ = try Self.name(&reader)
            self = .commit(beginsNext: try Self.beginsNext(&reader))
        case 8:
            let name = try Self.name(&reader)
            self = .rollback(name: name, beginsNext: try Self.beginsNext(&reader))
        case 9: self = .save(name: try Self.name(&reader))
        case let kind: throw TDSError(.malformed, "Transaction manager request \(kind) does not exist.")
        }
    }

    /// The length is in bytes.
    private static func name(_ reader: inout ByteReader) throws(TDSError) -> String {
        guard !reader.isAtEnd else { return "" }
        return UTF16LittleEndian.text(try reader.take(Int(try reader.byte())))
    }

    private static func beginsNext(_ reader: inout ByteReader) throws(TDSError) -> Bool {
        guard !reader.isAtEnd else { return false }
        return try reader.byte() & 0x01 != 0
    }
}
