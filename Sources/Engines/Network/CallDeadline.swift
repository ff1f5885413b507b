import Glibc

/// The moment by which a call must have answered, on the monotonic clock.
struct CallDeadline: Sendable {
    private let end: ContinuousClock.Instant

    init(seconds: Double) { end = ContinuousClock.now + .seconds(seconds) }

    /// Seconds left; 0 when it has passed.
    var remainingSeconds: Double {
        let (seconds, attoseconds) = (end - ContinuousClock.now).components
        return max(0, Double(seconds) + Double(attoseconds) / 1e18)
    }

    /// Milliseconds left for `poll`, at least 1 so that it looks once.
    var pollMilliseconds: Int32 { Int32(clamping: max(1, Int(remainingSeconds * 1_000))) }

    /// Seconds for a driver's connect: what is left, but for the time to ask the port what it is when the driver gets no answer.
    var driverSeconds: Double { max(0.5, remainingSeconds - min(Greeting.secondsMax, remainingSeconds / 3)) }

    /// The sooner of this one and `seconds` from now.
    func within(_ seconds: Double) -> CallDeadline { CallDeadline(seconds: min(seconds, remainingSeconds)) }
}

/// Measures how long a call takes.
struct CallTimer {
    private let start = ContinuousClock.now

    var milliseconds: Int {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}

/// The monotonic clock of this machine, in seconds.
func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
