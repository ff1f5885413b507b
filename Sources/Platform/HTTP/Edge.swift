import Crypto
package import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
import Postgres

/// The front page of the HTTP edge: what it needs, and the application that it makes of it.
package struct Edge: Sendable {
    package let tenants: TenantDatabases
    package let provisioning: TenantProvisioning
    package let signIn: SignIn
    package let users: UserDirectory
    package let events: EventHub
    package let requestMetrics: RequestMetrics
    let logger: Logger
    private let fingerprintKey: SymmetricKey

    /// - Parameters:
    ///   - masterKey: access tokens, CSRF tokens and fingerprints of repeated requests are signed with keys derived from it.
    ///   - passwordRounds: the cost of scrypt; lower only in tests.
    package init(tenants: TenantDatabases, masterKey: MasterKey, passwordRounds: Int = PasswordHasher.rounds, logger: Logger) {
        self.tenants = tenants
        self.logger = logger
        provisioning = TenantProvisioning(tenants)
        signIn = SignIn(system: tenants.system, masterKey: masterKey, hasher: PasswordHasher(rounds: passwordRounds), logger: logger)
        users = UserDirectory(system: tenants.system, hasher: signIn.hasher, callers: signIn.callers)
        events = EventHub(tenants, logger: logger)
        requestMetrics = RequestMetrics()
        fingerprintKey = masterKey.derived(for: "idempotency")
    }

    /// The whole HTTP application, a service: what the edge serves by itself, and below `/api/v1` and its alias `/api` what `mount` adds.
    ///
    /// - Parameters:
    ///   - gauges: what `/metrics` shows besides requests and the process.
    ///   - fleet: how many servers a tenant has and how well they are, for `/tenants`.
    ///   - onRunning: called with the port once the server accepts connections.
    ///   - mount: adds a part's routes to a group; called once for each of the two.
    ///
    /// On graceful shutdown requests in flight end and streams are ended; whoever runs it sets `maximumGracefulShutdownDuration` to
    /// `config.stopSecondsMax`.
    /// - Throws: when the certificate or its key cannot be read.
    package func makeApplication(
        _ config: HTTPServerConfig, gauges: [PrometheusPage.Gauge] = [], fleet: (@Sendable (Tenant) async throws -> FleetRollUp)? = nil,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }, mount: (RouterGroup<AppRequestContext>) -> Void
    ) async throws -> Application<RouterResponder<AppRequestContext>> {
        await signIn.accessTokens.prepare()
        let summaries = TenantSummaries(tenants: tenants, fleet: fleet)
        let router = makeRouter(config, gauges: gauges, summaries, mount: mount)
        return Application(
            router: router, server: try server(config),
            configuration: .init(
                address: .hostname(config.host, port: config.port), backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(HTTPLimits.connectionsMax)),
            services: [
                events, ExpiryService(tenants: tenants, logger: logger), HalfMadeSweepService(provisioning: provisioning, logger: logger),
                TenantSummaryService(summaries: summaries, hub: events, logger: logger),
            ],
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? config.port) }, logger: logger)
    }

    // MARK: Assembly

    private func makeRouter(
        _ config: HTTPServerConfig, gauges: [PrometheusPage.Gauge], _ summaries: TenantSummaries,
        mount: (RouterGroup<AppRequestContext>) -> Void
    ) -> Router<AppRequestContext> {
        let router = Router(context: AppRequestContext.self, options: .autoGenerateHeadEndpoints)
        let files = config.webDirectory.map { WebFiles(directory: $0) }
        let origins = Set(config.corsOrigins)
        let methods = MethodTable()
        router.add(
            middleware: EdgeMiddleware(
                proxies: ProxyTrust(blocks: config.trustedProxies), cors: CORSPolicy(origins: origins), metrics: requestMetrics,
                methods: methods, isTLS: config.tls != nil))
        router.add(middleware: GzipMiddleware())
        if let files { router.add(middleware: WebFilesMiddleware(files: files)) }
        ServiceRoutes(
            system: tenants.system, metrics: PrometheusPage(requests: requestMetrics, gauges: gauges + ownGauges()), files: files,
            logger: logger
        ).add(to: router)
        let tenantLimiter = RateLimiter(perMinute: config.tenantRequestsPerMinute)
        let anonymousLimiter = RateLimiter(perMinute: config.anonymousRequestsPerMinute)
        for prefix in ["api/v1", "api"] {
            let group = router.group(RouterPath(prefix))
                .add(
                    middleware: CallerMiddleware(
                        signIn: signIn, tenants: tenants, tenantLimiter: tenantLimiter, anonymousLimiter: anonymousLimiter,
                        corsOrigins: origins)
                )
                .add(middleware: IdempotencyMiddleware(system: tenants.system, fingerprintKey: fingerprintKey))
            addOwnRoutes(to: group, summaries)
            mount(group)
        }
        methods.complete(router)
        return router
    }

    private func addOwnRoutes(to group: RouterGroup<AppRequestContext>, _ summaries: TenantSummaries) {
        AuthRoutes(signIn: signIn, system: tenants.system).add(to: group)
        TenantRoutes(tenants: tenants, provisioning: provisioning, summaries: summaries, callers: signIn.callers).add(to: group)
        UserRoutes(users: TenantUsers(directory: users, tenants: tenants)).add(to: group)
        APIKeyRoutes(keys: TenantAPIKeys(tenants: tenants, callers: signIn.callers)).add(to: group)
        AdminRoutes(admins: Administrators(directory: users)).add(to: group)
        SettingsRoutes(tenants: tenants).add(to: group)
        ActivityRoutes(tenants: tenants).add(to: group)
        EventRoutes(hub: events, tenants: tenants, callers: signIn.callers).add(to: group)
        OperationRoutes(tenants: tenants).add(to: group)
    }

    private func ownGauges() -> [PrometheusPage.Gauge] {
        let pool = tenants.system.pool
        let events = events
        return [
            .init("dbtools_postgres_connections_open", help: "Connections to PostgreSQL.") { Double(pool.statistics.openConnections) },
            .init("dbtools_postgres_connections_idle", help: "Connections to PostgreSQL that nobody uses.") {
                Double(pool.statistics.idleConnections)
            },
            .init("dbtools_postgres_jobs_waiting", help: "Work that waits for a connection.") { Double(pool.statistics.waitingJobs) },
            .init("dbtools_event_streams", help: "Open event streams.") { Double(events.streamCount) },
        ]
    }

    private func server(_ config: HTTPServerConfig) throws -> HTTPServerBuilder {
        let settings = ConnectionGuard.Settings(
            requestSecondsMax: config.requestSecondsMax, bodyBytesMax: HTTPLimits.bodyBytesMax,
            lingerSecondsMax: Double(HTTPLimits.lingerSecondsMax), stallSecondsMax: config.stallSecondsMax,
            metrics: requestMetrics, logger: logger)
        let connection = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(settings)], idleTimeout: .milliseconds(Int64(config.idleSecondsMax * 1000)),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: HTTPLimits.headerFieldBytesMax, maxHeaderListSize: HTTPLimits.headerListBytesMax,
                maxHeaderFieldCount: HTTPLimits.headerCountMax))
        let http1 = HTTPServerBuilder { HandledOnce(base: HTTP1Channel(responder: $0, configuration: connection)) }
        guard let tls = config.tls else { return http1 }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(tls.certificateChainPEM.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(tls.privateKeyPEM.utf8), format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        return try .tls(http1, tlsConfiguration: configuration)
    }
}
