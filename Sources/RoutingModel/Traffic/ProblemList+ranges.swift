extension ProblemList {
    /// Records that a number is outside its range.
    func check(_ number: Int?, in range: ClosedRange<Int>, at pointer: JSONPointer) {
        guard let number, !range.contains(number) else { return }
        add(pointer, "invalid_value", "must be from \(range.lowerBound) to \(range.upperBound)")
    }

    /// Records that a duration is outside its range.
    func check(
        _ duration: RuleDuration?, from shortest: RuleDuration = RuleDuration(milliseconds: 1),
        to longest: RuleDuration, at pointer: JSONPointer
    ) {
        guard let duration, duration < shortest || duration > longest else { return }
        add(pointer, "invalid_value", "must be from \(shortest) to \(longest)")
    }

    /// Records what can't be a path in a request's target (RFC 9112 section 3.2) that a worker writes.
    func check(path: String?, mayHaveQuery: Bool, at pointer: JSONPointer) {
        guard let path else { return }
        if !path.hasPrefix("/") { add(pointer, "invalid_value", "must begin with '/'") }
        if path.utf8.count > Limits.pathBytes {
            add(pointer, "invalid_value", "is longer than \(Limits.pathBytes) bytes")
        }
        let query = UInt8(ascii: "?")
        if path.utf8.contains(where: {
            $0 <= 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: "#") || ($0 == query && !mayHaveQuery)
        }) {
            add(
                pointer, "invalid_value",
                "has a blank, a control character, \(mayHaveQuery ? "" : "'?', ")'#' or what must be percent-encoded")
        }
    }

    /// Records what can't be in a Host header.
    func check(authority: String?, at pointer: JSONPointer) {
        guard let authority, !Authority.isValid(authority) else { return }
        add(pointer, "invalid_value", "must be a host name or an IP address (IPv6 in brackets), perhaps with a port")
    }

    /// Records that a list has no entries, or too many.
    func check(_ count: Int, entriesOf most: Int, at pointer: JSONPointer) {
        if count == 0, !names(pointer) { add(pointer, "invalid_value", "must have at least one entry") }
        if count > most { add(pointer, "invalid_value", "has more than \(most) entries") }
    }

    /// Whether something is wrong with the value at `pointer`, or with a part of it.
    func names(_ pointer: JSONPointer) -> Bool {
        problems.contains { $0.pointer == pointer.description || $0.pointer.hasPrefix("\(pointer)/") }
    }
}
