/// FNV-1a of a text, 64 bits: the same in every process and on every machine. For short names and checksums; it keeps no secret, and stops
/// nobody who means harm. Source: Fowler, Noll and Vo, draft-eastlake-fnv.
package func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}
