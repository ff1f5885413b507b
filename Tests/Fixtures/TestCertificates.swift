import Foundation

/// A certificate authority and server certificates signed by it, made by openssl for one test process; gone with its directory.
package struct TestCertificates: Sendable {
    /// The authority, as a PEM file.
    package let caFile: String
    /// A certificate for `localhost` and 127.0.0.1, and its key.
    package let certificateFile: String
    package let keyFile: String

    /// Makes them in `directory`, which must exist. `names` are subjectAltName entries, such as `DNS:localhost`.
    package init(in directory: String, names: String = "DNS:localhost,IP:127.0.0.1") throws {
        caFile = directory + "/ca.pem"
        certificateFile = directory + "/server.pem"
        keyFile = directory + "/server.key"
        let script = """
            set -e
            cd '\(directory)'
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 -subj '/CN=DbTools test authority' 2>/dev/null
            openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj '/CN=test server' 2>/dev/null
            printf 'subjectAltName=\(names)\\n' > extensions
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile extensions 2>/dev/null
            chmod 0600 server.key
            """
        try TestProcess.runToEnd("/bin/sh", ["-c", script])
    }
}

/// Programs that tests start.
package enum TestProcess {
    package struct Failed: Error, CustomStringConvertible {
        package let description: String
    }

    /// Runs a program and waits for it. Throws when it fails.
    package static func runToEnd(_ path: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        // A file and not a pipe: Foundation traps when a signal interrupts its read.
        let errors = NSTemporaryDirectory() + "/dbtools-test-" + UUID().uuidString
        guard FileManager.default.createFile(atPath: errors, contents: nil) else {
            throw Failed(description: "no room in the temporary directory")
        }
        defer { unlink(errors) }
        process.standardError = FileHandle(forWritingAtPath: errors)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let said = try String(contentsOfFile: errors, encoding: .utf8)
            throw Failed(description: "\(path) failed: \(said.suffix(2_000))")
        }
    }

    /// Writes `script` to a file that only we may read, and runs the program that `command` names for it. Throws when it fails.
    package static func runScript(_ script: String, _ command: (String) -> (String, [String])) throws {
        let file = NSTemporaryDirectory() + "/dbtools-script-" + UUID().uuidString
        guard FileManager.default.createFile(atPath: file, contents: Data(script.utf8), attributes: [.posixPermissions: 0o600]) else {
            throw Failed(description: "no room in the temporary directory")
        }
        defer { unlink(file) }
        let (path, arguments) = command(file)
        try runToEnd(path, arguments)
    }

    /// Starts a program that ends when this process does, however that happens: a shell between the two waits for the end of a pipe from
    /// us.
    static func runInBackground(_ command: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "\(command) </dev/null >/dev/null 2>&1 & child=$!; cat >/dev/null; kill -9 $child"]
        process.standardInput = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// A TCP port of 127.0.0.1 that is free just now.
    package static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port: UInt16? = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(descriptor, generic, size) == 0, getsockname(descriptor, generic, &size) == 0 else { return nil }
                return UnsafeRawPointer(generic).loadUnaligned(as: sockaddr_in.self).sin_port.bigEndian
            }
        }
        guard let port else { throw Failed(description: "no free port") }
        return Int(port)
    }
}
