/// A condition on a named value of a request: a header, a cookie or a query parameter.
package struct ValueMatch: Hashable, Sendable {
    package enum Test: Hashable, Sendable {
        case exact(String)
        case prefix(String)
        case suffix(String)
        /// RE2, against the whole value.
        case regex(String)
        /// Whether the value is there at all, an empty one included.
        case present(Bool)
    }

    package var name: String
    package var test: Test
    /// Turns the result around. A value that isn't there fails every test but `present`, so inverted it passes.
    package var invert: Bool

    package init(name: String, _ test: Test, invert: Bool = false) {
        self.name = name
        self.test = test
        self.invert = invert
    }
}

extension ValueMatch: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case name, exact, prefix, suffix, regex, present, invert }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        name = try fields.required(.name, or: "-")
        invert = try fields.optional(.invert, default: false)
        switch try fields.exactlyOne(of: [.exact, .prefix, .suffix, .regex, .present]) {
        case .prefix: test = .prefix(try fields.required(.prefix, or: ""))
        case .suffix: test = .suffix(try fields.required(.suffix, or: ""))
        case .regex: test = .regex(try fields.required(.regex, or: ""))
        case .present: test = .present(try fields.required(.present, or: true))
        case .exact: test = .exact(try fields.required(.exact, or: ""))
        default: test = .exact("")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        switch test {
        case .exact(let text): try container.encode(text, forKey: .exact)
        case .prefix(let text): try container.encode(text, forKey: .prefix)
        case .suffix(let text): try container.encode(text, forKey: .suffix)
        case .regex(let pattern): try container.encode(pattern, forKey: .regex)
        case .present(let flag): try container.encode(flag, forKey: .present)
        }
        if invert { try container.encode(true, forKey: .invert) }
    }
}

extension ValueMatch: CustomStringConvertible {
    package var description: String {
        let words: String
        switch test {
        case .exact(let text): words = "is '\(text)'"
        case .prefix(let text): words = "begins with '\(text)'"
        case .suffix(let text): words = "ends with '\(text)'"
        case .regex(let pattern): words = "matches '\(pattern)'"
        case .present(let flag): words = flag ? "is present" : "is absent"
        }
        return "\(name) \(invert ? "not (\(words))" : words)"
    }
}
