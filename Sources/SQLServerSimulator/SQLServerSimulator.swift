// SQL Servers that are not there, for demos, tests and load: enough of TDS 7.0 to 7.4 and of T-SQL that clients which nobody here wrote
// connect, ask what monitoring asks, and read values that move like a living server's.
//
// - `Simulator` starts them: as many processes as descriptors need, one event loop in each (`Control/` reaches into all of them).
// - `Server/` is the wire: sockets that follow an instance's state, TLS inside TDS, one `SessionHandler` per connection.
//   It knows T-SQL only as text.
// - `Instance/` is one simulated server and its sessions, `Language/` runs their batches, `Views/` are the system views. None of them
//   does input or output, and none of them waits: an idle instance costs its memory and a socket.
//
// What is on the wire is written and read by the target TDS alone.
