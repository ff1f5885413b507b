/*
Purpose:     takes the monitoring objects out of a database; run in one transaction, batch by batch. A schema that holds anything else stays.
Versions:    SQL Server 2016 and later.
Permissions: ALTER on the schema DbTools (who created it has it).
Cost:        a few milliseconds.
Result sets: none.
*/
DROP PROCEDURE IF EXISTS DbTools.CollectCore;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectIdentity;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectSystem;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectMemory;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectProcessMemory;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectCPU;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectSessions;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectFileIO;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectCounters;
GO
DROP PROCEDURE IF EXISTS DbTools.CollectWaits;
GO
DROP TABLE IF EXISTS DbTools.Settings;
GO
DROP TABLE IF EXISTS DbTools.SchemaVersion;
GO
DROP SCHEMA IF EXISTS DbTools;
GO
