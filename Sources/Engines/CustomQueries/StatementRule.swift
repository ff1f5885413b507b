/// Why a tenant's statement is not sent, as a sentence that says what to do.
package struct StatementRefusal: Error, Sendable, Equatable {
    package let sentence: String

    /// - Parameter line: of the statement, from 1; nil: it is about the whole.
    init(line: Int? = nil, _ sentence: String) { self.sentence = (line.map { "Line \($0): " } ?? "") + sentence }
}

/// What a statement that a tenant wrote may be: one SELECT that only reads. Pure.
///
/// This is the first of several walls, and the one that explains itself. Behind it stand a read-only transaction (PostgreSQL, MySQL; SQL
/// Server has none: there the transaction is rolled back), a cursor or a driver that takes one statement only, and the rights of the login,
/// which alone bound what functions and views of the server's own may do.
package enum StatementRule {
    package static let sizeBytesMax = 20_000

    /// The statement as it is sent: without comments and closing semicolon. Throws why it is refused.
    package static func checked(_ statement: String, engine: EngineKind) throws(StatementRefusal) -> String {
        guard statement.utf8.count <= sizeBytesMax else {
            throw StatementRefusal("It is longer than \(sizeBytesMax) bytes; shorten it, or make a view of it on the server.")
        }
        let read = try SQLTokens(statement, engine: engine)
        let tokens = try withoutEnd(read.tokens)
        guard let first = tokens.first else { throw StatementRefusal("There is no statement; write one SELECT.") }
        switch first.kind {
        case .word("SELECT"), .word("WITH"), .sign("("): break
        case .word(let word):
            throw StatementRefusal(line: first.line, "It begins with \(word); a collector is one SELECT, or WITH and a SELECT.")
        default: throw StatementRefusal(line: first.line, "It does not begin with SELECT; a collector is one SELECT, or WITH and a SELECT.")
        }
        try checkParentheses(tokens)
        for (index, token) in tokens.enumerated() {
            let next = tokens.indices.contains(index + 1) ? tokens[index + 1].kind : nil
            try check(token, next, engine)
        }
        if engine == .sqlserver {
            try checkNames(tokens)
            try checkIsOne(tokens)
        }
        var text = read.text[...]
        while let last = text.last, last.isWhitespace || last == ";" { text.removeLast() }
        return String(text)
    }

    /// Throws when the statement itself asks for more rows than are kept: MySQL's driver gathers all that come before it gives the first,
    /// and a LIMIT of the statement's own is stronger than the session's. Of other engines no more are fetched than are kept.
    package static func checkLimit(_ statement: String, engine: EngineKind, rowCountMax: Int) throws(StatementRefusal) {
        guard engine == .mysql else { return }
        let tokens = try SQLTokens(statement, engine: engine).tokens
        // Whether each parenthesis that is open holds a SELECT whose rows are the statement's, and no part of an expression.
        var (branches, isInLimit) = ([Bool](), false)
        for (index, token) in tokens.enumerated() {
            switch token.kind {
            case .sign("("):
                branches.append(!branches.contains(false) && isBranch(behind: index > 0 ? tokens[index - 1].kind : nil))
            case .sign(")"): branches = branches.dropLast()
            case .word("LIMIT"), .word("FETCH"): isInLimit = !branches.contains(false)
            case .word("OFFSET"): isInLimit = false
            case .number(let text) where isInLimit:
                // `LIMIT 10, 5` is five rows after ten.
                let isOffset = tokens.indices.contains(index + 1) && tokens[index + 1].kind == .sign(",")
                guard !isOffset, Int(text) ?? .max > rowCountMax else { continue }
                throw StatementRefusal(
                    line: token.line, "LIMIT \(text) is more than the \(rowCountMax) rows that are kept; lower it, or keep more rows.")
            default: break
            }
        }
    }

    private static func isBranch(behind token: SQLToken.Kind?) -> Bool {
        switch token {
        case nil, .sign("("), .word("UNION"), .word("ALL"), .word("DISTINCT"), .word("EXCEPT"), .word("INTERSECT"): true
        default: false
        }
    }

    /// How a name is quoted, for messages.
    static func quotes(_ engine: EngineKind) -> String {
        switch engine {
        case .sqlserver: "brackets"
        case .postgresql: "double quotes"
        case .mysql: "backquotes"
        }
    }

    // MARK: The parts of it

    private static func withoutEnd(_ all: [SQLToken]) throws(StatementRefusal) -> ArraySlice<SQLToken> {
        var tokens = all[...]
        while case .sign(";")? = tokens.last?.kind { tokens.removeLast() }
        for token in tokens where token.kind == .sign(";") {
            throw StatementRefusal(line: token.line, "There is a semicolon with more behind it; a collector is one statement.")
        }
        return tokens
    }

    private static func checkParentheses(_ tokens: ArraySlice<SQLToken>) throws(StatementRefusal) {
        var open: [Int] = []
        for token in tokens {
            if token.kind == .sign("(") { open.append(token.line) }
            if token.kind == .sign(")"), open.popLast() == nil {
                throw StatementRefusal(line: token.line, "A parenthesis is closed that is not open.")
            }
        }
        if let line = open.last { throw StatementRefusal(line: line, "The parenthesis that opens here is not closed.") }
    }

    private static func check(_ token: SQLToken, _ next: SQLToken.Kind?, _ engine: EngineKind) throws(StatementRefusal) {
        let isCalled = next == .sign("(")
        switch token.kind {
        case .word(let word):
            if isCalled, let reason = RefusedCalls.reason(word.lowercased(), engine) {
                throw StatementRefusal(line: token.line, "\(word.lowercased())() is refused: it \(reason).")
            }
            guard RefusedWords.of(engine).contains(word) else { break }
            // MySQL's string functions, and SQL Server's hints of a query.
            if engine == .mysql, isCalled, word == "INSERT" || word == "REPLACE" { break }
            if word == "USE", next == .word("HINT") || next == .word("PLAN") { break }
            throw StatementRefusal(
                line: token.line,
                "\(word) is refused: a collector is one SELECT that only reads and locks nothing. If it is a name, put it into \(quotes(engine))."
            )
        case .name(let name):
            if isCalled, let reason = RefusedCalls.reason(name.lowercased(), engine) {
                throw StatementRefusal(line: token.line, "\(name.lowercased())() is refused: it \(reason).")
            }
        case .sign("{"), .sign("}"):
            throw StatementRefusal(
                line: token.line, "Braces are refused: a driver reads calls of its own in them. Write what they stand for as SQL.")
        case .text, .number, .sign: break
        }
        if case .word("NEXT") = token.kind, next == .word("VALUE") {
            throw StatementRefusal(line: token.line, "NEXT VALUE is refused: it takes a number from a sequence for good.")
        }
    }

    /// SQL Server needs no semicolon between two statements: each further SELECT outside of parentheses belongs to a set operator or WITH.
    private static func checkIsOne(_ tokens: ArraySlice<SQLToken>) throws(StatementRefusal) {
        var (depth, isExpected, previous) = (0, true, SQLToken.Kind?.none)
        for token in tokens {
            switch token.kind {
            case .sign("("):
                // A SELECT that is expected may stand in parentheses itself, also behind those of a WITH.
                if depth == 0, isBranch(behind: previous) || previous == .sign(")") { isExpected = false }
                depth += 1
            case .sign(")"): depth -= 1
            case .word("UNION"), .word("EXCEPT"), .word("INTERSECT"): if depth == 0 { isExpected = true }
            case .word("SELECT") where depth == 0:
                guard isExpected else {
                    throw StatementRefusal(line: token.line, "Another SELECT begins here; a collector is one statement.")
                }
                isExpected = false
            default: break
            }
            previous = token.kind
        }
    }

    /// SQL Server: four parts name another server, which the rules of who may be reached know nothing of.
    private static func checkNames(_ tokens: ArraySlice<SQLToken>) throws(StatementRefusal) {
        var (parts, wasDot) = (0, false)
        for token in tokens {
            switch token.kind {
            case .word, .name:
                parts = wasDot ? parts + 1 : 1
                wasDot = false
            case .sign("."):
                // `db..table` leaves its schema out.
                if wasDot { parts += 1 }
                wasDot = true
            default: (parts, wasDot) = (0, false)
            }
            if parts > 3 {
                throw StatementRefusal(
                    line: token.line,
                    "A name of four parts may be on another server; name at most database, schema and table, and columns by an alias.")
            }
        }
    }
}

/// Words that no reading SELECT has, by engine.
private enum RefusedWords {
    static func of(_ engine: EngineKind) -> Set<String> {
        switch engine {
        case .sqlserver: sqlServer
        case .postgresql: postgreSQL
        case .mysql: mySQL
        }
    }

    /// Whatever may begin another statement (SQL Server needs no semicolon between two), write, reach elsewhere, or hold locks.
    private static let sqlServer: Set<String> = [
        "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "INTO", "OUTPUT", "CREATE", "ALTER", "DROP", "ADD", "RENAME", "GRANT", "REVOKE",
        "DENY", "EXEC", "EXECUTE", "OPENROWSET", "OPENQUERY", "OPENDATASOURCE", "OPENXML", "BULK", "COPY", "BACKUP", "RESTORE", "DUMP",
        "LOAD", "DBCC", "KILL", "SHUTDOWN", "RECONFIGURE", "CHECKPOINT", "USE", "SET", "DECLARE", "WAITFOR", "BEGIN", "COMMIT", "ROLLBACK",
        "SAVE", "TRAN", "TRANSACTION", "PRINT", "RAISERROR", "THROW", "WHILE", "IF", "GOTO", "RETURN", "BREAK", "CONTINUE", "GO",
        "READTEXT",
        "WRITETEXT", "UPDATETEXT", "OPEN", "CLOSE", "DEALLOCATE", "CURSOR", "SETUSER", "REVERT", "SEND", "RECEIVE", "LINENO", "DISK",
        "XLOCK", "UPDLOCK", "TABLOCK", "TABLOCKX", "HOLDLOCK", "SERIALIZABLE", "REPEATABLEREAD",
    ]
    private static let postgreSQL: Set<String> = ["INSERT", "UPDATE", "DELETE", "MERGE", "INTO", "COPY", "TRUNCATE", "SHARE"]
    private static let mySQL: Set<String> = [
        "INSERT", "UPDATE", "DELETE", "REPLACE", "INTO", "OUTFILE", "DUMPFILE", "LOCK", "SHARE", "PROCEDURE", "CALL", "TRUNCATE",
    ]
}

/// Functions that do more than read. The list is a courtesy to who writes a statement: the wall is what the login may do.
private enum RefusedCalls {
    static func reason(_ name: String, _ engine: EngineKind) -> String? {
        switch engine {
        case .sqlserver: nil
        case .postgresql: postgreSQL[name] ?? postgreSQLPrefixes.first { name.hasPrefix($0.key) }?.value
        case .mysql: mySQL[name] ?? mySQLPrefixes.first { name.hasPrefix($0.key) }?.value
        }
    }

    private static let changes = "changes something on the server"
    private static let files = "reads or writes the server's files"
    private static let runs = "runs SQL of its own"

    private static let postgreSQL: [String: String] = [
        "set_config": "changes settings", "nextval": "takes a number from a sequence for good", "setval": changes, "pg_notify": changes,
        "pg_promote": changes, "pg_start_backup": changes, "pg_stop_backup": changes, "pg_read_file": files, "pg_read_binary_file": files,
        "pg_ls_dir": files, "pg_prewarm": "loads tables into the cache", "query_to_xml": runs, "query_to_xmlschema": runs,
        "query_to_xml_and_xmlschema": runs, "ts_stat": runs, "ts_rewrite": runs, "connectby": runs, "xpath_table": runs,
        "pg_log_backend_memory_contexts": changes, "gin_clean_pending_list": changes, "pg_export_snapshot": changes,
        "pg_replication_origin_create": changes, "http": "connects elsewhere", "invoke": "connects elsewhere",
    ]
    /// In the order of the alphabet; each begins the names of a family.
    private static let postgreSQLPrefixes: KeyValuePairs<String, String> = [
        "brin_": changes, "crosstab": runs, "dblink": "connects elsewhere", "heap_force_": changes, "http_": "connects elsewhere",
        "lo_": changes, "pg_advisory_": "takes locks",
        "pg_backup_": changes, "pg_buffercache_evict": changes, "pg_cancel_": "stops others' work", "pg_clear_": changes,
        "pg_copy_": changes, "pg_create_": changes, "pg_drop_": changes,
        "pg_file_": files, "pg_import_": changes, "pg_logical_": changes, "pg_reload_": changes, "pg_replication_origin_": changes,
        "pg_replication_slot_": changes, "pg_restore_": changes, "pg_rotate_": changes, "pg_set_": changes,
        "pg_stat_reset": "resets statistics",
        "pg_stat_statements_reset": "resets statistics", "pg_switch_": changes, "pg_sync_": changes,
        "pg_terminate_": "ends others' sessions", "pg_truncate_": changes, "pg_try_advisory_": "takes locks",
        "query_export_": "writes elsewhere", "pg_wal_replay_": changes,
    ]
    private static let mySQL: [String: String] = [
        "load_file": files, "benchmark": "only burns time", "get_lock": "takes locks", "release_lock": "gives locks back",
        "release_all_locks": "gives locks back", "nextval": "takes a number from a sequence for good", "setval": changes, "sys_exec": runs,
        "sys_eval": runs, "sys_set": changes,
    ]
    /// Loadable functions of MySQL and MariaDB that are statements in all but form.
    private static let mySQLPrefixes: KeyValuePairs<String, String> = [
        "asynchronous_connection_failover_": changes, "audit_api_": changes, "audit_log_": changes, "firewall_": changes,
        "group_replication_": changes, "keyring_key_": changes, "service_get_": "takes locks", "service_release_": "gives locks back",
        "set_firewall_": changes, "spider_": runs, "version_tokens_": changes,
    ]
}
