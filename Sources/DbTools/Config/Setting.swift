/// A setting: one name in the configuration file, one environment variable, one option.
struct Setting: Sendable {
    enum Kind { case text, number, flag, list }

    /// The key in the configuration file.
    let key: String
    /// The environment variable.
    let variable: String
    /// The option of `serve` and `demo`; nil where there is none, as for secrets, which would show in the list of processes.
    let option: String?
    let kind: Kind

    private init(_ key: String, _ variable: String, option: String? = nil, _ kind: Kind = .text) {
        self.key = key
        self.variable = variable
        self.option = option
        self.kind = kind
    }

    static let dataDirectory = Setting("dataDir", "DBTOOLS_DATA_DIR", option: "--data-dir")
    static let host = Setting("host", "DBTOOLS_HOST", option: "--host")
    static let port = Setting("port", "DBTOOLS_PORT", option: "--port", .number)
    static let roles = Setting("roles", "DBTOOLS_ROLES", option: "--roles", .list)
    static let databaseURL = Setting("databaseUrl", "DATABASE_URL")
    static let postgresBinDirectory = Setting("postgresBinDir", "DBTOOLS_POSTGRES_BIN_DIR")
    static let adminEmail = Setting("adminEmail", "DBTOOLS_ADMIN_EMAIL")
    static let adminPassword = Setting("adminPassword", "DBTOOLS_ADMIN_PASSWORD")
    static let masterKey = Setting("masterKey", "DBTOOLS_MASTER_KEY")
    static let masterKeyFile = Setting("masterKeyFile", "DBTOOLS_MASTER_KEY_FILE")
    static let webDirectory = Setting("webDir", "DBTOOLS_WEB_DIR")
    static let tlsCertificate = Setting("tlsCert", "DBTOOLS_TLS_CERT", option: "--tls-cert")
    static let tlsKey = Setting("tlsKey", "DBTOOLS_TLS_KEY", option: "--tls-key")
    static let tlsSelfSigned = Setting("tlsSelfSigned", "DBTOOLS_TLS_SELF_SIGNED", option: "--tls-self-signed", .flag)
    static let trustedProxies = Setting("trustedProxies", "DBTOOLS_TRUSTED_PROXIES", option: "--trusted-proxy", .list)
    static let corsOrigins = Setting("corsOrigins", "DBTOOLS_CORS_ORIGINS", .list)
    static let allowedTargets = Setting("allowedTargets", "DBTOOLS_ALLOWED_TARGETS", .list)
    static let collectorParallelism = Setting("collectorParallelism", "DBTOOLS_COLLECTOR_PARALLELISM", .number)
    static let collectorCount = Setting("collectorCount", "DBTOOLS_COLLECTOR_COUNT", .number)
    static let databaseConnections = Setting("databaseConnections", "DBTOOLS_DATABASE_CONNECTIONS", .number)
    static let logLevel = Setting("logLevel", "DBTOOLS_LOG_LEVEL", option: "--log-level")
    static let logFormat = Setting("logFormat", "DBTOOLS_LOG_FORMAT", option: "--log-format")

    static let all = [
        dataDirectory, host, port, roles, databaseURL, postgresBinDirectory, adminEmail, adminPassword, masterKey, masterKeyFile,
        webDirectory,
        tlsCertificate, tlsKey, tlsSelfSigned, trustedProxies, corsOrigins, allowedTargets, collectorParallelism, collectorCount,
        databaseConnections,
        logLevel, logFormat,
    ]
}
