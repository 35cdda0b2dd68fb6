/// Counts attempts to get in that were refused, by the address that they came from: says which addresses must wait, and
/// what is to be told of them. Pure: times are passed in.
struct RefusedAttempts {
    /// What is to be told of one address.
    struct Report: Hashable {
        let address: String
        /// Attempts since the last report.
        let count: Int
    }

    private struct Window {
        var began: ContinuousClock.Instant
        var failures = 0
        var toldAt: ContinuousClock.Instant?
        var untold = 0
    }

    /// Attempts that an address has within `span`.
    static let limit = 10
    static let span = Duration.seconds(60)
    /// Addresses that are counted each for itself; those beyond share one count.
    static let capacity = 10_000
    /// Reports of all addresses together within `span`.
    static let reportLimit = 100
    static let others = "other addresses"

    private var windows: [String: Window] = [:]
    private var sweptAt: ContinuousClock.Instant?
    private var reportsBegan: ContinuousClock.Instant?
    private var reports = 0

    /// How long `address` has to wait; nil when it may try.
    func wait(_ address: String, now: ContinuousClock.Instant) -> Duration? {
        let window = windows[address] ?? (windows.count >= Self.capacity ? windows[Self.others] : nil)
        guard let window, window.failures >= Self.limit, now - window.began < Self.span else { return nil }
        return Self.span - (now - window.began)
    }

    /// An attempt from `address` was refused.
    /// - Returns: what is to be told at once: the first in a while, and what wasn't told before.
    mutating func failed(_ address: String, now: ContinuousClock.Instant) -> Report? {
        let key = place(for: address, now)
        var window = windows[key] ?? Window(began: now)
        if now - window.began >= Self.span {
            window.began = now
            window.failures = 0
        }
        window.failures += 1
        window.untold += 1
        let report = tell(key, &window, now)
        windows[key] = window
        return report
    }

    /// What has become due to be told; to be asked now and then.
    mutating func due(now: ContinuousClock.Instant) -> [Report] {
        var reports: [Report] = []
        for (key, var window) in windows {
            if window.untold > 0, let report = tell(key, &window, now) {
                reports.append(report)
                windows[key] = window
            }
        }
        sweep(now)
        return reports
    }

    /// What has not been told, at the end.
    mutating func rest() -> [Report] {
        let rest = windows.filter { $0.value.untold > 0 }.map { Report(address: $0.key, count: $0.value.untold) }
        for report in rest { windows[report.address]?.untold = 0 }
        return rest.sorted { $0.address < $1.address }
    }

    var count: Int { windows.count }

    private mutating func tell(_ key: String, _ window: inout Window, _ now: ContinuousClock.Instant) -> Report? {
        if let toldAt = window.toldAt, now - toldAt < Self.span { return nil }
        if let began = reportsBegan, now - began < Self.span {
            guard reports < Self.reportLimit else { return nil }
        } else {
            reportsBegan = now
            reports = 0
        }
        reports += 1
        defer { window.untold = 0 }
        window.toldAt = now
        return Report(address: key, count: window.untold)
    }

    private mutating func place(for address: String, _ now: ContinuousClock.Instant) -> String {
        if windows[address] != nil || windows.count < Self.capacity { return address }
        // No more than once a second: whoever has many addresses must not make this walk them each time.
        if sweptAt.map({ now - $0 >= .seconds(1) }) ?? true { sweep(now) }
        return windows.count < Self.capacity ? address : Self.others
    }

    private mutating func sweep(_ now: ContinuousClock.Instant) {
        sweptAt = now
        windows = windows.filter { _, window in
            window.untold > 0 || now - window.began < Self.span || window.toldAt.map { now - $0 < Self.span } ?? false
        }
    }
}
