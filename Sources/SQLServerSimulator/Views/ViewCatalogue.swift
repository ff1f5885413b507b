import TDS

/// All views and table-valued functions of the system, by name.
struct ViewCatalogue: Sendable {
    static let shared = ViewCatalogue()

    let all: [VirtualView]
    private let byKey: [String: VirtualView]

    private init() {
        all =
            ServerViews.all + MemoryViews.all + PerformanceViews.all + FileViews.all + SessionViews.all + DatabaseViews.all
            + ConfigurationViews.all
            + SecurityViews.all + ObjectViews.all + BackupViews.all + AgentViews.all + AvailabilityViews.all + TempdbViews.all
            + QueryViews.all + EventViews.all + IndexViews.all + FragmentationViews.all
        byKey = Dictionary(all.map { ($0.key, $0) }) { first, _ in first }
    }

    /// The view by `schema.name` or `msdb.dbo.name`, in any case of letters; schema `sys` may be left out.
    func view(named name: String) -> VirtualView? {
        let key = name.lowercased().replacing("[", with: "").replacing("]", with: "")
        if let view = byKey[key] ?? byKey["sys." + key] { return view }
        return key.hasPrefix("master.") ? byKey[String(key.dropFirst("master.".count))] : nil
    }

    /// The view that a query means in `database`; `schema` is empty when it was not written.
    func view(schema: String, name: String, database: String) -> VirtualView? {
        if database == "msdb", let view = byKey["msdb.\(schema.isEmpty ? "dbo" : schema).\(name)"] { return view }
        if !schema.isEmpty {
            return byKey["\(schema == "dbo" ? "sys" : schema).\(name)"].flatMap { schema == "dbo" && !Self.isOld(name) ? nil : $0 }
        }
        // Without a schema only the old compatibility views are found.
        return Self.isOld(name) ? byKey["sys." + name] : nil
    }

    private static func isOld(_ name: String) -> Bool {
        ["sysdatabases", "sysprocesses", "sysobjects", "sysperfinfo", "sysconfigures", "syscurconfigs", "syslogins"].contains(name)
    }
}
