/// `{"<group>": <percent>, …}`: every weight that can't be one is recorded.
package struct WeightsDocument: Decodable, Sendable {
    package let weights: [String: Percent]

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        let problems = CodingUserInfoKey.problems.flatMap { decoder.userInfo[$0] } as? ProblemList
        var weights: [String: Percent] = [:]
        for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
            do {
                weights[key.stringValue] = try container.decode(Percent.self, forKey: key)
            } catch let error as DecodingError {
                guard let problems else { throw error }
                problems.add(error)
            } catch {
                guard let problems else { throw error }
                problems.add(JSONPointer([key]), "invalid_value", "has a number that is too large")
            }
        }
        self.weights = weights
    }
}
