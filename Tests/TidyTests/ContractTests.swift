import Foundation
import Testing

/// The routes in the code and the operations in api/openapi.yaml are the same set, as far as their text tells. That the running
/// router agrees too, and that its answers match, is proved by Tests/Contract.
@Suite struct ContractTests {
    /// `router.get("/servers/:serverId")`, with the variable part in OpenAPI's form. Paths are below /api/v1.
    static func routesInCode() throws -> Set<String> {
        let route = #/\.(get|put|post|patch|delete)\(\s*"([^"]*)"/#
        let parameter = #/:([A-Za-z]+)/#
        var routes: Set<String> = []
        for file in try SourceTree.swift() where file.path.hasSuffix("Routes.swift") {
            for match in file.lines.joined(separator: "\n").matches(of: route) {
                let path = match.2.replacing(parameter) { "{\($0.1)}" }
                routes.insert("\(match.1.uppercased()) \(path.hasPrefix("/") ? "" : "/")\(path)")
            }
        }
        return routes
    }

    static func operations() throws -> Set<String> {
        let operation = #/\("([A-Z]+)", "([^"]+)"\),/#
        let text = try SourceTree.text("Sources/Platform/HTTP/OpenAPIDocument.generated.swift")
        return Set(text.matches(of: operation).map { "\($0.1) \($0.2.hasPrefix("/api/v1") ? String($0.2.dropFirst(7)) : String($0.2))" })
    }

    @Test func everyRouteIsInTheContract() throws {
        let operations = try Self.operations()
        for route in try Self.routesInCode().sorted() where !operations.contains(route) {
            Issue.record("\(route) is not in api/openapi.yaml")
        }
    }

    @Test func everyOperationHasARoute() throws {
        let routes = try Self.routesInCode()
        for operation in try Self.operations().sorted() where !routes.contains(operation) {
            Issue.record("\(operation) is in api/openapi.yaml, and no *Routes.swift has it")
        }
    }
}
