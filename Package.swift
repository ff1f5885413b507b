// swift-tools-version: 6.2
// The dependency graph: read it as the architecture. Tools know nothing of our product; parts are the product; programs are what is run.
import PackageDescription

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "DbTools",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "dbtools", targets: ["DbTools"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // Tools
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CODBC", providers: [.apt(["unixodbc-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "Primitives"),
        .target(name: "Postgres", dependencies: ["CLibPQ", "CLinux", "Primitives", logging, lifecycle, subprocess, system]),
        .target(
            name: "ODBC", dependencies: ["CODBC"],
            // Drivers are loaded at run time: they find the program's own iconv (SharedConverters) only when the linker exports it.
            linkerSettings: [
                .unsafeFlags(["iconv_open", "iconv", "iconv_close"].flatMap { ["-Xlinker", "--export-dynamic-symbol=\($0)"] })
            ]),
        .target(name: "TDS"),
        // Rounding is in the C library, which nothing else of it would bring.
        .target(name: "TimeSeries", dependencies: ["CZstd"], linkerSettings: [.linkedLibrary("m")]),
        .target(name: "Schema", dependencies: ["Postgres", "Primitives"], exclude: ["Migrations"]),
        // Parts
        .target(
            name: "Platform",
            dependencies: [
                "CZlib", "Postgres", "Primitives", "Schema", crypto, cryptoExtras, hummingbird, hummingbirdCore, lifecycle, logging,
                nioCore, nioPosix, nioHTTP1,
                nioSSL, x509,
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Metrics", package: "swift-metrics"),
            ]),
        .target(
            name: "Engines", dependencies: ["CLinux", "ODBC", "Postgres", "Primitives", logging, subprocess, system],
            exclude: ["SQLServer/SQL", "PostgreSQL/SQL", "MySQL/SQL"],
            // Drivers are loaded at run time: they find the program's own getaddrinfo (PinnedResolver) only when the linker exports it.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic-symbol=getaddrinfo"])]),
        .target(name: "Fleet", dependencies: ["Engines", "Platform", "Postgres", "Primitives", hummingbird, lifecycle, logging]),
        .target(
            name: "Monitoring",
            dependencies: ["Engines", "Fleet", "Platform", "Postgres", "Primitives", "TimeSeries", hummingbird, lifecycle, logging]),
        // Programs
        .target(
            name: "SQLServerSimulator",
            dependencies: [
                "CLinux", "Primitives", "TDS", logging, nioCore, nioPosix, nioHTTP1, nioSSL, x509, crypto,
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ]),
        .executableTarget(
            name: "DbTools",
            dependencies: [
                "CLinux", "Engines", "Fleet", "Monitoring", "Platform", "Postgres", "Primitives", "Schema", "SQLServerSimulator", crypto,
                hummingbird, lifecycle,
                logging, nioCore, nioHTTP1, nioPosix, nioSSL, subprocess, system,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ]),
        // Tests
        .target(
            name: "Fixtures", dependencies: ["Platform", "Postgres", "Primitives", "Schema", logging, lifecycle], path: "Tests/Fixtures"),
        .testTarget(name: "PrimitivesTests", dependencies: ["Primitives"]),
        .testTarget(name: "PostgresTests", dependencies: ["Fixtures", "Postgres", "Primitives"]),
        .testTarget(name: "ODBCTests", dependencies: ["Fixtures", "ODBC"]),
        .testTarget(name: "TDSTests", dependencies: ["TDS"]),
        .testTarget(name: "TimeSeriesTests", dependencies: ["TimeSeries"]),
        .testTarget(name: "SchemaTests", dependencies: ["Fixtures", "Postgres", "Schema"]),
        .testTarget(
            name: "PlatformTests",
            dependencies: [
                "Fixtures", "Platform", "Postgres", "Primitives", hummingbird, hummingbirdCore, nioCore, nioPosix, logging, crypto,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]),
        .testTarget(name: "EnginesTests", dependencies: ["Engines", "Fixtures", "ODBC", "Postgres", "Primitives", logging]),
        .testTarget(
            name: "FleetTests",
            dependencies: [
                "Engines", "Fixtures", "Fleet", "Platform", "Postgres", "Primitives", hummingbird, nioCore, logging,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]),
        .testTarget(
            name: "MonitoringTests",
            dependencies: [
                "Engines", "Fixtures", "Fleet", "Monitoring", "Platform", "Postgres", "Primitives", "TimeSeries", hummingbird, nioCore,
                logging,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]),
        .testTarget(name: "SQLServerSimulatorTests", dependencies: ["SQLServerSimulator", "TDS", "Primitives"]),
        .testTarget(name: "DbToolsTests", dependencies: ["DbTools", "Fixtures", "Platform", "Postgres", "Primitives", "Schema", logging]),
        .testTarget(
            name: "JourneyTests",
            dependencies: [
                "Engines", "Fixtures", "Fleet", "Monitoring", "ODBC", "Platform", "Postgres", "Primitives", "SQLServerSimulator", logging,
            ]),
        .testTarget(name: "TidyTests"),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
