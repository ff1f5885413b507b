import TDS

/// What the simulator offers and asks of TLS.
package enum SimulatorEncryption: String, Codable, Sendable, CaseIterable {
    /// No TLS at all, not for the login either.
    case off
    /// As SQL Server without "force encryption": what the client wants, and the login always.
    case on
    /// As SQL Server with "force encryption".
    case required

    /// The encryption byte of the answer to PRELOGIN, and whether the connection can go on with it
    /// (MS-TDS 2.2.6.5, the table of server answers).
    func answer(to client: PreloginEncryption) -> (byte: PreloginEncryption, isPossible: Bool) {
        switch (self, client) {
        case (.off, _): (.notSupported, true)
        case (.on, .notSupported): (.notSupported, true)
        case (.on, .off): (.off, true)
        case (.on, .on), (.on, .required): (.on, true)
        case (.required, .notSupported): (.required, false)
        case (.required, .off): (.required, true)
        case (.required, .on), (.required, .required): (.on, true)
        }
    }
}
