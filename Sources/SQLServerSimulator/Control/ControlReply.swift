import Primitives

/// What a request to the control address gets: an HTTP status and JSON.
struct ControlReply: Sendable {
    var status: UInt16
    var body: [UInt8]

    static func ok(_ body: [UInt8]) -> ControlReply { ControlReply(status: 200, body: body) }

    /// `{"error": "one sentence"}`.
    static func refusal(_ status: UInt16, _ sentence: String) -> ControlReply {
        let text = (try? JSONEncoding.bytes(["error": sentence])) ?? Array(#"{"error":"unknown"}"#.utf8)  // a text always encodes
        return ControlReply(status: status, body: text)
    }
}

/// What is asked of the instances: by the control address of a process's own, by the parent of a child's.
struct ControlRequest: Sendable {
    enum Target: Sendable, Equatable {
        case all
        /// From 1.
        case instance(Int)
    }

    var target: Target
    /// The change as JSON; nil to read.
    var change: [UInt8]?
}

/// The counts that `GET /instances` answers; the parent adds up its children's.
struct ControlSummary: Codable, Sendable {
    var instances = 0
    var openSessions = 0
    var states: [String: Int] = [:]

    mutating func add(_ other: ControlSummary) {
        instances += other.instances
        openSessions += other.openSessions
        states.merge(other.states, uniquingKeysWith: +)
    }
}
