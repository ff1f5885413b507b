/// Why a command cannot go on: one sentence for the person at the terminal, exit code 1.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
