import Foundation

/// `dbtools simulate` as a process of its own.
final class Simulated {
    private let process = Process()
    let firstPort: Int

    init(_ count: Int) throws {
        firstPort = 21_000 + Int.random(in: 0..<8_000)
        process.executableURL = URL(filePath: try Served.program)
        process.arguments = [
            "simulate", "--listen", "127.0.0.1:\(firstPort)", "--instances", "\(count)", "--login", "dbtools:Monitor-1234",
        ]
        process.environment = Served.environment
        process.standardOutput = FileHandle(forWritingAtPath: "/dev/null")
        try process.run()
    }

    /// The body of `POST /servers` for the instance of this number.
    func server(_ number: Int) -> String {
        """
        {"name": "sql \(number)", "hostname": "127.0.0.1", "port": \(firstPort + number), "username": "dbtools",
         "password": "Monitor-1234", "trustServerCertificate": true}
        """
    }

    func end() { process.terminate() }
}
