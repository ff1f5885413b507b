import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

/// The certificate that all instances show: made at start, signed by itself, for localhost and 127.0.0.1.
struct SimulatorCertificate: Codable, Sendable {
    private static let validitySeconds = 365.0 * 86_400
    /// Clocks differ; the certificate is valid from a day ago.
    private static let leewaySeconds = 86_400.0

    let certificatePEM: String
    let privateKeyPEM: String

    init(now: Date = Date()) throws {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName {
            CommonName("localhost")
            OrganizationName("DbTools simulator")
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: now.addingTimeInterval(-Self.leewaySeconds), notValidAfter: now.addingTimeInterval(Self.validitySeconds),
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                // Its own authority: a client may name it as the one to trust.
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([
                    .dnsName("localhost"), .ipAddress(.init(contentBytes: [127, 0, 0, 1])),
                    .ipAddress(.init(contentBytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
                ])
            },
            issuerPrivateKey: Certificate.PrivateKey(key))
        certificatePEM = try certificate.serializeAsPEM().pemString
        privateKeyPEM = key.pemRepresentation
    }

    /// TLS 1.2 at most: TDS 7 carries the handshake in packets of its own, which 1.3's later messages do not fit (MS-TDS 2.2.6.5).
    func context() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8)).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(bytes: Array(privateKeyPEM.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.maximumTLSVersion = .tlsv12
        return try NIOSSLContext(configuration: configuration)
    }
}
