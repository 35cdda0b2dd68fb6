package import RoutingModel

/// What a view reads of an answer: absent and of another kind are both nil.
extension JSONValue {
    package var text: String? { if case .string(let text) = self { text } else { nil } }
    package var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    package var items: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    package var members: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }

    package var int: Int? {
        switch self {
        case .integer(let value): Int(value)
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    package var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The strings of an array.
    package var texts: [String] { items?.compactMap(\.text) ?? [] }

    package var isNull: Bool { self == .null }
}
