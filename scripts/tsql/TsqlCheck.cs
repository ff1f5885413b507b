// Parses T-SQL files with Microsoft's own parser, batch by batch. Usage: tsqlcheck FILE...
// Each file must be accepted by the parser of SQL Server 2016 (130) and by that of 2019 (150). Prints FILE:LINE:COLUMN: parser N: message.
using System;
using System.Collections.Generic;
using System.IO;
using Microsoft.SqlServer.TransactSql.ScriptDom;

class TsqlCheck
{
    static int Main(string[] files)
    {
        int errorCount = 0;
        foreach (var file in files)
        {
            var parsers = new Dictionary<int, TSqlParser> { { 130, new TSql130Parser(true) }, { 150, new TSql150Parser(true) } };
            int batchCount = 0;
            foreach (var parser in parsers)
            {
                IList<ParseError> errors;
                using (var reader = new StreamReader(file))
                {
                    var script = parser.Value.Parse(reader, out errors) as TSqlScript;
                    if (script != null) batchCount = script.Batches.Count;
                }
                foreach (var error in errors)
                {
                    errorCount += 1;
                    Console.WriteLine(file + ":" + error.Line + ":" + error.Column + ": parser " + parser.Key + ": error " + error.Number + " " + error.Message);
                }
            }
            if (batchCount == 0) { errorCount += 1; Console.WriteLine(file + ":1:1: no statement was found"); }
        }
        return errorCount == 0 ? 0 : 1;
    }
}
