import Foundation
import Testing

@testable import Consul

@Suite struct RetryAfterTests {
    /// 1994-11-06T08:49:37Z
    private let now = Date(timeIntervalSince1970: 784_111_777)

    @Test(
        "Seconds and dates are read, within bounds",
        arguments: [
            ("0", 0), ("7", 7), (" 30 ", 30), ("121", 120), ("99999999999999999999", 120),
            ("Sun, 06 Nov 1994 08:49:57 GMT", 20), ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("Sat, 05 Nov 1994 08:49:37 GMT", 0), ("Tue, 06 Dec 1994 08:49:37 GMT", 120),
        ])
    func good(text: String, seconds: Int) {
        #expect(RetryAfter.duration(text, now: now) == .seconds(seconds))
    }

    @Test(
        "Anything else says nothing",
        arguments: [
            "", "-1", "1.5", "1s", "soon", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
        ])
    func bad(text: String) {
        #expect(RetryAfter.duration(text, now: now) == nil)
    }
}
