import Foundation
package import Glibc

/// Makes a driver connect to the address that was checked, while it still verifies the certificate for the name that was given.
///
/// FreeTDS and MariaDB's driver take a name and resolve it themselves: between our check and their look-up a name server could answer
/// differently (DNS
/// rebinding). So this program has its own `getaddrinfo`, which drivers find before the C library's: on a thread with a pin it answers
/// the pinned name with
/// the pinned address; everything else goes to the C library.
enum PinnedResolver {
    /// Runs `body`; look-ups of `name` on this thread answer with `address` meanwhile.
    static func pinning<T, Failure: Error>(_ name: String, to address: NetworkAddress, _ body: () throws(Failure) -> T) throws(Failure) -> T
    {
        let storage = Thread.current.threadDictionary
        storage[key] = Pin(name: name.lowercased(), address: address.description)
        defer { storage.removeObject(forKey: key) }
        return try body()
    }

    fileprivate final class Pin {
        let name: String
        let address: String

        init(name: String, address: String) {
            self.name = name
            self.address = address
        }
    }

    private static let key = "dbtools.pinned-name"

    /// What `name` is pinned to on this thread.
    fileprivate static func address(for name: String) -> String? {
        guard let pin = Thread.current.threadDictionary[key] as? Pin, pin.name == name.lowercased() else { return nil }
        return pin.address
    }

    fileprivate typealias Function =
        @convention(c) (
            UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<addrinfo>?, UnsafeMutablePointer<UnsafeMutablePointer<addrinfo>?>?
        ) -> Int32

    /// The C library's function. `RTLD_NEXT` is a macro, which Swift does not import.
    // Safe because POSIX gives `getaddrinfo` exactly this signature.
    fileprivate static let original: Function? = dlsym(UnsafeMutableRawPointer(bitPattern: -1), "getaddrinfo").map {
        unsafeBitCast($0, to: Function.self)
    }
}

/// Stands before the C library's function of the same name; see `PinnedResolver`. Not internal: such a symbol is not exported from a
/// release build.
@_cdecl("getaddrinfo")
package func pinnedGetAddressInfo(
    _ node: UnsafePointer<CChar>?, _ service: UnsafePointer<CChar>?, _ hints: UnsafePointer<addrinfo>?,
    _ result: UnsafeMutablePointer<UnsafeMutablePointer<addrinfo>?>?
) -> Int32 {
    guard let original = PinnedResolver.original else { return EAI_SYSTEM }
    guard let node, let address = PinnedResolver.address(for: String(cString: node)) else { return original(node, service, hints, result) }
    return original(address, service, hints, result)
}
