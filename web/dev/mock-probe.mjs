// The connection test: the name of the host says what goes wrong (refused, timeout, tls, old, grant), the password "wrong" is wrong.
export function probe(b) {
  const base = {
    engine: b.engine ?? "sqlserver",
    version: null,
    productVersion: null,
    edition: null,
    encrypted: null,
    permissions: [],
    latencyMs: null,
  };
  const fail = (errorCode, message, latencyMs = 12) => ({ success: false, message, errorCode, ...base, latencyMs });
  if (/refused|osl/.test(b.hostname)) {
    return fail("UNREACHABLE", `Nothing listens on port ${b.port} of ${b.hostname}: the connection was refused.`, 2);
  }
  if (/timeout|hole/.test(b.hostname)) {
    return fail("TIMEOUT", `${b.hostname} did not answer within 10 s. A firewall may drop the packets.`, 10000);
  }
  if (/tls/.test(b.hostname)) return fail("TLS_FAILED", "The certificate of the server is not trusted: it is signed by itself.");
  if (/old/.test(b.hostname)) {
    return fail("UNSUPPORTED_VERSION", "SQL Server 2014 (12.0.6024) is older than 2016, which is the oldest that DbTools monitors.");
  }
  if (b.password === "wrong") return fail("AUTH_FAILED", `Login failed for user '${b.username}' (18456).`);
  const who = b.username ?? "dbtools_monitor", missing = /043|grant/.test(b.hostname);
  const permissions = {
    sqlserver: [
      ["VIEW SERVER STATE", "CPU, memory, waits, sessions", `GRANT VIEW SERVER STATE TO [${who}];`],
      ["VIEW ANY DATABASE", "List of databases and their sizes", `GRANT VIEW ANY DATABASE TO [${who}];`],
      ["CONNECT ANY DATABASE", "File use and index health", `GRANT CONNECT ANY DATABASE TO [${who}];`],
      ["VIEW ANY DEFINITION", "Object names in blocking and index reports", `GRANT VIEW ANY DEFINITION TO [${who}];`],
    ],
    postgresql: [["pg_monitor", "Statistics of all sessions", `GRANT pg_monitor TO "${who}";`]],
    mysql: [["PROCESS", "Threads of all users", `GRANT PROCESS ON *.* TO '${who}';`], [
      "REPLICATION CLIENT",
      "Replication state",
      `GRANT REPLICATION CLIENT ON *.* TO '${who}';`,
    ]],
  }[base.engine].map(([name, neededFor, grantStatement], i) => {
    const granted = !(missing && i === 0);
    return { name, granted, neededFor, grantStatement: granted ? null : grantStatement };
  });
  const v = {
    sqlserver: ["SQL Server 2022", "16.0.4175.1", "Enterprise Edition (64-bit)"],
    postgresql: ["PostgreSQL 16.8", "16.8", "Community"],
    mysql: ["MariaDB 10.11", "10.11.6", "MariaDB"],
  }[base.engine];
  return {
    success: true,
    message: missing ? "Connected, but 1 permission is missing." : "Connected.",
    errorCode: null,
    ...base,
    version: v[0],
    productVersion: v[1],
    edition: v[2],
    latencyMs: 4.2,
    encrypted: b.encrypt !== false,
    grantScript: missing ? permissions.map((p) => p.grantStatement).filter(Boolean).join("\n") + "\n" : null,
    duplicateOf: null,
    mayDeploy: who === "sa" || /admin|owner/.test(who),
    permissions,
  };
}
