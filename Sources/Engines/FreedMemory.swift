import CLinux

/// The memory that closed connections leave behind.
package enum FreedMemory {
    /// Gives it back to the system. The C library keeps it otherwise: each of its heaps ends in something that is still in use. Blocks
    /// while it looks through them.
    package static func giveBack() { malloc_trim(0) }
}
