/// What of a request decides its bucket, or its peer by consistent hashing. Without the key in a request it is random.
package struct Stickiness: Hashable, Sendable {
    package enum Key: Hashable, Sendable {
        case header(String)
        case cookie(String)
        /// The first query parameter of the name, as sent.
        case query(String)
        /// The client's address in its canonical text.
        case sourceIP
    }

    package var key: Key
    /// What is hashed after the key; nil is the route's name, or the group's. Keep it while weights change, change it to deal anew.
    package var salt: String?

    package init(_ key: Key, salt: String? = nil) {
        self.key = key
        self.salt = salt
    }
}

extension Stickiness: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case header, cookie, query, sourceIP = "source_ip", salt }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        salt = try fields.optional(.salt)
        switch try fields.exactlyOne(of: [.header, .cookie, .query, .sourceIP]) {
        case .header: key = .header(try fields.required(.header, or: "-"))
        case .cookie: key = .cookie(try fields.required(.cookie, or: "-"))
        case .query: key = .query(try fields.required(.query, or: "-"))
        default:
            key = .sourceIP
            if try fields.optional(.sourceIP, default: true) == false {
                let isSticky = decoder.codingPath.last?.stringValue == "sticky"
                try fields.fail(
                    .sourceIP, "invalid_value", "must be true\(isSticky ? ": leave 'sticky' out instead" : "")")
            }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch key {
        case .header(let name): try container.encode(name, forKey: .header)
        case .cookie(let name): try container.encode(name, forKey: .cookie)
        case .query(let name): try container.encode(name, forKey: .query)
        case .sourceIP: try container.encode(true, forKey: .sourceIP)
        }
        try container.encodeIfPresent(salt, forKey: .salt)
    }
}
