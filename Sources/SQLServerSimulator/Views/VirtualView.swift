import Foundation
import TDS

/// A column of a view.
struct ViewColumn: Sendable {
    let name: String
    /// `name` in lower case.
    let key: String
    let type: TDSType
    let isNullable: Bool

    /// What stands in a column that may not be NULL and that nobody filled.
    var zero: TDSValue {
        switch type {
        case .bit: .bit(false)
        case .tinyint, .smallint, .int, .bigint: .int(0)
        case .real: .real(0)
        case .float: .float(0)
        case .decimal(_, let scale): .decimal(TDSDecimal(0, scale: scale))
        case .money, .smallmoney: .money(0)
        case .char, .varchar, .nchar, .nvarchar, .text, .ntext, .xml: .string("")
        case .binary, .varbinary, .image: .binary([])
        case .date: .date(.datetimeEpoch)
        case .datetime, .smalldatetime, .datetime2: .dateTime(TDSDateTime(date: .datetimeEpoch, time: TDSTime(ticks: 0)))
        case .uniqueidentifier: .guid(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
        default: .null
        }
    }
}

/// What a view is asked for.
struct ViewRequest {
    let world: World
    let session: SessionIdentity
    let database: SimulatedDatabase
    /// The arguments of a table-valued function.
    let arguments: [TDSValue]

    func argument(_ index: Int) -> TDSValue { index < arguments.count ? arguments[index] : .null }
}

/// A view or table-valued function of the system: its real columns, who may read it, and how its rows are made.
struct VirtualView: Sendable {
    enum Requirement: Sendable {
        case none
        /// VIEW SERVER STATE; from 2022 VIEW SERVER PERFORMANCE STATE is enough.
        case serverState
        /// VIEW SERVER STATE; from 2022 VIEW SERVER SECURITY STATE is enough.
        case securityState
        /// As serverState, but without it one sees one's own rows: the rows' maker looks at the login.
        case ownRows
        /// SELECT in msdb.
        case msdb
    }

    typealias Rows = @Sendable (ViewRequest) -> [[TDSValue]]
    typealias NamedRows = @Sendable (ViewRequest) -> [NamedRow]

    /// `sys.databases`, `msdb.dbo.backupset`.
    let name: String
    /// The name in lower case.
    let key: String
    let requirement: Requirement
    let since: SQLServerVersion
    let isPerDatabase: Bool
    /// 0...0 for a view.
    let parameterCount: ClosedRange<Int>
    let isFunction: Bool
    /// Whether all statements of a batch that follow each other at once see the same rows: what is costly to make and depends on nothing
    /// but the moment.
    let isSampled: Bool
    private let layouts: [(since: SQLServerVersion, columns: [ViewColumn])]
    private let make: Rows

    /// Rows given in the order of the columns.
    init(
        _ name: String, requires requirement: Requirement = .none, since: SQLServerVersion = .v2014, isPerDatabase: Bool = false,
        isSampled: Bool = false, parameters: ClosedRange<Int>? = nil, columns: String, later: [(SQLServerVersion, String)] = [],
        dense: @escaping Rows
    ) {
        self.name = name
        key = name.lowercased()
        self.requirement = requirement
        self.since = since
        self.isPerDatabase = isPerDatabase
        self.isSampled = isSampled
        parameterCount = parameters ?? 0...0
        isFunction = parameters != nil
        layouts = [(since, Self.columns(columns))] + later.map { ($0.0, Self.columns($0.1)) }
        make = dense
    }

    /// Rows given by column name; what is left out is what `same` says, or NULL, or zero where NULL is not allowed.
    init(
        _ name: String, requires requirement: Requirement = .none, since: SQLServerVersion = .v2014, isPerDatabase: Bool = false,
        isSampled: Bool = false, parameters: ClosedRange<Int>? = nil, columns: String, later: [(SQLServerVersion, String)] = [],
        same: NamedRow = [:], named: @escaping NamedRows
    ) {
        let places = NamedRow.Places(Self.columns(columns) + later.flatMap { Self.columns($0.1) }, same: same)
        self.init(
            name, requires: requirement, since: since, isPerDatabase: isPerDatabase, isSampled: isSampled, parameters: parameters,
            columns: columns, later: later
        ) { request in
            places.rows(named(request))
        }
    }

    /// `a int, b nvarchar(128) null`: columns may not be NULL unless they say so. A definition that does not parse gives no columns, which
    /// a test finds.
    static func columns(_ text: String) -> [ViewColumn] {
        let definitions = try? parse("(" + text + ")")  // our own literal; ViewCatalogueTests parses each
        return (definitions ?? []).map {
            ViewColumn(name: $0.name, key: $0.name.lowercased(), type: $0.type ?? .int, isNullable: $0.saysNull)
        }
    }

    private static func parse(_ text: String) throws(SQLServerMessage) -> [ColumnDefinition] {
        var lexer = Lexer(text, quotedIdentifier: true)
        var parser = Parser(tokens: try lexer.run(), source: Array(text.utf8))
        return try parser.columnDefinitions()
    }

    /// The columns that the view has in a version.
    func columns(for version: SQLServerVersion) -> [ViewColumn] {
        layouts.count == 1 ? layouts[0].columns : layouts.filter { $0.since <= version }.flatMap(\.columns)
    }

    /// The view's rows for its reader. 300, 297 and 229 as the view's rights ask.
    func rows(_ request: ViewRequest, samples: ViewSamples? = nil) throws(SQLServerMessage) -> [[TDSValue]] {
        try check(request)
        if let replay = request.world.state.replays[key] { return replay }
        if isSampled, let known = samples?.rows(of: self, at: request.world.date) { return known }
        let width = columns(for: request.world.config.version).count
        var rows = make(request)
        if let first = rows.first, first.count > width { rows = rows.map { Array($0.prefix(width)) } }
        if isSampled { samples?.remember(rows, of: self, at: request.world.date) }
        return rows
    }

    /// Whether the reader may read the view; throws what SQL Server says when not.
    func check(_ request: ViewRequest) throws(SQLServerMessage) {
        let login = request.session.login
        let version = request.world.config.version
        switch requirement {
        case .none, .ownRows: return
        case .serverState, .securityState:
            let isSecurity = requirement == .securityState
            let permission =
                version < .v2022
                ? Permissions.viewServerState : isSecurity ? Permissions.viewServerSecurityState : Permissions.viewServerPerformanceState
            if !login.may(permission, version) { throw .serverPermissionDenied(permission) }
        case .msdb:
            let object = String(name.split(separator: ".").last ?? "")
            if !login.mayReadMsdb(object) {
                throw .selectDenied(object: object, schema: "dbo", database: "msdb")
            }
        }
    }

    /// Whether the reader sees all sessions, not only its own.
    static func seesAll(_ request: ViewRequest) -> Bool {
        let version = request.world.config.version
        return request.session.login.may(version < .v2022 ? Permissions.viewServerState : Permissions.viewServerPerformanceState, version)
    }
}
