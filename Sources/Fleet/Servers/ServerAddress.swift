/// Where a server listens, as people spell it: `host`, `host\instance`, `host,port`, `host\instance,port`, `host:port`, `tcp:host`,
/// `[::1]:5432`, `(local)`, `.`; or, for PostgreSQL, the directory of its socket, `/run/postgresql`.
package struct ServerAddress: Sendable, Equatable {
    package static let hostnameLengthMax = 255
    package static let instanceNameLengthMax = 100
    /// What a unix socket's address holds, less the socket's own name and the closing NUL.
    package static let socketDirectoryLengthMax = 90

    package var hostname: String
    /// Nil when the text names none.
    package var port: Int?
    package var instanceName: String?

    package init(hostname: String, port: Int? = nil, instanceName: String? = nil) {
        self.hostname = hostname
        self.port = port
        self.instanceName = instanceName
    }

    /// Whether the server is reached by a socket on DbTools' own machine; the installation's outbound list must name the directory.
    package var isSocketDirectory: Bool { hostname.hasPrefix("/") }

    /// Why a text is not an address: a sentence for the caller.
    package struct SpellingError: Error, Equatable { package let reason: String }

    /// The address that `text` spells. Throws `SpellingError`.
    package init(spelled text: String) throws(SpellingError) {
        var rest = text.trimmingSpaces()[...]
        if rest.hasPrefix("/") {
            guard Self.isSocketDirectory(String(rest)) else {
                throw SpellingError(
                    reason: "the directory of a socket is an absolute path of at most \(Self.socketDirectoryLengthMax) characters")
            }
            hostname = String(rest)
            return
        }
        if let reason = Self.otherProtocol(rest) { throw SpellingError(reason: reason) }
        if rest.lowercased().hasPrefix("tcp:") { rest = rest.dropFirst("tcp:".count) }
        if let comma = rest.lastIndex(of: ",") {
            port = try Self.port(rest[rest.index(after: comma)...])
            rest = rest[..<comma].trimmingSpaces()[...]
        } else if let colon = Self.portColon(in: rest) {
            port = try Self.port(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        if let backslash = rest.firstIndex(of: "\\") {
            let name = rest[rest.index(after: backslash)...].trimmingSpaces()
            guard Self.isInstanceName(name) else {
                throw SpellingError(reason: "an instance name has 1 to \(Self.instanceNameLengthMax) letters, digits and _ $ # -")
            }
            instanceName = name.uppercased() == "MSSQLSERVER" ? nil : name  // the default instance, by its service's name
            rest = rest[..<backslash].trimmingSpaces()[...]
        }
        if rest.hasPrefix("["), rest.hasSuffix("]") { rest = rest.dropFirst().dropLast() }
        hostname = rest == "." || rest.lowercased() == "(local)" ? "localhost" : String(rest)
        guard Self.isHostname(hostname) else {
            throw SpellingError(reason: "a host is a name or an address of 1 to \(Self.hostnameLengthMax) letters, digits and . - _ :")
        }
    }

    /// Why a spelling that other tools take is refused; nil for those that are TCP's.
    private static func otherProtocol(_ text: Substring) -> String? {
        let text = text.lowercased()
        if text.contains("://") { return "give the host alone: user, port and database have fields of their own" }
        for (prefix, what) in [("np:", "named pipes"), ("lpc:", "shared memory"), ("admin:", "the administrators' connection")]
        where text.hasPrefix(prefix) {
            return "\(what) cannot be used; servers are reached by TCP, as host, host\\instance or host,port"
        }
        return text.hasPrefix("\\\\") ? "named pipes cannot be used; servers are reached by TCP, as host, host\\instance or host,port" : nil
    }

    package static func isInstanceName(_ text: String) -> Bool {
        (1...instanceNameLengthMax).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                $0.isLetterOrDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "#")
                    || $0 == UInt8(ascii: "-")
            }
    }

    private static func isSocketDirectory(_ text: String) -> Bool {
        (2...socketDirectoryLengthMax).contains(text.utf8.count) && !text.contains("/..") && !text.contains("//")
            && text.utf8.allSatisfy {
                $0.isLetterOrDigit || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "_")
            }
    }

    private static func isHostname(_ text: String) -> Bool {
        (1...hostnameLengthMax).contains(text.utf8.count)
            && text.utf8.contains { $0.isLetterOrDigit || $0 == UInt8(ascii: ":") }
            && text.utf8.allSatisfy {
                $0.isLetterOrDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: ":")
            }
    }

    /// The colon before a port: the only one of a name, or the one after a bracket; the colons of a bare IPv6 address are none.
    private static func portColon(in text: Substring) -> String.Index? {
        guard let last = text.lastIndex(of: ":") else { return nil }
        if let bracket = text.lastIndex(of: "]") { return last > bracket ? last : nil }
        return text.firstIndex(of: ":") == last ? last : nil
    }

    private static func port(_ text: Substring) throws(SpellingError) -> Int {
        guard let port = Int(text.trimmingSpaces()), (1...65_535).contains(port) else {
            throw SpellingError(reason: "a port is a number from 1 to 65535")
        }
        return port
    }
}

extension StringProtocol {
    /// Without the spaces at both ends.
    func trimmingSpaces() -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(self[first...last])
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
