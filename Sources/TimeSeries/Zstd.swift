import CZstd

/// zstd, a frame at a time.
enum Zstd {
    /// Samples are mostly bits that Rice codes left: higher levels take longer and save next to nothing.
    static let level: Int32 = 3

    /// Safe because a context is used by one thread at a time: each compressor makes its own and does not hand it out.
    final class Compressor {
        private let context: OpaquePointer?
        init() { context = ZSTD_createCCtx() }
        deinit { ZSTD_freeCCtx(context) }

        /// Nil when the result would not be smaller.
        func compress(_ bytes: [UInt8]) -> [UInt8]? {
            guard let context, bytes.count > 32 else { return nil }
            var isSmaller = false
            let result = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
                let size = bytes.withUnsafeBytes { raw in
                    ZSTD_compressCCtx(context, buffer.baseAddress, bytes.count - 1, raw.baseAddress, raw.count, level)
                }
                isSmaller = ZSTD_isError(size) == 0
                count = isSmaller ? size : 0
            }
            return isSmaller ? result : nil
        }
    }

    /// Exactly `size` bytes come out, or it throws.
    static func decompress(_ bytes: ArraySlice<UInt8>, size: Int) throws(DamagedChunk) -> [UInt8] {
        var written = 0
        let result = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            written = bytes.withUnsafeBytes { raw in
                let count = ZSTD_decompress(buffer.baseAddress, size, raw.baseAddress, raw.count)
                return ZSTD_isError(count) == 0 ? count : 0
            }
            count = written
        }
        guard written == size else { throw DamagedChunk("a block that zstd cannot read") }
        return result
    }
}
