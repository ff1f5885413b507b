/// An error or a message as SQL Server words it.
package struct SQLServerMessage: Error, Hashable, Sendable {
    package let number: Int
    package let state: Int
    /// 0...10 informs, 11...16 is the caller's error, 17...19 the server's, 20...25 ends the connection.
    package let severity: Int
    /// The line of the batch, from 1; 0 where SQL Server names none.
    package var line: Int
    package let text: String
    /// The procedure that raised it, or empty.
    package var procedure: String

    package init(_ number: Int, state: Int = 1, severity: Int = 16, line: Int = 1, procedure: String = "", _ text: String) {
        self.number = number
        self.state = state
        self.severity = severity
        self.line = line
        self.procedure = procedure
        self.text = text
    }

    package var isError: Bool { severity > 10 }

    /// The same message as raised at `line`.
    func at(line: Int) -> SQLServerMessage {
        var moved = self
        moved.line = line
        return moved
    }
}
