/// Numbers that look random and are always the same for the same question: how instances differ, and how they move.
enum Noise {
    /// SplitMix64's finalizer (https://prng.di.unimi.it/splitmix64.c).
    static func mix(_ seed: UInt64) -> UInt64 {
        var value = seed &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// 0 ..< 1.
    static func unit(_ seed: Int, _ salt: Int, _ moment: Int = 0) -> Double {
        let hash = mix(mix(mix(UInt64(bitPattern: Int64(seed))) ^ UInt64(bitPattern: Int64(salt))) ^ UInt64(bitPattern: Int64(moment)))
        return Double(hash >> 11) / 9_007_199_254_740_992
    }

    /// One of `range`.
    static func integer(_ range: ClosedRange<Int>, _ seed: Int, _ salt: Int, _ moment: Int = 0) -> Int {
        range.lowerBound + Int(unit(seed, salt, moment) * Double(range.count))
    }
}
