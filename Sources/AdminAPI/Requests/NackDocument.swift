internal import RoutingModel

/// What a worker says about a snapshot that it can't apply.
struct NackDocument: Decodable {
    let index: Int
    let error: String

    enum CodingKeys: String, CodingKey, CaseIterable { case index, error }

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        index = try fields.required(.index, or: 0)
        error = try fields.required(.error, or: "")
        if index < 0 { try fields.fail(.index, "invalid_value", "must not be negative") }
    }
}
