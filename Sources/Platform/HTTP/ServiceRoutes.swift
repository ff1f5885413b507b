import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Postgres
import Primitives

/// What the program says of itself: `/health`, `/ready`, `/metrics`, the OpenAPI document and its pages. Open to everybody.
struct ServiceRoutes: Sendable {
    /// Seconds for the database to answer `/ready`.
    static let readySecondsMax = 3.0

    let system: SystemDatabase
    let metrics: PrometheusPage
    let files: WebFiles?
    let logger: Logger

    func add(to router: Router<AppRequestContext>) {
        router.get("health", use: health)
        router.get("ready", use: ready)
        router.get("metrics", use: metricsPage)
        for prefix in ["api", "api/v1"] {
            router.get("\(prefix)/health", use: health)
            router.get("\(prefix)/openapi.json", use: openAPI)
            router.get("\(prefix)/docs", use: DocsPage.page)
            router.get("\(prefix)/docs/:file") { request, context in try await DocsPage.file(context, files) }
        }
    }

    @Sendable func health(request: Request, context: AppRequestContext) async throws -> Response {
        json(bytes: Array(#"{"status":"healthy"}"#.utf8))
    }

    /// GET /ready: 503 with the reason while the database does not answer.
    @Sendable func ready(request: Request, context: AppRequestContext) async throws -> Response {
        do {
            try await system.read { session in
                session.connection.statementDeadlineSeconds = Self.readySecondsMax
                _ = try session.rows("SELECT 1 FROM platform.tenants LIMIT 1")
            }
        } catch {
            logger.warning("Not ready", metadata: ["error": .string("\(error)")])
            throw AppError(.unavailable, "The system database does not answer", retryAfterSeconds: 2)
        }
        return json(bytes: Array(#"{"status":"ready"}"#.utf8))
    }

    @Sendable func metricsPage(request: Request, context: AppRequestContext) async throws -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: metrics.text())))
    }

    /// GET /api/openapi.json: as it was made from api/openapi.yaml.
    @Sendable func openAPI(request: Request, context: AppRequestContext) async throws -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-cache"],
            body: .init(byteBuffer: Self.document))
    }

    private static let document = ByteBuffer(string: OpenAPIDocument.json)
}

/// The API for reading: Swagger UI 5 from files of ours, with nothing inline that our policy would have to allow.
enum DocsPage {
    /// Swagger UI sets styles from its script, and draws with pictures in its style sheet.
    private static let policy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    private static let html = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>DbTools API</title><meta name="viewport" content="width=device-width">
        <link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
        <body><div id="swagger-ui"></div><noscript>The document is at <a href="/api/openapi.json">/api/openapi.json</a>.</noscript>
        <script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body>
        </html>

        """
    private static let start = """
        if (window.SwaggerUIBundle) {
          window.SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null });
        } else {
          document.getElementById("swagger-ui").innerHTML = 'The document is at <a href="/api/openapi.json">/api/openapi.json</a>.';
        }

        """
    private static let names: Set<String> = ["swagger-ui.css", "swagger-ui-bundle.js"]

    static func page(request: Request, context: AppRequestContext) async throws -> Response { reply(html, "html") }

    /// A file of Swagger UI, from `swagger/` in the web folder. Throws `.notFound`.
    static func file(_ context: AppRequestContext, _ files: WebFiles?) async throws -> Response {
        let name = context.parameters.get("file") ?? ""
        if name == "start.js" { return reply(start, "js") }
        guard names.contains(name), let bytes = try await files?.contents("swagger/\(name)") else { throw AppError.notFound("This file") }
        let kind = name.hasSuffix(".css") ? "css" : "js"
        return Response(
            status: .ok,
            headers: [.contentType: WebFiles.mediaType(kind), .contentSecurityPolicy: policy, .cacheControl: "public, max-age=3600"],
            body: .init(byteBuffer: bytes))
    }

    private static func reply(_ text: String, _ kind: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: WebFiles.mediaType(kind), .contentSecurityPolicy: policy, .cacheControl: "no-cache"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
