/// What `POST /instances/{n|all}` asks for; a member that is nil stays as it is.
package struct InstanceChange: Sendable {
    package var state: InstanceBehaviour.State?
    package var latencyMs: Int?
    package var cpuPercent: Int?

    package init() {}

    /// Reads a JSON object; the error names every member that is unknown or wrong.
    package init(json: [UInt8]) throws(InstanceChangeError) {}
}

/// A change that the instance does not take; one sentence, all reasons.
package struct InstanceChangeError: Error, Sendable, CustomStringConvertible {
    package let description: String
}
