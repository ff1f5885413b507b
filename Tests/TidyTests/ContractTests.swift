import Foundation
import Testing

/// The routes in the code and the operations in api/openapi.yaml are the same set, as far as their text tells. That the running
/// router agrees too, and that its answers match, is proved by Tests/Contract.
@Suite struct ContractTests {
    /// `group.get("servers/:serverId", use: read)`, and `.get(":slug", use: read)` in a chain that `group.group("tenants")` begins;
    /// the variable parts in OpenAPI's form. Paths are below /api/v1.
    static func routesInCode() throws -> Set<String> {
        let prefix = #/\.group\("([^"]+)"\)/#
        let route = #/\.(get|put|post|patch|delete)\((?:"([^"]*)"\s*,\s*)?use:/#
        let parameter = #/:([A-Za-z]+)/#
        var routes: Set<String> = []
        for file in try SourceTree.swift() where file.path.hasSuffix("Routes.swift") {
            var group = ""
            for line in file.lines {
                if let match = line.firstMatch(of: prefix) { group = String(match.1) }
                if line.hasPrefix("    }") { group = "" }
                for match in line.matches(of: route) {
                    // `\(prefix)/health` is mounted at /api and at /api/v1.
                    let parts = [group, String(match.2 ?? "")].flatMap { $0.split(separator: "/") }.filter { $0 != "\\(prefix)" }
                    let path = parts.map { "/" + $0.replacing(parameter) { "{\($0.1)}" } }.joined()
                    routes.insert("\(match.1.uppercased()) \(path)")
                }
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
