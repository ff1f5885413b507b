/// Why bytes from a client were refused. The message is one sentence, for a log and for the client.
package struct TDSError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, for those who answer by it.
    package enum Code: Hashable, Sendable {
        /// The bytes contradict the protocol.
        case malformed
        /// A stated length is over a limit of ours.
        case tooLarge
        /// The client asks for something that is not served here.
        case unsupported
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
