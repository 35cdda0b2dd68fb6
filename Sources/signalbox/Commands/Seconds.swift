import ArgumentParser

/// A duration on the command line: `500ms`, `30s`, `2m`, `3h`, `90d`.
struct Seconds: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let number = argument.prefix { $0.isNumber || $0 == "." }
        guard let value = Double(number), value >= 0, value <= 100_000_000 else { return nil }
        switch argument.dropFirst(number.count) {
        case "ms": duration = .microseconds(Int64(value * 1_000))
        case "s": duration = .milliseconds(Int64(value * 1_000))
        case "m": duration = .milliseconds(Int64(value * 60_000))
        case "h": duration = .milliseconds(Int64(value * 3_600_000))
        case "d": duration = .milliseconds(Int64(value * 86_400_000))
        default: return nil
        }
    }
}
