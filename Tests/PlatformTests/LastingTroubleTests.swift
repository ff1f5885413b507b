import Foundation
import Logging
import Testing

@testable import Platform

@Suite struct LastingTroubleTests {
    private struct Away: Error {}

    @Test("Trouble that lasts is said at once, once a minute, and at once again after it was over")
    func saidNowAndAgain() {
        let (trouble, now) = (LastingTrouble(), Date())
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        func failed(_ seconds: Double) -> Bool { trouble.failed("Away", Away(), to: logger, now: now + seconds) }
        #expect([0, 0.25, 30, 59.9, 60, 61, 119, 120.1].map(failed) == [true, false, false, false, true, false, false, true])
        trouble.ended()
        #expect(failed(121))
    }
}
