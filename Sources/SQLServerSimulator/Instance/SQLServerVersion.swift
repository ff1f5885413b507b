/// The versions that the simulator can be, each with a build that was really released.
package enum SQLServerVersion: String, CaseIterable, Comparable, Sendable {
    case v2014 = "2014"
    case v2016 = "2016"
    case v2017 = "2017"
    case v2019 = "2019"
    case v2022 = "2022"

    /// `13`, as in `13.0.6300.2`.
    package var major: Int {
        switch self {
        case .v2014: 12
        case .v2016: 13
        case .v2017: 14
        case .v2019: 15
        case .v2022: 16
        }
    }

    /// SERVERPROPERTY('ProductBuild').
    package var build: Int {
        switch self {
        case .v2014: 6024
        case .v2016: 6300
        case .v2017: 3456
        case .v2019: 4375
        case .v2022: 4135
        }
    }

    /// The fourth number of the product version.
    package var revision: Int {
        switch self {
        case .v2014: 0
        case .v2016: 2
        case .v2017: 2
        case .v2019: 4
        case .v2022: 4
        }
    }

    /// `15.0.4375.4`.
    package var productVersion: String { "\(major).0.\(build).\(revision)" }

    /// SERVERPROPERTY('ProductLevel').
    package var productLevel: String {
        switch self {
        case .v2014, .v2016: "SP3"
        case .v2017, .v2019, .v2022: "RTM"
        }
    }

    /// SERVERPROPERTY('ProductUpdateLevel'), nil where none was installed.
    package var updateLevel: String? {
        switch self {
        case .v2014, .v2016: nil
        case .v2017: "CU31"
        case .v2019: "CU28"
        case .v2022: "CU14"
        }
    }

    /// The compatibility level of databases made on this version.
    package var compatibilityLevel: Int { major * 10 }

    package static func < (left: SQLServerVersion, right: SQLServerVersion) -> Bool { left.major < right.major }
}

/// What the simulated SQL Server runs on.
package enum HostPlatform: String, CaseIterable, Sendable {
    case windows
    case linux
}
