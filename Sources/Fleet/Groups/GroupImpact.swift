/// What deleting a group would affect.
struct GroupImpact: Sendable {
    let group: ServerGroup
    /// Servers that would then be in no group.
    let onlyHereCount: Int
    let views: [(id: ServerView.ID, name: String)]

    /// All of it in words.
    var summary: String {
        guard group.serverCount > 0 || !views.isEmpty else { return "Nothing else is affected: the group has no servers." }
        var sentences: [String] = []
        switch group.serverCount {
        case 0: sentences.append("The group has no servers.")
        case 1: sentences.append("1 server stays and leaves the group\(onlyHereCount == 1 ? "; it will be in no group." : ".")")
        default:
            let rest = onlyHereCount == 0 ? "." : "; \(onlyHereCount) of them will be in no group."
            sentences.append("\(group.serverCount) servers stay and leave the group\(rest)")
        }
        if group.filter != nil { sentences.append("Its filter is lost.") }
        if !views.isEmpty { sentences.append("\(views.count) saved view\(views.count == 1 ? "" : "s") will find no servers by it.") }
        return sentences.joined(separator: " ")
    }
}
