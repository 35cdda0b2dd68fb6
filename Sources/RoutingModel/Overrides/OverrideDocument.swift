/// An override as an operator writes it: it may say how long it lasts rather than until when, and doesn't say whose it is.
package struct OverrideDocument: Hashable, Sendable {
    package let weight: Int?
    package let state: Override.State?
    package let reason: String
    package let expiresIn: Duration?
    package let expiresAt: Timestamp?

    /// Members that Signalbox adds when it shows an override; accepted and passed over in what comes back.
    static let addedFields: Set<String> = [
        "peer", "owner", "revision", "updated_at", "groups", "known", "conflict",
    ]

    /// The override that `author` makes of it at a moment.
    package func override(by author: String, at now: Timestamp) -> Override {
        let end = expiresIn.map { now.adding($0) } ?? expiresAt
        return Override(weight: weight, state: state, reason: reason, owner: author, expiresAt: end)
    }
}

extension OverrideDocument: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case weight, state, reason, expiresIn = "expires_in", expiresAt = "expires_at"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self, alsoKnown: Self.addedFields)
        weight = try fields.optional(.weight)
        let stateText: String? = try fields.optional(.state)
        state = stateText.flatMap { Override.State(rawValue: $0) }
        reason = try fields.required(.reason, or: "-")
        let span: String? = try fields.optional(.expiresIn)
        expiresIn = span.flatMap { DurationText.parse($0) }
        let moment: String? = try fields.optional(.expiresAt)
        expiresAt = moment.flatMap { Timestamp(rfc3339: $0) }

        if let weight, !(0...65_535).contains(weight) {
            try fields.fail(.weight, "invalid_value", "must be from 0 to 65535")
        }
        if let stateText, state == nil {
            try fields.fail(.state, "invalid_value", "must be 'drain' or 'disabled', not '\(stateText)'")
        }
        if reason.isEmpty || reason.utf8.count > 1_024 {
            try fields.fail(.reason, "invalid_value", "must be 1 to 1024 bytes long")
        }
        if span != nil, expiresIn == nil || expiresIn == .zero {
            try fields.fail(.expiresIn, "invalid_value", "must be a duration such as 30m or 2h, of at most a year")
        }
        if moment != nil, expiresAt == nil {
            try fields.fail(.expiresAt, "invalid_value", "must be an RFC 3339 time such as 2026-01-31T12:00:00Z")
        }
        if span != nil, moment != nil {
            try fields.fail(.expiresAt, "invalid_value", "can't be given together with 'expires_in'")
        }
        if !fields.present.contains(.weight), !fields.present.contains(.state) {
            try fields.fail(nil, "required", "needs 'weight', 'state' or both")
        }
    }
}
