/// How each worker finds out for itself which peers of a group can serve.
package struct HealthPolicy: Hashable, Sendable, Codable {
    package var passive: PassiveHealth?
    package var active: ActiveHealth?

    package init(passive: PassiveHealth? = nil, active: ActiveHealth? = nil) {
        self.passive = passive
        self.active = active
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case passive, active }
}

extension HealthPolicy {
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        passive = try fields.optional(.passive)
        active = try fields.optional(.active)
    }
}
