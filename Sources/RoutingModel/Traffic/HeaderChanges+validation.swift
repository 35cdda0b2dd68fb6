extension HeaderChanges {
    /// What is changed.
    enum Message { case request, response }

    /// Fields that say how a message is framed and what its connection is for (RFC 9110 section 7.6.1, RFC 9112 section
    /// 6): who forwards writes them, and a rule that did would make one message two.
    private static let refused: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "content-length", "te", "trailer",
        "upgrade",
    ]

    /// Records every name that is none or may not be changed, and every value that can't be sent.
    func validate(at pointer: JSONPointer, of message: Message, into problems: ProblemList) {
        guard self.set.count + add.count + remove.count <= Limits.headerChanges else {
            return problems.add(pointer, "invalid_value", "has more than \(Limits.headerChanges) changes")
        }
        let bytes = [self.set, add].joined().reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        if bytes > Limits.headerChangeBytes {
            problems.add(
                pointer, "invalid_value",
                "has names and values of more than \(Limits.headerChangeBytes) bytes together")
        }
        for (member, fields) in [("set", self.set), ("add", add)] {
            var seen: Set<String> = []
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
                let place = pointer[member][name]
                Self.check(name, message, seen: &seen, place, problems)
                Self.check(value: value, place, problems)
            }
        }
        var seen: Set<String> = []
        for (index, name) in remove.enumerated() {
            Self.check(name, message, seen: &seen, pointer["remove"][index], problems)
        }
    }

    private static func check(
        _ name: String, _ message: Message, seen: inout Set<String>, _ place: JSONPointer, _ problems: ProblemList
    ) {
        guard HTTPToken.isValid(name) else {
            return problems.add(
                place, "invalid_value",
                "must have a header's name: 1 to 128 letters, digits and !#$%&'*+-.^_`|~")
        }
        let lower = name.lowercased()
        if !seen.insert(lower).inserted {
            problems.add(place, "duplicate", "names header '\(lower)' a second time")
        }
        if lower == "host" {
            problems.add(
                place, "invalid_value",
                message == .request ? "can't be changed here: use 'rewrite.host'" : "is no header of a response")
        } else if refused.contains(lower) {
            problems.add(
                place, "invalid_value", "can't be changed: it is about the connection or the framing of the message")
        }
    }

    private static func check(value: String, _ place: JSONPointer, _ problems: ProblemList) {
        if value.utf8.count > Limits.valueBytes {
            problems.add(place, "invalid_value", "is longer than \(Limits.valueBytes) bytes")
        }
        // RFC 9110 section 5.5. A tab is allowed there, and serves nobody.
        if value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            problems.add(place, "invalid_value", "has a control character")
        }
        // They aren't part of a value: a receiver would strip them.
        if value.hasPrefix(" ") || value.hasSuffix(" ") {
            problems.add(place, "invalid_value", "begins or ends with a blank")
        }
    }
}
