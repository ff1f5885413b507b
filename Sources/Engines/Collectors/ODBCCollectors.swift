import Foundation
import ODBC

/// Several collectors as one batch over ODBC, and one by one where the server refuses a part of it. Answers are known by their columns,
/// since a statement that fails leaves no result set behind.
struct ODBCCollectors {
    /// What in a failure is a missing right, and what the server does not have.
    struct Judgement {
        let isPermission: (ODBCError) -> Bool
        let isRefusal: (ODBCError) -> Bool
    }

    /// Sends a batch of the collectors that are named, whose text is the same each time for the same names; without names, a short call.
    typealias Send = (
        _ names: String?, _ rowCountMax: Int, _ text: () -> String
    ) throws(ODBCError) -> [Result<ODBCResultSet, ODBCError>]

    /// Statements in front of each batch, such as isolation and lock time-outs.
    let preamble: String
    let judgement: Judgement
    var unavailable = UnavailableCollectors()
    /// The calls of the collectors' procedures; nil: there are none, or they failed on this connection.
    private(set) var calls: CollectorCalls?
    /// Why the procedures failed, where the texts did not.
    private(set) var proceduresProblem: String?

    init(preamble: String, judgement: Judgement, calls: CollectorCalls? = nil) {
        self.preamble = preamble
        self.judgement = judgement
        self.calls = calls
    }

    /// What the server is like, once it is known.
    mutating func learn(_ traits: ServerTraits?) { calls?.traits = traits }

    /// Throws `ODBCError` at the deadline and when the connection breaks.
    mutating func run(_ collectors: [CollectorDefinition], send: Send) throws(ODBCError) -> [CollectorAnswer] {
        _ = unavailable.forget(now: monotonicSeconds())
        let wanted = collectors.filter { unavailable.answer(of: $0.name) == nil }
        var answers: [CollectorAnswer] = []
        var unheard: Set<String> = []
        let called = try called(wanted, send)
        if let called, !called.contains(where: { $0.trouble != nil }) {
            answers = called
        } else if !wanted.isEmpty {
            (answers, unheard) = try together(wanted, send)
        }
        // A failure may end the batch (in MySQL it always does): those that did not answer are asked alone, once.
        for answer in answers { if case .notAvailable = answer.trouble { unheard.insert(answer.collector) } }
        if wanted.count > 1, !unheard.isEmpty { answers = try alone(wanted, answers, unheard, send) }
        unavailable.learn(answers, now: monotonicSeconds())
        if let called { judge(called, beside: answers) }
        let asked = Set(wanted.map(\.name))
        return answers + collectors.compactMap { asked.contains($0.name) ? nil : unavailable.answer(of: $0.name) }
    }

    /// The answers of the procedures; nil without them.
    private func called(_ collectors: [CollectorDefinition], _ send: Send) throws(ODBCError) -> [CollectorAnswer]? {
        guard let calls, let call = calls.text(for: collectors) else { return nil }
        return try together(collectors, send, call: calls.head + call).answers
    }

    /// What fails by its procedure and not by its text is the procedures' fault: they are not called again on this connection.
    private mutating func judge(_ called: [CollectorAnswer], beside answers: [CollectorAnswer]) {
        let troubled = Set(answers.filter { $0.trouble != nil }.map(\.collector))
        guard let first = called.first(where: { $0.trouble != nil && !troubled.contains($0.collector) }) else { return }
        calls = nil
        let words =
            switch first.trouble {
            case .failed(let words), .noPermission(let words), .notAvailable(let words): words
            case nil: "they gave no answer."
            }
        proceduresProblem = "The collectors' procedures failed: \(words)"
    }

    /// Takes the collectors' answers out of the results of a batch that has others too; nil where one is missing or anything failed.
    static func split(
        _ results: [Result<ODBCResultSet, ODBCError>], _ collectors: [CollectorDefinition]
    ) -> (others: [Result<ODBCResultSet, ODBCError>], answers: [CollectorAnswer]?) {
        var others = results
        var answers: [CollectorAnswer] = []
        for collector in collectors {
            let names = collector.columnNames
            let place = others.firstIndex { result in
                guard case .success(let set) = result else { return false }
                return set.isNamed(names)
            }
            guard let place, case .success(let set) = others.remove(at: place) else { return (others, nil) }
            answers.append(collector.answer(set.rows) { Cell($0) })
        }
        let hasFailed = others.contains { if case .failure = $0 { true } else { false } }
        return (others, hasFailed ? nil : answers)
    }

    /// What names the batch of these collectors.
    static func key(_ collectors: [CollectorDefinition]) -> String { collectors.map(\.name).joined(separator: ",") }

    /// The answers, and the names of those that neither answered nor have an error of their own.
    private func together(
        _ collectors: [CollectorDefinition], _ send: Send, call: String? = nil
    ) throws(ODBCError) -> (answers: [CollectorAnswer], unheard: Set<String>) {
        let rowCountMax = collectors.map(\.rowCountMax).max() ?? 1
        var sets: [ODBCResultSet] = []
        var errors: [ODBCError] = []
        var isNotRun = false
        do throws(ODBCError) {
            let results = try send(call == nil ? Self.key(collectors) : nil, rowCountMax) {
                call ?? ([preamble] + collectors.map(\.sql)).filter { !$0.isEmpty }.joined(separator: "\n")
            }
            for result in results {
                switch result {
                case .success(let set): sets.append(set)
                case .failure(let error): errors.append(error)
                }
            }
        } catch {
            if error.isDeadline || error.isConnectionFailure { throw error }
            // Nothing was run: the batch does not compile there, or its first statement failed.
            errors = [error]
            isNotRun = true
        }
        var left = sets
        var answers: [CollectorAnswer?] = collectors.map { collector in
            let names = collector.columnNames
            guard let place = left.firstIndex(where: { $0.isNamed(names) }) else { return nil }
            return collector.answer(left.remove(at: place).rows) { Cell($0) }
        }
        // What has no answer has failed; the errors come in the order of the statements.
        var next = 0
        var unheard: Set<String> = []
        for (index, collector) in collectors.enumerated() where answers[index] == nil {
            let error = errors.indices.contains(next) ? errors[next] : errors.last
            if isNotRun || !errors.isEmpty && !errors.indices.contains(next) { unheard.insert(collector.name) }
            next += 1
            answers[index] = CollectorAnswer(collector: collector.name, trouble: trouble(error))
        }
        return (answers.compactMap { $0 }, unheard)
    }

    private func alone(
        _ collectors: [CollectorDefinition], _ answers: [CollectorAnswer], _ unheard: Set<String>, _ send: Send
    ) throws(ODBCError) -> [CollectorAnswer] {
        var all: [CollectorAnswer] = []
        for (collector, answer) in zip(collectors, answers) {
            all.append(unheard.contains(collector.name) ? try together([collector], send).answers.first ?? answer : answer)
        }
        return all
    }

    private func trouble(_ error: ODBCError?) -> CollectorAnswer.Trouble {
        guard let error else { return .failed("The server gave no answer with these columns.") }
        let sentence = SQLServerFailure.sentence(error.message)
        if judgement.isPermission(error) { return .noPermission(sentence) }
        return judgement.isRefusal(error) ? .notAvailable(sentence) : .failed(sentence)
    }
}

extension ODBCResultSet {
    /// Whether its columns are called `names`, in any case.
    fileprivate func isNamed(_ names: [String]) -> Bool {
        columns.count == names.count && zip(columns, names).allSatisfy { $0.name == $1 || $0.name.lowercased() == $1 }
    }
}

extension Cell {
    /// Times without a zone are in UTC: collectors ask for nothing else.
    init(_ value: ODBCValue) {
        switch value {
        case .null, .bytes: self = .null
        case .bool(let flag): self = .flag(flag)
        case .int(let integer): self = .integer(integer)
        case .double(let number): self = .number(number)
        case .decimal(let text): self = Int64(text).map { .integer($0) } ?? Double(text).map { .number($0) } ?? .text(text)
        case .text(let text): self = .text(text)
        case .timestamp(let timestamp): self = .time(timestamp.date())
        case .guid(let id): self = .text(id.uuidString)
        }
    }
}
