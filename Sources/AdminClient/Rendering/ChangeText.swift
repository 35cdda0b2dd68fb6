package import RoutingModel

/// Values of a change for people.
package enum ChangeText {
    /// A value on one line: text without quotes when it can't be taken for anything else; nothing is `-`.
    package static func short(_ value: JSONValue?) -> String {
        switch value {
        case nil, .null?: "-"
        case .string(let text)?:
            text.isEmpty || text == "-" || text.contains(where: \.isWhitespace) ? JSONText.line(.string(text)) : text
        case .number(let number)?:
            PercentText.text(number) == "\(number)" ? PercentText.text(number) : JSONText.line(.number(number))
        case let value?: JSONText.line(value)
        }
    }

    /// An object on one line, `weight 3, reason disk`; what is in objects within stays JSON.
    package static func members(_ value: JSONValue) -> String {
        guard let members = value.members, !members.isEmpty else { return short(value) }
        return members.sorted { $0.key < $1.key }.map { "\($0.key) \(short($0.value))" }.joined(separator: ", ")
    }
}
