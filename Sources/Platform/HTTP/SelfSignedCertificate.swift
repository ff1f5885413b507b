import Crypto
package import Foundation
import SwiftASN1
import X509

extension TLSMaterial {
    /// Days that a certificate made here is good.
    package static let selfSignedDays = 825

    /// A certificate that nobody vouches for, for installations without one: the connection is encrypted, and browsers ask before they
    /// trust it.
    ///
    /// - Parameter hosts: names and addresses it is for.
    /// - Throws: when the certificate cannot be made, which is a fault of the crypto library.
    package static func selfSigned(hosts: [String], now: Date = Date()) throws -> TLSMaterial {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName(hosts.first ?? "localhost") }
        let names: [GeneralName] = hosts.map { host in
            AddressBlock.bytes(of: host).map { .ipAddress(.init(contentBytes: $0[...])) } ?? .dnsName(host)
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
            notValidBefore: now.addingTimeInterval(-3600),
            notValidAfter: now.addingTimeInterval(Double(selfSignedDays) * 86_400), issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names)
            }, issuerPrivateKey: .init(key))
        return TLSMaterial(certificateChainPEM: try certificate.serializeAsPEM().pemString, privateKeyPEM: key.pemRepresentation)
    }
}
