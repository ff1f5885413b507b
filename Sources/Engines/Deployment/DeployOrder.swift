/// What is to be done about the monitoring objects on a target.
package enum DeployTask: String, Codable, CaseIterable, Sendable, Hashable {
    /// Reads what is there; changes nothing.
    case check
    case deploy, remove
}

/// An order for the monitoring objects on one target.
package struct DeployOrder: Codable, Sendable, Hashable {
    package var task: DeployTask
    /// SQL Server and PostgreSQL: the database that holds the schema; MySQL: the schema itself.
    package var database: String
    /// Whether a database that is missing is made (SQL Server); MySQL's schema always is.
    package var createDatabase: Bool
    /// Whether an earlier deployment, which did not end, may have made the database: when it is empty it is ours, and goes with the
    /// objects.
    package var adoptsDatabase: Bool
    /// The login that is to run the objects, when the one that deploys them is another.
    package var monitorLogin: String?

    package init(
        task: DeployTask, database: String, createDatabase: Bool = false, adoptsDatabase: Bool = false, monitorLogin: String? = nil
    ) {
        self.task = task
        self.database = database
        self.createDatabase = createDatabase
        self.adoptsDatabase = adoptsDatabase
        self.monitorLogin = monitorLogin
    }
}

/// A thing that a deployment makes, and what was found of it.
package struct DeployedObject: Codable, Sendable, Hashable {
    /// What it is.
    package enum Kind: String, Codable, CaseIterable, Sendable, Hashable { case database, schema, table, procedure, function }
    /// What was found.
    package enum State: String, Codable, CaseIterable, Sendable, Hashable { case present, missing, changed }

    package let name: String
    package let kind: Kind
    package let state: State

    package init(name: String, kind: Kind, state: State) {
        self.name = name
        self.kind = kind
        self.state = state
    }
}

/// The objects on a target, as they were read back.
package enum DeployedState: String, Codable, CaseIterable, Sendable, Hashable {
    /// Nothing of ours is there.
    case none
    /// All is there, as we made it.
    case monitored
    /// Something is missing or was changed.
    case drifted
    /// An earlier version of ours.
    case outdated
}

/// Why a deployment failed, where `ProbeErrorCode` has no word for it.
package enum DeployErrorCode: String, Codable, CaseIterable, Sendable, Hashable {
    /// Something that is not ours has the name.
    case nameTaken = "NAME_TAKEN"
    /// A later DbTools has been here.
    case newerVersion = "NEWER_VERSION"
    /// The database takes no changes.
    case readOnly = "READ_ONLY"
    /// The disk or the log is full.
    case noSpace = "NO_SPACE"
    /// Somebody else holds what is needed.
    case busy = "BUSY"
    /// The schema holds what is not ours, so it stays.
    case notEmpty = "NOT_EMPTY"
    /// What was read back is not what was deployed.
    case readBackDiffers = "READ_BACK_DIFFERS"
    /// The server refused for a reason that has no word here.
    case refused = "REFUSED"
}

/// What came of a `DeployOrder`. `success` of a deployment means: read back, and equal.
package struct DeployResult: Codable, Sendable, Hashable {
    package var success: Bool
    /// What was read back last; nil when nothing could be read.
    package var state: DeployedState?
    /// A sentence for the DBA.
    package var message: String
    /// A `ProbeErrorCode` or a `DeployErrorCode`.
    package var errorCode: String?
    /// The version that is on the target.
    package var version: Int?
    package var objects: [DeployedObject]
    /// Rights that the task needs, with the statement for each that is missing.
    package var permissions: [PermissionCheck]
    /// Further advice.
    package var notes: [String]
    /// Whether the task changed anything.
    package var isChanged: Bool
    /// Whether the database is there; nil: nobody looked.
    package var hasDatabase: Bool?
    /// Whether the database is there and was made for the objects; nil: not known.
    package var ownsDatabase: Bool?

    package init(
        success: Bool, state: DeployedState?, message: String, errorCode: String? = nil, version: Int? = nil,
        objects: [DeployedObject] = [],
        permissions: [PermissionCheck] = [], notes: [String] = [], isChanged: Bool = false, hasDatabase: Bool? = nil
    ) {
        self.success = success
        self.state = state
        self.message = message
        self.errorCode = errorCode
        self.version = version
        self.objects = objects
        self.permissions = permissions
        self.notes = notes
        self.isChanged = isChanged
        self.hasDatabase = hasDatabase
    }

    package static func failure(_ error: EngineError) -> DeployResult {
        DeployResult(success: false, state: nil, message: error.message, errorCode: error.code.rawValue)
    }
}

/// A failure on the way, with a word of its own.
struct DeployFailure: Error {
    let code: String
    let message: String
    var permissions: [PermissionCheck] = []
    /// The server's numbers, where it said any.
    var numbers: [Int] = []
    /// Whether a database that this run made is still there; nil: not known.
    var ownsDatabase: Bool?

    /// Whether the server refuses to change its structure within a transaction (226, 574 of SQL Server; other servers say it in words).
    var isAboutTransactions: Bool {
        guard code == DeployErrorCode.refused.rawValue else { return false }
        let words = message.lowercased()
        return numbers.contains { [226, 574].contains($0) }
            || words.contains("transaction") && ["not allowed", "not supported", "cannot run", "cannot be"].contains { words.contains($0) }
    }

    init(_ code: DeployErrorCode, _ message: String) {
        self.code = code.rawValue
        self.message = message
    }
    /// A database that may not be made, so that none of ours is there.
    static func unmade(_ message: String, permissions: [PermissionCheck]) -> DeployFailure {
        var failure = DeployFailure(.noPermissions, message, permissions: permissions)
        failure.ownsDatabase = false
        return failure
    }
    init(_ code: ProbeErrorCode, _ message: String, permissions: [PermissionCheck] = []) {
        self.code = code.rawValue
        self.message = message
        self.permissions = permissions
    }
    init(_ error: EngineError) { self.init(error.code, error.message) }

    var result: DeployResult {
        var result = DeployResult(success: false, state: nil, message: message, errorCode: code, permissions: permissions)
        result.ownsDatabase = ownsDatabase
        return result
    }
}
