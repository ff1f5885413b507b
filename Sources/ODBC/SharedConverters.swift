package import Glibc
import Synchronization

/// Lets all connections share a few of the C library's character converters.
///
/// FreeTDS and unixODBC open six converters for each connection, and glibc gives each of them a buffer of 32 kB: of the 250 kB that an
/// open connection took, 190 were these (heaptrack, 300 connections with TLS). A converter between the encodings below remembers nothing
/// from one call to the next, since an incomplete character stays in the input (POSIX, iconv()). So this program has its own `iconv_open`,
/// which drivers find before the C library's: for such a pair it gives out the pair's number, and `iconv` takes a real converter for the
/// time of the call.
enum SharedConverters {
    /// Encodings without shift states and byte order marks, as FreeTDS and unixODBC call them. The last is what unixODBC takes, twice for
    /// each connection, in a program that has not called `setlocale`.
    static let encodings: Set<String> = ["UTF-8", "UTF-16LE", "UCS-2LE", "ISO-8859-1", "ISO8859-1", "CP1252", "ASCII", "ANSI_X3.4-1968"]
    /// Handles below this are pairs' numbers, from 1: no allocator gives out the first page.
    static let handleMax = 64

    private struct Pair {
        let to: String
        let from: String
        var idle: [Converter] = []
    }

    /// Safe because a converter is either in the list of idle ones, which a lock guards, or with the one call that took it.
    private struct Converter: @unchecked Sendable { let handle: iconv_t }

    private static let pairs = Mutex<[Pair]>([])

    fileprivate typealias Open = @convention(c) (UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> iconv_t?
    fileprivate typealias Convert =
        @convention(c) (
            iconv_t?, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, UnsafeMutablePointer<Int>?,
            UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, UnsafeMutablePointer<Int>?
        ) -> Int
    fileprivate typealias Close = @convention(c) (iconv_t?) -> Int32

    // The C library's functions. Safe because POSIX gives them exactly these signatures.
    fileprivate static let open: Open? = original("iconv_open").map { unsafeBitCast($0, to: Open.self) }
    fileprivate static let convert: Convert? = original("iconv").map { unsafeBitCast($0, to: Convert.self) }
    fileprivate static let close: Close? = original("iconv_close").map { unsafeBitCast($0, to: Close.self) }

    /// `RTLD_NEXT` is a macro, which Swift does not import.
    private static func original(_ name: String) -> UnsafeMutableRawPointer? { dlsym(UnsafeMutableRawPointer(bitPattern: -1), name) }

    /// The number of a pair that is shared; nil for any other, and for one that the C library does not have.
    fileprivate static func number(to: String, from: String) -> Int? {
        guard encodings.contains(to.uppercased()), encodings.contains(from.uppercased()) else { return nil }
        return pairs.withLock { pairs in
            if let index = pairs.firstIndex(where: { $0.to == to && $0.from == from }) { return index + 1 }
            guard pairs.count < handleMax, let first = make(to: to, from: from) else { return nil }
            pairs.append(Pair(to: to, from: from, idle: [first]))
            return pairs.count
        }
    }

    private static func make(to: String, from: String) -> Converter? {
        guard let handle = open?(to, from), handle != iconv_t(bitPattern: -1) else { return nil }
        return Converter(handle: handle)
    }

    /// Runs `body` with a converter of pair `number` that nobody else has meanwhile; nil when there is none to be had.
    fileprivate static func borrowing(_ number: Int, _ body: (iconv_t) -> Int) -> Int? {
        let taken: (converter: Converter?, to: String, from: String)? = pairs.withLock { pairs in
            guard pairs.indices.contains(number - 1) else { return nil }
            return (pairs[number - 1].idle.popLast(), pairs[number - 1].to, pairs[number - 1].from)
        }
        guard let taken, let converter = taken.converter ?? make(to: taken.to, from: taken.from) else { return nil }
        let result = body(converter.handle)
        pairs.withLock { $0[number - 1].idle.append(converter) }
        return result
    }
}

extension SharedConverters {
    /// The pair's number that a handle is; nil for the C library's own.
    fileprivate static func number(_ handle: iconv_t?) -> Int? {
        let bits = Int(bitPattern: handle)
        return (1...handleMax).contains(bits) ? bits : nil
    }
}

/// Stands before the C library's function of the same name; see `SharedConverters`. Not internal: such a symbol is not exported from a
/// release build.
@_cdecl("iconv_open")
package func sharedConverterOpen(_ to: UnsafePointer<CChar>?, _ from: UnsafePointer<CChar>?) -> iconv_t? {
    if let to, let from, let number = SharedConverters.number(to: String(cString: to), from: String(cString: from)) {
        return iconv_t(bitPattern: number)
    }
    guard let open = SharedConverters.open else {
        errno = EINVAL
        return iconv_t(bitPattern: -1)
    }
    return open(to, from)
}

/// Stands before the C library's function of the same name; see `SharedConverters`. Not internal: such a symbol is not exported from a
/// release build.
@_cdecl("iconv")
package func sharedConverterConvert(
    _ handle: iconv_t?, _ input: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ inputCount: UnsafeMutablePointer<Int>?,
    _ output: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ outputCount: UnsafeMutablePointer<Int>?
) -> Int {
    guard let convert = SharedConverters.convert else {
        errno = EBADF
        return -1
    }
    guard let number = SharedConverters.number(handle) else { return convert(handle, input, inputCount, output, outputCount) }
    // Without input one asks for the initial state, in which it is.
    guard let input, input.pointee != nil else { return 0 }
    let result = SharedConverters.borrowing(number) { converter in
        let result = convert(converter, input, inputCount, output, outputCount)
        if result < 0 {
            let reason = errno
            _ = convert(converter, nil, nil, nil, nil)
            errno = reason
        }
        return result
    }
    if let result { return result }
    errno = ENOMEM
    return -1
}

/// Stands before the C library's function of the same name; see `SharedConverters`. Not internal: such a symbol is not exported from a
/// release build.
@_cdecl("iconv_close")
package func sharedConverterClose(_ handle: iconv_t?) -> Int32 {
    if SharedConverters.number(handle) != nil { return 0 }
    guard let close = SharedConverters.close else {
        errno = EBADF
        return -1
    }
    return close(handle)
}
