import Logging

extension TenantDatabases {
    /// Tells the tenant's own log and stream of a change that is committed in the system database, with its entry there: two databases
    /// share no transaction. What fails here is logged and not thrown, since the change itself holds.
    func note(_ activity: Activity, _ event: Event, in tenant: Tenant) async {
        do {
            try await transaction(tenant) { session in
                try session.record(activity)
                try session.publish(event)
            }
        } catch {
            Logger(label: "platform").error(
                "A change is missing in the tenant's activity log",
                metadata: ["tenant": .string(tenant.slug), "action": .string(activity.action), "error": .string("\(error)")])
        }
    }
}
