import Foundation
import Logging
import Platform
import Postgres
import Primitives

/// What a child gets on standard input, as one line of JSON: the configuration and what the supervisor found out.
struct ChildConfig: Codable, Sendable {
    static let bytesMax = 1 << 20

    let config: AppConfig
    /// The database server's address, with the password.
    let server: String
    let masterKey: String

    /// Reads the line from standard input. Throws ``Failure`` when there is none: this is no command for people.
    static func fromStandardInput() throws -> ChildConfig {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < bytesMax, read(STDIN_FILENO, &byte, 1) == 1, byte != 0x0A { bytes.append(byte) }
        guard let config = try? JSONDecoder().decode(ChildConfig.self, from: Data(bytes)) else {
            throw Failure("This command is started by dbtools serve.")
        }
        return config
    }

    func bytes() throws -> [UInt8] { Array(try JSONEncoder().encode(self)) }

    func open() throws -> Installation {
        guard let key = MasterKey(text: masterKey) else { throw Failure("The supervisor gave no master key.") }
        return try Installation(config: config, server: DatabaseAddress(conninfo: server), masterKey: key)
    }
}
