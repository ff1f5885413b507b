import Glibc
import Testing

@testable import ODBC

@Suite struct SharedConvertersTests {
    /// Converts `bytes` in one call. Returns what came out, how many bytes were left, and errno (0 for success).
    private func convert(_ handle: iconv_t?, _ bytes: [UInt8], room: Int = 4_096) -> (out: [UInt8], left: Int, error: Int32) {
        var (input, output) = (bytes.map { CChar(bitPattern: $0) }, [CChar](repeating: 0, count: room))
        var (left, free) = (input.count, room)
        let result = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                var (from, to) = (source.baseAddress, target.baseAddress)
                return sharedConverterConvert(handle, &from, &left, &to, &free)
            }
        }
        let error = result < 0 ? errno : 0
        return (output.prefix(room - free).map { UInt8(bitPattern: $0) }, left, error)
    }

    @Test("Drivers find the program's own iconv, and connections share what it gives out")
    func shared() {
        // RTLD_DEFAULT: what a library that is loaded later is bound to.
        let found = dlsym(nil, "iconv_open")
        #expect(found != dlsym(UnsafeMutableRawPointer(bitPattern: -1), "iconv_open"))
        let first = sharedConverterOpen("UTF-16LE", "UTF-8")
        #expect(first == sharedConverterOpen("UTF-16LE", "UTF-8"))
        #expect(first != sharedConverterOpen("UTF-8", "UTF-16LE"))
        #expect((1...SharedConverters.handleMax).contains(Int(bitPattern: first)))
        #expect(sharedConverterClose(first) == 0)
        // What unixODBC opens twice for each connection in a program without a locale: 66 kB, were it not shared.
        let locale = sharedConverterOpen("UCS-2LE", "ANSI_X3.4-1968")
        #expect((1...SharedConverters.handleMax).contains(Int(bitPattern: locale)))
        #expect(convert(first, Array("à€😀".utf8)).out == Array("à€😀".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
    }

    @Test("What is incomplete, wrong or too long is said as the C library says it, and the next call knows nothing of it")
    func stateless() {
        let toWide = sharedConverterOpen("UTF-16LE", "UTF-8")
        let cut = convert(toWide, [0x61, 0xE2, 0x82])
        #expect(cut.out == [0x61, 0])
        #expect(cut.left == 2)
        #expect(cut.error == EINVAL)
        #expect(convert(toWide, [0x62]).out == [0x62, 0])
        let wrong = convert(toWide, [0x61, 0xFF, 0x62])
        #expect(wrong.out == [0x61, 0])
        #expect(wrong.error == EILSEQ)
        let full = convert(toWide, Array("abc".utf8), room: 4)
        #expect(full.out == [0x61, 0, 0x62, 0])
        #expect(full.left == 1)
        #expect(full.error == E2BIG)
        #expect(convert(toWide, Array("é".utf8)).out == [0xE9, 0])
        let toNarrow = sharedConverterOpen("CP1252", "UTF-8")
        #expect(convert(toNarrow, Array("€".utf8)).out == [0x80])
        #expect(convert(toNarrow, Array("中".utf8)).error == EILSEQ)
        #expect(sharedConverterConvert(toNarrow, nil, nil, nil, nil) == 0)
    }

    @Test("Encodings with a state of their own have converters of their own")
    func ownState() {
        for encoding in ["UTF-16", "ISO-2022-JP", "UTF-7", "EUC-JP"] {
            let handle = sharedConverterOpen("UTF-8", encoding)
            #expect(handle != iconv_t(bitPattern: -1))
            #expect(!(1...SharedConverters.handleMax).contains(Int(bitPattern: handle)))
            #expect(sharedConverterClose(handle) == 0)
        }
        #expect(sharedConverterOpen("UTF-8", "no such encoding") == iconv_t(bitPattern: -1))
        #expect(errno == EINVAL)
    }

    @Test("Many threads at once each get what they asked for")
    func manyThreads() async {
        let texts = (0..<64).map { "ünïcode \($0) " + String(repeating: "ж", count: $0 * 40) }
        let wrong = await withTaskGroup(of: Int.self) { group in
            for text in texts {
                group.addTask {
                    let handle = sharedConverterOpen("UTF-16LE", "UTF-8")
                    let wanted = Array(text.utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
                    return (0..<50).count { _ in convert(handle, Array(text.utf8), room: 16_384).out != wanted }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }
}
