/// Collectors that a server does not have what they need for, with their answers: not asked again on this connection for a while.
struct UnavailableCollectors {
    /// A connection lasts for months, and meanwhile an extension is created or a table made: then it is asked again.
    static let seconds = 3600.0

    private let seconds: Double
    private var known: [String: (answer: CollectorAnswer, until: Double)] = [:]

    init(seconds: Double = Self.seconds) { self.seconds = seconds }

    /// What `collector` answered; nil: it is to be asked.
    func answer(of collector: String) -> CollectorAnswer? { known[collector]?.answer }

    /// Takes what is not available out of `answers`. `now` is monotonic, in seconds.
    mutating func learn(_ answers: [CollectorAnswer], now: Double) {
        for answer in answers {
            if case .notAvailable = answer.trouble { known[answer.collector] = (answer, now + seconds) }
        }
    }

    /// Forgets what is due to be asked again; whether there was any.
    mutating func forget(now: Double) -> Bool {
        let kept = known.filter { $0.value.until > now }
        defer { known = kept }
        return kept.count < known.count
    }
}
