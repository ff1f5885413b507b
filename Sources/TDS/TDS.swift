// TDS, the protocol of SQL Server (MS-TDS, https://learn.microsoft.com/openspecs/windows_protocols/ms-tds), as a server speaks it:
// pure functions from bytes to messages and from results to bytes. It does no input or output and knows nothing of the simulator.
// Every length that a client states is checked before it is believed: hostile bytes give a `TDSError`, never a trap.
