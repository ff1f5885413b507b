import TDS
import Testing

@testable import SQLServerSimulator

/// What expressions give, as SQL Server gives it.
struct ExpressionTests {
    @Test(arguments: [
        ("SELECT 7/2", "3"), ("SELECT 7%3", "1"), ("SELECT 7/2.0", "3.500000"), ("SELECT 1+2*3", "7"), ("SELECT -(-3)", "3"),
        ("SELECT 'a'+'b'", "ab"), ("SELECT '5'+3", "8"), ("SELECT 1.5*2", "3.0"), ("SELECT 1.10+2.205", "3.305"),
        ("SELECT 10.0/3", "3.333333"),
        ("SELECT 100 * 1.0 / 3", "33.333333"), ("SELECT CAST(7 AS float)/2", "3.5"), ("SELECT 5 & 3, 5 | 3, 5 ^ 3, ~5", "1|7|6|-6"),
        ("SELECT CASE WHEN 1=1 THEN 'y' ELSE 'n' END", "y"), ("SELECT CASE 3 WHEN 1 THEN 'a' WHEN 3 THEN 'c' END", "c"),
        ("SELECT NULL", "NULL"), ("SELECT ISNULL(NULL, 5)", "5"), ("SELECT COALESCE(NULL, NULL, 'x')", "x"), ("SELECT NULLIF(1,1)", "NULL"),
        ("SELECT IIF(1>2,'a','b')", "b"), ("SELECT CAST('12' AS int)", "12"), ("SELECT CONVERT(varchar(10), 123)", "123"),
        ("SELECT TRY_CAST('x' AS int)", "NULL"), ("SELECT TRY_CONVERT(int, '7')", "7"), ("SELECT CAST(1.567 AS decimal(10,2))", "1.57"),
        ("SELECT CAST(3.99 AS int)", "3"), ("SELECT LEN('abc  ')", "3"), ("SELECT DATALENGTH(N'abc')", "6"),
        ("SELECT LEFT('hello',2)", "he"),
        ("SELECT RIGHT('hello',2)", "lo"), ("SELECT SUBSTRING('hello',2,3)", "ell"), ("SELECT REPLACE('aXbx','x','-')", "a-b-"),
        ("SELECT UPPER('abc'), LOWER('ABC')", "ABC|abc"), ("SELECT CHARINDEX('l','hello')", "3"), ("SELECT CONCAT('a',NULL,1)", "a1"),
        ("SELECT ABS(-5), ABS(-1.5)", "5|1.5"), ("SELECT ROUND(2.567,1)", "2.600"), ("SELECT FLOOR(2.7), CEILING(2.1)", "2|3"),
        ("SELECT DATEDIFF(day,'2026-01-01','2026-02-01')", "31"), ("SELECT DATEADD(month,1,'2026-01-31')", "2026-02-28 00:00:00.000"),
        ("SELECT DATEPART(year, CAST('2026-03-04' AS date))", "2026"),
        ("SELECT CONVERT(varchar(30), CAST('2026-11-21 04:05:06' AS datetime), 120)", "2026-11-21 04:05:06"),
        ("SELECT CONVERT(varchar(30), CAST('2026-11-21 04:05:06' AS datetime))", "Nov 21 2026  4:05AM"),
        ("SELECT 2147483648", "2147483648"),
        ("SELECT STUFF('abcdef',2,3,'X')", "aXef"), ("SELECT QUOTENAME('a]b')", "[a]]b]"), ("SELECT REPLICATE('ab',3)", "ababab"),
        ("SELECT CAST(0x0A AS int)", "10"), ("SELECT CONVERT(varchar(10), 0x0AFF, 1)", "0x0AFF"), ("SELECT CAST(1 AS bit)", "1"),
        ("SELECT CAST(1234.5678 AS money)", "1234.57"), ("SELECT CONVERT(varchar(20), CAST(1234567.891 AS money), 1)", "1,234,567.89"),
        ("SELECT CAST(1e10 AS varchar(30))", "1e+010"), ("SELECT FORMAT(1234567.891,'N2')", "1,234,567.89"),
        ("SELECT {fn UCASE('x')}", "!195"),
        ("SELECT 'it''s'", "it's"), ("SELECT [a b] = 1", "1"), ("SELECT DB_NAME(), DB_ID()", "master|1"), ("SELECT @@TRANCOUNT", "0"),
        ("SELECT STRING_AGG(name, ',') WITHIN GROUP (ORDER BY database_id) FROM sys.databases WHERE database_id <= 2", "master,tempdb"),
        ("SELECT 'a' WHERE 'ABC' LIKE 'a%c' AND 'x_y' LIKE 'x[_]y' AND 'b7' NOT LIKE '[^a-c]%'", "a"),
        ("SELECT 1 WHERE 5 BETWEEN 1 AND 10 AND 3 IN (1,2,3) AND 4 NOT IN (1,2) AND NULL IS NULL", "1"),
        ("SELECT 1 WHERE 'B ' IN ('a', 'b') AND N'É' IN (N'x', N'é') AND 7 IN (8, 7)", "1"),
        ("SELECT CASE WHEN 7 IN (1, NULL) THEN 'in' WHEN NOT (7 IN (1, NULL)) THEN 'not in' ELSE 'unknown' END", "unknown"),
        ("SELECT CASE WHEN NULL IN ('a') THEN 'in' WHEN 'a' NOT IN ('b', 'c') THEN 'not in' END", "not in"),
        ("SELECT 1 WHERE 'xHELLOx' LIKE '%hello%' AND 'hell' NOT LIKE '%hello%' AND N'CAFÉ au lait' LIKE N'%é AU%'", "1"),
        ("SELECT 1 WHERE 9 IN (1, 2, 3, 4, 5, 6, 7, 8, 9) AND 0 NOT IN (1, 2, 3, 4, 5, 6, 7, 8, 9) AND 0 NOT IN (1, 2)", "1"),
        ("SELECT 1 WHERE 'E ' IN ('a', 'b', 'c', 'd', 'e', 'f', 'g') AND 'h' NOT IN ('a', 'b', 'c', 'd', 'e', 'f', 'g')", "1"),
        ("SELECT CHARINDEX(':', 'a:b:c'), CHARINDEX(':', 'a:b:c', 3), CHARINDEX(':', 'a:b', 9), CHARINDEX(N':', N'é:')", "2|4|0|2"),
        ("SELECT COUNT(*), COUNT(DISTINCT t) FROM (VALUES (N'k'), (N'K '), (N'\u{212A}'), (N'l')) AS v (t)", "4|2"),
        ("SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM (VALUES (N'É', 1), (N'é ', 1), (N'é', 2)) AS v (t, i) GROUP BY t, i) AS g", "2"),
        ("SELECT COUNT(*) FROM (SELECT t FROM (VALUES (N'k'), (N'K '), (N'\u{212A}'), (NULL), (NULL)) AS v (t) GROUP BY t) AS g", "2"),
        ("SELECT COUNT(*) FROM (SELECT DISTINCT t FROM (VALUES (N';'), (NCHAR(894))) AS v (t)) AS d", "1"),
        ("SELECT COUNT(*) FROM (VALUES ('A')) AS a (t) JOIN (VALUES ('a '), ('a'), ('b')) AS b (t) ON b.t = a.t", "2"),
        ("SELECT TOP (1) 2 / (2 - database_id) FROM sys.databases ORDER BY database_id", "2"),
        ("SELECT 1 WHERE NULL = NULL", ""), ("SELECT 1 WHERE NOT (NULL = 1)", ""), ("SELECT 1 WHERE 'abc ' = 'ABC'", "1"),
    ])
    func gives(_ batch: String, _ expected: String) { #expect(Harness().text(batch) == expected) }

    @Test(
        arguments: [
            ("SELECT 1/0", 8134, 16, "Divide by zero error encountered."),
            ("SELECT CAST('abc' AS int)", 245, 16, "Conversion failed when converting the varchar value 'abc' to data type int."),
            ("SELECT * FROM nowhere", 208, 16, "Invalid object name 'nowhere'."),
            ("SELECT * FROM sys.nowhere", 208, 16, "Invalid object name 'sys.nowhere'."),
            ("SELECT nothing FROM sys.databases", 207, 16, "Invalid column name 'nothing'."),
            ("SELECT x.name FROM sys.databases", 4104, 16, "The multi-part identifier \"x.name\" could not be bound."),
            ("SELECT name FROM sys.databases a, sys.databases b", 209, 16, "Ambiguous column name 'name'."),
            ("SELEC 1", 2812, 16, "Could not find stored procedure 'SELEC'."),
            ("SELECT FROM x", 156, 15, "Incorrect syntax near the keyword 'FROM'."),
            ("SELECT 1 +", 102, 15, "Incorrect syntax near '+'."),
            ("SELECT 'abc", 105, 15, "Unclosed quotation mark after the character string 'abc'."),
            ("SELECT 1 /* x", 113, 15, "Missing end comment mark '*/'."),
            ("SELECT @x", 137, 15, "Must declare the scalar variable \"@x\"."),
            ("USE nosuchdb", 911, 16, "Database 'nosuchdb' does not exist. Make sure that the name is entered correctly."),
            ("EXEC nosuchproc", 2812, 16, "Could not find stored procedure 'nosuchproc'."),
            ("SELECT NOSUCH(1)", 195, 15, "'NOSUCH' is not a recognized built-in function name."),
            ("SELECT LEN()", 174, 15, "The len function requires 1 argument(s)."),
            ("SELECT DATEADD(foo, 1, GETDATE())", 155, 15, "'foo' is not a recognized dateadd option."),
            (
                "SELECT name, COUNT(*) FROM sys.databases", 8120, 16,
                "Column 'databases.name' is invalid in the select list because it is not contained in either an aggregate function or the "
                    + "GROUP BY clause."
            ),
            ("SELECT 1 WHERE COUNT(*) > 1", 147, 15, nil),
            ("SELECT CAST('x' AS nosuchtype)", 243, 16, "Type nosuchtype is not a defined system type."),
            ("SELECT 1 UNION SELECT 1, 2", 205, 16, nil), ("SELECT (SELECT database_id FROM sys.databases)", 512, 16, nil),
            ("SELECT 2147483647 + 1", 8115, 16, "Arithmetic overflow error converting expression to data type int."),
            ("SELECT CAST('2026-13-01' AS datetime)", 241, 16, "Conversion failed when converting date and/or time from character string."),
            ("SELECT 1 WHERE 5", 4145, 15, nil), ("COMMIT", 3902, 16, nil), ("RAISERROR('boom %d', 16, 3, 7)", 50_000, 16, "boom 7"),
            ("THROW 50001, 'thrown', 2", 50_001, 16, "thrown"), ("SELECT * FROM sys.databases d ORDER BY 99", 108, 15, nil),
        ] as [(String, Int, Int, String?)])
    func refuses(_ batch: String, _ number: Int, _ severity: Int, _ text: String?) {
        let error = Harness().errors(batch).first
        #expect(error?.number == number)
        #expect(error?.severity == severity)
        if let text { #expect(error?.text == text) }
    }
}
