import ODBC

/// Turns what the server said during a deployment into a code and a sentence.
struct SQLServerDeployFailure {
    let target: Target
    let database: String
    let failure: SQLServerFailure

    private static let noSpace: Set<Int> = [1101, 1105, 9002, 1802, 1803, 5149]
    private static let readOnly: Set<Int> = [3906, 3908, 976, 978, 5063]
    private static let unavailable: Set<Int> = [922, 926, 927, 942, 945, 952, 954, 955]
    private static let missingRights: Set<Int> = SQLServerFailure.permissionNumbers.union([2760, 4613, 15_151, 15_247, 1088])

    func explained(_ error: ODBCError) -> DeployFailure {
        var failure = named(error)
        failure.numbers = error.isConnectionFailure ? [] : error.records.map(\.native).filter { $0 > 0 }
        return failure
    }

    private func named(_ error: ODBCError) -> DeployFailure {
        let numbers = error.records.map(\.native)
        let words = SQLServerFailure.sentence(Self.serverWords(error))
        func has(_ set: Set<Int>) -> Bool { numbers.contains(where: set.contains) }
        if has([916, 911, 4060, 4063]) {
            return DeployFailure(
                .databaseNotFound,
                "The login may not open the database \(database), or it is gone: make it a user there. The server says: \(words)"
            )
        }
        if has([2714, 1801, 15_023, 15_063]) {
            return DeployFailure(
                .nameTaken,
                "\(database) has something else of that name already: rename it, or choose another database. The server says: \(words)")
        }
        if has(Self.missingRights) || SQLServerFailure.isPermission(error) {
            return DeployFailure(
                .noPermissions,
                "The login lacks a right in \(database) that a deployment needs: run the grant script. The server says: \(words)")
        }
        if has(Self.readOnly) {
            return DeployFailure(
                .readOnly,
                "\(database) takes no changes (read-only, or a secondary replica): deploy on the primary. The server says: \(words)")
        }
        if has(Self.unavailable) {
            return DeployFailure(
                .databaseNotFound, "\(database) is offline or being restored: try again when it is online. The server says: \(words)")
        }
        if has(Self.noSpace) {
            return DeployFailure(
                .noSpace, "\(target.hostname) has no room for the objects: free disk or log space. The server says: \(words)")
        }
        if has([1205, 1222, 3702, 1807, 5061]) {
            return DeployFailure(
                .busy, "\(database) is in use or locked by somebody else: try again in a moment. The server says: \(words)")
        }
        if has([3729, 15_138]) {
            return DeployFailure(
                .notEmpty,
                "The schema DbTools in \(database) holds something that is not ours, so it stays: move it first. The server says: \(words)")
        }
        if error.isConnectionFailure, !error.isDeadline, !error.state.hasPrefix("HYT") {
            return DeployFailure(
                .unreachable,
                "The connection to \(target.hostname) broke during the deployment: the server was stopped, or the network failed. Deploy again when it answers."
            )
        }
        let other = failure.whileReading(error)
        guard other.code == .protocolError || other.code == .driverFailed else { return DeployFailure(other) }
        return DeployFailure(
            .refused,
            "\(target.hostname) refused a statement of the deployment (error \(error.native)): \(words) What was begun was undone.")
    }

    /// The message of the record that has a number; drivers put general remarks beside it.
    private static func serverWords(_ error: ODBCError) -> String {
        let words = error.records.first { $0.native > 0 }?.message ?? error.message
        return words.split(separator: "]").last.map { String($0).trimmingPrefix(" ") }.map { String($0) } ?? words
    }
}
