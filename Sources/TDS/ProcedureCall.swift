/// A remote procedure call.
package struct ProcedureCall: Hashable, Sendable {
    /// What SQL Server allows a procedure.
    package static let parameterCountMax = 2_100
    package static let callCountMax = 1_000

    package let procedure: String
    package let parameters: [RemoteParameter]
    /// The client wants no COLMETADATA; it has it from before.
    package let omitsMetadata: Bool

    /// The procedures that go by number.
    package static func wellKnownName(_ id: UInt16) -> String? {
        switch id {
        case 1: "sp_cursor"
        case 2: "sp_cursoropen"
        case 3: "sp_cursorprepare"
        case 4: "sp_cursorexecute"
        case 5: "sp_cursorprepexec"
        case 6: "sp_cursorunprepare"
        case 7: "sp_cursorfetch"
        case 8: "sp_cursoroption"
        case 9: "sp_cursorclose"
        case 10: "sp_executesql"
        case 11: "sp_prepare"
        case 12: "sp_execute"
        case 13: "sp_prepexec"
        case 14: "sp_prepexecrpc"
        case 15: "sp_unprepare"
        default: nil
        }
    }

    static func calls(_ reader: inout ByteReader, version: TDSVersion) throws(TDSError) -> [ProcedureCall] {
        var calls: [ProcedureCall] = []
        let decoder = TypeDecoder(version: version)
        repeat {
            guard calls.count < callCountMax else { throw TDSError(.tooLarge, "A request has more than \(callCountMax) calls.") }
            calls.append(try ProcedureCall(&reader, decoder: decoder))
        } while !reader.isAtEnd
        return calls
    }

    private init(_ reader: inout ByteReader, decoder: TypeDecoder) throws(TDSError) {
        let length = try reader.integer(UInt16.self)
        if length == 0xFFFF {
            let id = try reader.integer(UInt16.self)
            guard let name = Self.wellKnownName(id) else { throw TDSError(.malformed, "Procedure number \(id) does not exist.") }
            procedure = name
        } else {
            procedure = try reader.utf16(characterCount: Int(length))
        }
        omitsMetadata = try reader.integer(UInt16.self) & 0x0002 != 0
        var parameters: [RemoteParameter] = []
        while let next = reader.peek {
            // 0x80, 0xFF: another call follows; 0xFE: the same without running it. A parameter's name is never that long.
            if next == 0xFF || next == 0xFE || (next == 0x80 && !decoder.version.hasLargeValues) {
                try reader.skip(1)
                break
            }
            guard parameters.count < Self.parameterCountMax else {
                throw TDSError(.tooLarge, "A call has more than \(Self.parameterCountMax) parameters.")
            }
            let name = try reader.shortText()
            let status = try reader.byte()
            if status & 0x08 != 0 { throw TDSError(.unsupported, "Encrypted parameters are not served.") }
            let (type, value) = try decoder.parameter(&reader)
            parameters.append(RemoteParameter(name: name, type: type, value: value, isOutput: status & 0x01 != 0))
        }
        self.parameters = parameters
    }
}

/// A parameter of a call.
package struct RemoteParameter: Hashable, Sendable {
    /// With its `@`; empty when given by position.
    package let name: String
    package let type: TDSType
    package let value: TDSValue
    package let isOutput: Bool
}
