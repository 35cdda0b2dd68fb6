import ArgumentParser

extension Environment {
    /// What `--flag` says, else its variable.
    /// - Throws: `ValidationError` naming the flag when it isn't in `range`.
    func number(_ given: Int?, _ flag: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let number = try value(given, Self.variable(flag)) else { return nil }
        guard range.contains(number) else {
            throw ValidationError("--\(flag) must be from \(range.lowerBound) to \(range.upperBound), not \(number).")
        }
        return number
    }

    /// As `number`, for a time.
    func time(_ given: Seconds?, _ flag: String, in range: ClosedRange<Duration>) throws -> Duration? {
        guard let time = try value(given, Self.variable(flag))?.duration else { return nil }
        guard range.contains(time) else {
            throw ValidationError(
                "--\(flag) must be from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound)).")
        }
        return time
    }

    /// The name of a flag's variable, without `SIGNALBOX_`.
    private static func variable(_ flag: String) -> String { flag.uppercased().replacing("-", with: "_") }

    /// A bound as it could stand on the command line.
    private static func text(_ time: Duration) -> String {
        let milliseconds = Int(time / .milliseconds(1))
        for (unit, length) in [("h", 3_600_000), ("m", 60_000)]
        where milliseconds > 0 && milliseconds.isMultiple(of: length) {
            return "\(milliseconds / length)\(unit)"
        }
        return milliseconds.isMultiple(of: 1_000) ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
    }
}
