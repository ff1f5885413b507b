import Foundation
import Platform

/// The certificate of our own service: given, or made once and kept in the data directory.
struct TLSFiles {
    /// A certificate of ours is made anew this long before it ends.
    private static let renewalDays = 30

    private let config: AppConfig
    private let directory: DataDirectory

    init(_ config: AppConfig, _ directory: DataDirectory) {
        self.config = config
        self.directory = directory
    }

    /// Nil without TLS. Throws ``Failure`` when a file cannot be read or written.
    func material() throws -> TLSMaterial? {
        if let certificate = config.tlsCertificateFile, let key = config.tlsKeyFile {
            return TLSMaterial(certificateChainPEM: try text(certificate), privateKeyPEM: try text(key))
        }
        guard config.tlsSelfSigned else { return nil }
        let (certificate, key) = (directory.tls + "/certificate.pem", directory.tls + "/key.pem")
        if let madeAt = try? FileManager.default.attributesOfItem(atPath: certificate)[.modificationDate] as? Date,  // missing: made below
            Date().timeIntervalSince(madeAt) < Double(TLSMaterial.selfSignedDays - Self.renewalDays) * 86_400, access(key, R_OK) == 0
        {
            return TLSMaterial(certificateChainPEM: try text(certificate), privateKeyPEM: try text(key))
        }
        var hosts = ["localhost", "127.0.0.1", "::1", ProcessInfo.processInfo.hostName]
        if !["0.0.0.0", "::"].contains(config.host), !hosts.contains(config.host) { hosts.insert(config.host, at: 0) }
        let material = try TLSMaterial.selfSigned(hosts: hosts)
        mkdir(directory.tls, 0o700)
        // The key first: a certificate without its key would not be used.
        try PrivateFile.write(Array(material.privateKeyPEM.utf8), to: key)
        try PrivateFile.write(Array(material.certificateChainPEM.utf8), to: certificate)
        return material
    }

    private func text(_ path: String) throws -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else { throw Failure.system("read", path) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
