import Primitives

/// Numbers and labels as Prometheus' text format 0.0.4 has them.
package enum PrometheusText {
    /// Whole numbers without a fraction.
    package static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    /// Text behind HELP: one line.
    package static func help(_ text: String) -> String { text.escaping("\\", with: "\\\\").escaping("\n", with: "\\n") }

    /// Text between the quotes of a label's value.
    package static func escaped(_ text: String) -> String {
        text.escaping("\\", with: "\\\\").escaping("\"", with: "\\\"").escaping("\n", with: "\\n")
    }
}
