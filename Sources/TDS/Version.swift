/// A version of the protocol. Its number is what LOGIN7 states (and LOGINACK, with the bytes the other way round).
package enum TDSVersion: UInt32, Comparable, Sendable, CaseIterable {
    case v7_0 = 0x7000_0000
    case v7_1 = 0x7100_0001
    case v7_2 = 0x7209_0002
    case v7_3A = 0x730A_0003
    case v7_3B = 0x730B_0003
    case v7_4 = 0x7400_0004

    /// The newest version that a client who asks for `requested` understands; nil for TDS 4.2, 5.0 and 8.0.
    package static func negotiated(_ requested: UInt32) -> TDSVersion? {
        guard requested >= v7_0.rawValue, requested < 0x8000_0000 else { return nil }
        // 0x71000000 is 7.1 as SQL Server 2000 without service packs writes it.
        if requested == 0x7100_0000 { return .v7_1 }
        return allCases.last { $0.rawValue <= requested }
    }

    package static func < (left: TDSVersion, right: TDSVersion) -> Bool { left.rawValue < right.rawValue }

    /// Row counts of eight bytes, (max) types, ALL_HEADERS, transaction descriptors.
    package var hasLargeValues: Bool { self >= .v7_2 }
    /// date, time, datetime2 and datetimeoffset.
    package var hasDateTypes: Bool { self >= .v7_3A }
    /// Rows with a bitmap of their NULLs.
    package var hasNullBitmapRows: Bool { self >= .v7_3B }
}
