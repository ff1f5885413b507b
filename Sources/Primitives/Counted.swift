/// A number of things in words: "1 server", "2 servers".
///
/// - Parameter plural: where an s behind `noun` does not do.
package func counted(_ count: some BinaryInteger, _ noun: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
