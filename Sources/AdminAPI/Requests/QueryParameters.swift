internal import ControlPlane
internal import Foundation
internal import Hummingbird
internal import RoutingModel

/// The query parameters of a request, read one by one; what is wrong with them is said all at once, and a parameter
/// that the endpoint doesn't know is an error: it may well be a wish that would go unheard.
struct QueryParameters {
    private let values: [Substring: [Substring]]
    private let problems = ProblemList()

    /// - Parameter repeatable: those of `known` that may be given more than once.
    init(_ request: Request, known: Set<String>, repeatable: Set<String> = ["kind"]) {
        var values: [Substring: [Substring]] = [:]
        // "?" and "&" may stand there with nothing after them.
        for (name, value) in request.uri.queryParameters where !(name.isEmpty && value.isEmpty) {
            values[name, default: []].append(value)
        }
        self.values = values
        for name in values.keys.map(String.init).sorted() where !known.contains(name) {
            say(name, "unknown_parameter", "is not a parameter of this path")
        }
        for (name, all) in values
        where all.count > 1 && known.contains(String(name)) && !repeatable.contains(String(name)) {
            say(String(name), "duplicate", "is given \(all.count) times")
        }
    }

    /// For a path that takes none.
    /// - Throws: `Problem` (`invalid_query`) when `request` has any.
    static func refuseAll(_ request: Request) throws { try QueryParameters(request, known: []).check() }

    /// - Throws: `Problem` (`invalid_query`) when anything that was read so far is wrong.
    func check() throws {
        guard !problems.isEmpty else { return }
        throw Problem(.invalidQuery, "The query parameters are not valid.", errors: problems.problems)
    }

    func all(_ name: String) -> [String] { (values[name[...]] ?? []).map(String.init) }

    func text(_ name: String) -> String? {
        guard let value = values[name[...]]?.first else { return nil }
        if value.isEmpty { say(name, "invalid_value", "must not be empty") }
        return String(value)
    }

    func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = values[name[...]]?.first else { return nil }
        // Digits only: `Int` would take a sign too.
        if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let value = Int(text),
            range.contains(value)
        {
            return value
        }
        say(name, "invalid_value", "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    func flag(_ name: String) -> Bool? {
        guard let text = values[name[...]]?.first else { return nil }
        if let value = Bool(String(text)) { return value }
        say(name, "invalid_value", "must be true or false")
        return nil
    }

    /// Go's way of writing durations, as Consul takes it: `30s`, `1500ms`, `2m`, `1m30s`.
    /// - Parameter limit: more counts as this.
    func duration(_ name: String, countingAtMost limit: Duration = .seconds(86_400)) -> Duration? {
        guard let text = values[name[...]]?.first else { return nil }
        if let value = DurationText.parse(String(text), countingAtMost: limit) { return value }
        say(name, "invalid_value", "must be a duration such as 30s, 1500ms or 2m")
        return nil
    }

    func time(_ name: String) -> Timestamp? {
        guard let text = text(name), !text.isEmpty else { return nil }
        // In a query "+" means a blank; an offset's plus sign is often left unescaped.
        if let value = Timestamp(rfc3339: text.replacingOccurrences(of: " ", with: "+")) { return value }
        if let value = Timestamp(relative: text) { return value }
        say(
            name, "invalid_value", "must be an RFC 3339 time such as 2026-01-31T12:00:00Z, or how long ago, such as -2h"
        )
        return nil
    }

    /// A revision, or a time as `time` takes it.
    func moment(_ name: String) -> Moment? {
        guard let text = text(name), !text.isEmpty else { return nil }
        if let moment = Moment(text.replacingOccurrences(of: " ", with: "+")) { return moment }
        say(
            name, "invalid_value",
            "must be a revision, an RFC 3339 time such as 2026-01-31T12:00:00Z, or how long ago, such as -2h")
        return nil
    }

    /// Takes over what is wrong, placed by parameter.
    func say(_ more: ProblemList) { problems.add(more.problems) }

    func say(_ name: String, _ code: String, _ message: String) {
        problems.add(.root[name], code, message)
    }
}
