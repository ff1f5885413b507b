/// How the HTTP edge is set up. Every value has a default that is safe on a machine of one's own.
package struct HTTPServerConfig: Sendable {
    package var host = "127.0.0.1"
    /// 0 takes any free port.
    package var port = 8080
    /// Encrypts the connection; nil is plain HTTP.
    package var tls: TLSMaterial?
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    package var trustedProxies: [AddressBlock] = []
    /// Other origins whose pages may call the API with a bearer token, such as `https://portal.example.com`. Off by default.
    package var corsOrigins: [String] = []
    /// The folder with the built web files; nil serves none.
    package var webDirectory: String?
    /// Requests that one tenant may make in a minute, and how many at once.
    package var tenantRequestsPerMinute = 300_000
    /// Requests that one address may make in a minute without signing in.
    package var anonymousRequestsPerMinute = 60_000
    /// Seconds for requests in flight to end when the process is told to stop.
    package var stopSecondsMax = 8
    /// Seconds from a request's head to the head of its answer; tests shorten it.
    package var requestSecondsMax = Double(HTTPLimits.requestSecondsMax)
    /// Seconds without a complete request head; tests shorten it.
    package var idleSecondsMax = Double(HTTPLimits.idleSecondsMax)
    /// Seconds without a client taking anything of the answer that waits for it; tests shorten it.
    package var stallSecondsMax = Double(HTTPLimits.stallSecondsMax)

    package init() {}
}

/// A certificate with its key, as PEM texts.
package struct TLSMaterial: Sendable {
    package var certificateChainPEM: String
    package var privateKeyPEM: String
    package init(certificateChainPEM: String, privateKeyPEM: String) {
        self.certificateChainPEM = certificateChainPEM
        self.privateKeyPEM = privateKeyPEM
    }
}
