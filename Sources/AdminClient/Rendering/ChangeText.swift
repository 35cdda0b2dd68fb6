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
}
