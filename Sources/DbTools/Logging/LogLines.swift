import Foundation
import Logging
import Primitives

/// Log lines on standard error: one JSON object a line, or readable text on a terminal.
struct LogLines: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let label: String
    let format: LogFormat

    /// Sets up logging for this process, once.
    static func bootstrap(level: Logger.Level, format: LogFormat?) {
        let format = format ?? (isatty(STDERR_FILENO) == 1 ? .text : .json)
        LoggingSystem.bootstrap { LogLines(logLevel: level, label: $0, format: format) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = event.metadata.map { metadata.merging($0) { _, new in new } } ?? metadata
        var line = format == .json ? json(event.level, event.message, all) : text(event.level, event.message, all)
        line.append(0x0A)
        // One write for a line: lines of several processes on one descriptor do not mix.
        line.withUnsafeBytes { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
    }

    private func json(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata) -> [UInt8] {
        let own = [("time", RFC3339.string(Date())), ("level", level.rawValue), ("logger", label), ("message", "\(message)")]
        var writer = JSONWriter(reserve: 512)
        writer.beginObject()
        for (key, text) in own {
            writer.key(text: key)
            writer.string(text)
        }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            writer.key(text: own.contains { $0.0 == key } ? "_" + key : key)
            Self.value(value).write(to: &writer)
        }
        writer.endObject()
        return writer.bytes
    }

    private static func value(_ value: Logger.MetadataValue) -> JSONValue {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value as Int): .int(Int64(value))
        case .stringConvertible(let value as Double): .double(value)
        case .stringConvertible(let value as Bool): .bool(value)
        case .stringConvertible(let value): .string(value.description)
        case .array(let values): .array(values.map(Self.value))
        case .dictionary(let values): .object(values.mapValues(Self.value))
        }
    }

    private func text(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata) -> [UInt8] {
        let time = RFC3339.string(Date()).dropFirst(11).prefix(12)
        let rest = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        return Array("\(time) \(level.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0)) \(label): \(message)\(rest)".utf8)
    }
}
