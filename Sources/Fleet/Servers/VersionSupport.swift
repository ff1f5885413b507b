package import Engines
package import Foundation
import Primitives

/// Whether the maker still mends a server's version: a small table, dated, compiled in.
///
/// Sources, as they stood on the day of `asOf`. SQL Server: learn.microsoft.com/lifecycle/products, ends of mainstream and extended
/// support, compared with learn.microsoft.com/sql/connect/odbc/support-lifecycle, which names the ends of 2014, 2017 and 2022.
/// MySQL 8.0: docs.oracle.com, release notes ("end of life as of April 2026"); MySQL 8.4 and MariaDB: endoflife.date, which cites
/// Oracle's lifetime support and mariadb.org/about, compared with mariadb.com's release pages. PostgreSQL:
/// postgresql.org/support/versioning, by its rule of five years; the last builds of 12 and 13 by postgresql.org/ftp/source.
/// Not found in a second source: the builds in `latest`, and PostgreSQL's days after 13.
package struct VersionSupport: Sendable, Equatable {
    /// How the maker treats it.
    package enum State: String, Sendable, CaseIterable {
        case supported, extended, ending, unsupported, unknown
    }

    package let state: State
    /// "2026-07-14"; the day on which this state ends, or ended.
    package let endsAt: String?
    package let note: String?

    /// The day of the table.
    package static let asOf = "2026-05-25"
    /// Where the days of a kind of server are from, for a person to look them up.
    package static func source(_ engine: EngineKind) -> String {
        switch engine {
        case .sqlserver: "learn.microsoft.com/lifecycle/products"
        case .postgresql: "postgresql.org/support/versioning"
        case .mysql: "endoflife.date/mysql and endoflife.date/mariadb"
        }
    }
    /// Days before the end from which on a version is `ending`.
    static let endingDays = 180

    /// A version of which the maker says when it ends.
    private struct Release {
        let product: String
        /// The first numbers of the exact build.
        let prefix: String
        /// The end of full support; nil when there is only one.
        var mainstreamEnd: String?
        let end: String
        /// The last build that we are sure of, with its name.
        var latest: (build: String, name: String)?
    }

    private static let releases: [EngineKind: [Release]] = [
        .sqlserver: [
            Release(
                product: "SQL Server 2016", prefix: "13.", mainstreamEnd: "2021-07-13", end: "2026-07-14",
                latest: ("13.0.6300.2", "Service Pack 3")),
            Release(
                product: "SQL Server 2017", prefix: "14.", mainstreamEnd: "2022-10-11", end: "2027-10-12", latest: ("14.0.3456.2", "CU31")),
            Release(
                product: "SQL Server 2019", prefix: "15.", mainstreamEnd: "2025-02-28", end: "2030-01-08", latest: ("15.0.4430.1", "CU32")),
            Release(product: "SQL Server 2022", prefix: "16.", mainstreamEnd: "2028-01-11", end: "2033-01-11"),
        ],
        .postgresql: [
            Release(product: "PostgreSQL 12", prefix: "12.", end: "2024-11-21"),
            Release(product: "PostgreSQL 13", prefix: "13.", end: "2025-11-13"),
            Release(product: "PostgreSQL 14", prefix: "14.", end: "2026-11-12"),
            Release(product: "PostgreSQL 15", prefix: "15.", end: "2027-11-11"),
            Release(product: "PostgreSQL 16", prefix: "16.", end: "2028-11-09"),
            Release(product: "PostgreSQL 17", prefix: "17.", end: "2029-11-08"),
            Release(product: "PostgreSQL 18", prefix: "18.", end: "2030-11-14"),
        ],
        .mysql: [
            Release(product: "MySQL 8.0", prefix: "8.0.", end: "2026-04-30"),
            Release(product: "MySQL 8.4", prefix: "8.4.", mainstreamEnd: "2029-04-30", end: "2032-04-30"),
            Release(product: "MariaDB 10.6", prefix: "10.6.", end: "2026-07-06"),
            Release(product: "MariaDB 10.11", prefix: "10.11.", end: "2028-02-16"),
            Release(product: "MariaDB 11.4", prefix: "11.4.", end: "2029-05-29"),
            Release(product: "MariaDB 11.8", prefix: "11.8.", end: "2028-06-04"),
        ],
    ]

    /// What the table says of a server that calls itself `version`, with the exact build. Pure.
    package init(engine: EngineKind, version: String?, productVersion: String?, now: Date) {
        guard let build = productVersion, let version else {
            self.init(state: .unknown, endsAt: nil, note: "The version is not known before the first test or collection.")
            return
        }
        if version.hasPrefix("Azure") {
            self.init(state: .supported, endsAt: nil, note: "\(version) is kept current by its provider.")
            return
        }
        let family = version.split(separator: " ").first.map { String($0) } ?? ""
        let release = Self.releases[engine]?.first { (build + ".").hasPrefix($0.prefix) && $0.product.hasPrefix(family) }
        guard let release else {
            self.init(state: .unknown, endsAt: nil, note: "\(version) is not in the table of \(Self.asOf).")
            return
        }
        let (state, endsAt) = Self.judged(release, now: now)
        self.init(state: state, endsAt: endsAt, note: Self.note(release, state, endsAt, build))
    }

    private init(state: State, endsAt: String?, note: String?) {
        self.state = state
        self.endsAt = endsAt
        self.note = note
    }

    private static func judged(_ release: Release, now: Date) -> (State, String) {
        let today = day(now)
        if today > release.end { return (.unsupported, release.end) }
        if day(now.addingTimeInterval(Double(endingDays) * 86_400)) > release.end { return (.ending, release.end) }
        guard let mainstreamEnd = release.mainstreamEnd else { return (.supported, release.end) }
        return today > mainstreamEnd ? (.extended, release.end) : (.supported, mainstreamEnd)
    }

    private static func note(_ release: Release, _ state: State, _ endsAt: String, _ build: String) -> String {
        let sentence =
            switch state {
            case .unsupported: "Support for \(release.product) ended on \(endsAt): there are no more security updates. Plan the upgrade."
            case .ending: "Support for \(release.product) ends on \(endsAt). Plan the upgrade."
            case .extended: "\(release.product) gets security updates only, until \(endsAt)."
            case .supported where release.mainstreamEnd != nil:
                "\(release.product) is fully supported until \(endsAt), then until \(release.end) with security updates."
            case .supported, .unknown: "\(release.product) is supported until \(endsAt)."
            }
        guard let latest = release.latest, isOlder(build, than: latest.build) else { return sentence }
        return sentence + " \(latest.name) (\(latest.build)) is newer than this build."
    }

    /// Compares builds number by number.
    static func isOlder(_ build: String, than other: String) -> Bool {
        let (left, right) = (build.split(separator: ".").map { Int($0) ?? 0 }, other.split(separator: ".").map { Int($0) ?? 0 })
        return left.lexicographicallyPrecedes(right)
    }

    /// "2026-07-14", in UTC.
    private static func day(_ date: Date) -> String { String(RFC3339.string(date).prefix(10)) }
}
