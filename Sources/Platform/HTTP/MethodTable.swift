import HTTPTypes
import Hummingbird
import Synchronization

/// Makes every known address answer every method: OPTIONS says what it takes, the others are refused with 405 and `Allow`.
final class MethodTable: Sendable {
    private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect]

    private struct Known: Sendable {
        /// Nil is a parameter.
        let parts: [String?]
        let allow: String
    }
    private let known = Mutex<[Known]>([])

    /// To be called last, when all routes are there.
    func complete(_ router: Router<AppRequestContext>) {
        var taken: [String: (path: RouterPath, methods: Set<HTTPRequest.Method>)] = [:]
        for route in router.routes { taken[route.path.description, default: (route.path, [])].methods.insert(route.method) }
        for (path, known) in taken.values {
            let allowed = Self.methods.filter { known.contains($0) || $0 == .options || $0 == .head && known.contains(.get) }
            let allow = allowed.map(\.rawValue).joined(separator: ", ")
            if !known.contains(.options) {
                router.on(path, method: .options) { _, _ in Response(status: .noContent, headers: [.allow: allow]) }
            }
            for method in Self.methods where !allowed.contains(method) {
                router.on(path, method: method) { _, _ -> Response in throw MethodRefusal(allow: allow) }
            }
            let parts = path.map(\.description).map { $0.hasPrefix("{") ? nil : $0 }
            self.known.withLock { $0.append(Known(parts: parts, allow: allow)) }
        }
    }

    /// What the address takes, for a method that no route has ever heard of; nil for an unknown address, and for methods that routes do
    /// know.
    func allow(_ method: HTTPRequest.Method, at path: String) -> String? {
        guard !Self.methods.contains(method) else { return nil }
        let parts = path.split(separator: "/")
        let matches = known.withLock { known in
            known.filter {
                $0.parts.count == parts.count && zip($0.parts, parts).allSatisfy { $0.0 == nil || $0.0.map { $0[...] } == $0.1 }
            }
        }
        // A literal name goes before a parameter, as in the router.
        return matches.min { $0.parts.count(where: { $0 == nil }) < $1.parts.count(where: { $0 == nil }) }?.allow
    }
}
