/// The id that ties a request to its log lines and its answer.
enum RequestID {
    static let lengthMax = 64

    /// 20 random characters of base 32.
    static func make() -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        var random = SystemRandomNumberGenerator()
        var high = random.next()
        var low = random.next()
        return String(unsafeUninitializedCapacity: 20) { buffer in
            for index in 0..<20 {
                if index < 10 {
                    buffer.initializeElement(at: index, to: alphabet[Int(high & 31)])
                    high >>= 5
                } else {
                    buffer.initializeElement(at: index, to: alphabet[Int(low & 31)])
                    low >>= 5
                }
            }
            return 20
        }
    }

    /// The caller's id if it is short and plain enough for a log line, else a new one.
    static func from(header: String?) -> String {
        guard let header, (1...lengthMax).contains(header.utf8.count), header.utf8.allSatisfy(isPlain) else { return make() }
        return header
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"): true
        default: false
        }
    }
}
