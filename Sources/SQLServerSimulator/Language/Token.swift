import TDS

/// A word, a value or a sign of T-SQL, with the line on which it starts.
struct Token: Sendable {
    enum Kind: Sendable, Equatable {
        /// A bare word: keyword or name. The payload is upper case, for comparing.
        case word(String)
        /// A name in brackets or, with QUOTED_IDENTIFIER, in double quotes.
        case name
        /// `@x` or `@@x`, lower case.
        case variable(String)
        case string(isUnicode: Bool)
        case integer
        case decimal
        case float
        case money
        case binary
        /// An operator or a punctuation mark.
        case sign(String)
        case end
    }

    let kind: Kind
    /// The content: a name without brackets, a string without quotes, other tokens as written.
    let text: String
    let line: Int
    /// Where it starts and ends in the batch's bytes.
    let range: Range<Int>
    /// Whether white space or a comment stands before it.
    var isSpaced = false

    /// The word in upper case when this is a bare word.
    var word: String? { if case .word(let upper) = kind { upper } else { nil } }

    func isSign(_ sign: String) -> Bool { kind == .sign(sign) }

    func isWord(_ word: String) -> Bool { kind == .word(word) }
}

/// The words that T-SQL reserves: no alias, no bare name.
enum ReservedWords {
    static let all = Set(
        """
        ADD ALL ALTER AND ANY AS ASC AUTHORIZATION BACKUP BEGIN BETWEEN BREAK BROWSE BULK BY CASCADE CASE CHECK CHECKPOINT CLOSE \
        CLUSTERED COALESCE \
        COLLATE COLUMN COMMIT COMPUTE CONSTRAINT CONTAINS CONTAINSTABLE CONTINUE CONVERT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME \
        CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DBCC DEALLOCATE DECLARE DEFAULT DELETE DENY DESC DISTINCT DISTRIBUTED DOUBLE \
        DROP ELSE END \
        ERRLVL ESCAPE EXCEPT EXEC EXECUTE EXISTS EXIT EXTERNAL FETCH FILE FILLFACTOR FOR FOREIGN FREETEXT FREETEXTTABLE FROM FULL \
        FUNCTION GOTO GRANT \
        GROUP HAVING HOLDLOCK IDENTITY IDENTITY_INSERT IDENTITYCOL IF IN INDEX INNER INSERT INTERSECT INTO IS JOIN KEY KILL LEFT LIKE \
        LINENO MERGE \
        NATIONAL NOCHECK NONCLUSTERED NOT NULL NULLIF OF OFF OFFSETS ON OPEN OPENDATASOURCE OPENQUERY OPENROWSET OPENXML OPTION OR \
        ORDER OUTER OVER \
        PERCENT PIVOT PLAN PRIMARY PRINT PROC PROCEDURE PUBLIC RAISERROR READ READTEXT RECONFIGURE REFERENCES REPLICATION RESTORE \
        RESTRICT RETURN \
        REVERT REVOKE RIGHT ROLLBACK ROWCOUNT ROWGUIDCOL RULE SAVE SCHEMA SELECT SESSION_USER SET SETUSER SHUTDOWN SOME STATISTICS \
        SYSTEM_USER TABLE \
        TABLESAMPLE TEXTSIZE THEN TO TOP TRAN TRANSACTION TRIGGER TRUNCATE TRY_CONVERT TSEQUAL UNION UNIQUE UNPIVOT UPDATE UPDATETEXT \
        USE USER VALUES \
        VARYING VIEW WAITFOR WHEN WHERE WHILE WITH WRITETEXT
        """.split(separator: " ").map(String.init))
}
