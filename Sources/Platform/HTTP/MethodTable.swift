import HTTPTypes
import Hummingbird

/// Makes every known address answer every method: OPTIONS says what it takes, the others are refused with 405 and `Allow`.
enum MethodTable {
    private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect]

    /// To be called last, when all routes are there.
    static func complete(_ router: Router<AppRequestContext>) {
        var taken: [String: (path: RouterPath, methods: Set<HTTPRequest.Method>)] = [:]
        for route in router.routes { taken[route.path.description, default: (route.path, [])].methods.insert(route.method) }
        for (path, known) in taken.values {
            let allowed = methods.filter { known.contains($0) || $0 == .options || $0 == .head && known.contains(.get) }
            let allow = allowed.map(\.rawValue).joined(separator: ", ")
            if !known.contains(.options) {
                router.on(path, method: .options) { _, _ in Response(status: .noContent, headers: [.allow: allow]) }
            }
            for method in methods where !allowed.contains(method) {
                router.on(path, method: method) { _, _ -> Response in throw MethodRefusal(allow: allow) }
            }
        }
    }
}
