/// Every limit of the HTTP edge by name.
package enum HTTPLimits {
    /// Largest request body.
    package static let bodyBytesMax = 1 << 20
    /// Largest file to one of `uploadPaths`, which read it as a stream, and seconds for it to come in and be answered.
    package static let uploadBytesMax = 64 << 20
    package static let uploadSecondsMax = 900
    private static let uploadPaths = ["/servers/import"]
    /// Deepest nesting of arrays and objects in a JSON body.
    package static let jsonDepthMax = 64
    /// Largest single header field and all of them together.
    package static let headerFieldBytesMax = 16 << 10
    package static let headerListBytesMax = 32 << 10
    package static let headerCountMax = 100
    /// Longest request target.
    package static let targetBytesMax = 8 << 10
    /// Seconds from a request's head to the head of its answer; streams may go on.
    package static let requestSecondsMax = 60
    /// Seconds without a complete request head on a connection, new or kept alive.
    package static let idleSecondsMax = 30
    /// Seconds for which a refused upload is still read and dropped, so that its sender sees the answer.
    package static let lingerSecondsMax = 10
    /// Seconds without a client taking anything of an answer that waits for it, after which it is cut off: streams and exports may take as
    /// long as they like, but somebody has to read them.
    package static let stallSecondsMax = 60
    /// Most members in one list parameter of a query.
    package static let queryListCountMax = 100
    /// Open connections of one process.
    package static let connectionsMax = 8_192

    /// Whether a request may bring a file.
    static func isUpload(method: String, path: String) -> Bool {
        let path = path.prefix { $0 != "?" }
        return method == "POST" && uploadPaths.contains { path.hasSuffix($0) }
    }
}
