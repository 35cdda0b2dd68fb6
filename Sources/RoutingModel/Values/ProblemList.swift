/// Collects what is wrong with a document, so that its writer sees all of it at once.
///
/// Not thread-safe and not shared: it lives for one decoding and the validation that follows.
package final class ProblemList {
    /// More than anybody reads; looking for a repetition must not take a time that grows with the square of a bad body.
    package static let limit = 100

    /// Ends a decoding in which there is nothing more to say.
    struct IsFull: Error {}

    /// The first `limit` of them.
    package private(set) var problems: [FieldProblem] = []

    package init() {}

    /// One that has `problems` already.
    init(_ problems: [FieldProblem]) { add(problems) }

    package func add(_ more: [FieldProblem]) {
        for problem in more where !isFull && !problems.contains(problem) { problems.append(problem) }
    }

    package var isEmpty: Bool { problems.isEmpty }

    var isFull: Bool { problems.count >= Self.limit }

    package func add(_ pointer: JSONPointer, _ code: String, _ message: String) {
        guard !isFull else { return }
        let problem = FieldProblem(pointer: pointer.description, code: code, message: message)
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// Records a decoder's error at the place it names.
    package func add(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            add(JSONPointer(context.codingPath + [key]), "required", "is required")
        case .typeMismatch(let type, let context):
            add(JSONPointer(context.codingPath), "wrong_type", "must be \(Self.words(for: type))")
        case .valueNotFound(let type, let context):
            add(JSONPointer(context.codingPath), "wrong_type", "must be \(Self.words(for: type)), not null")
        case .dataCorrupted(let context):
            add(JSONPointer(context.codingPath), "invalid_value", context.debugDescription)
        @unknown default:
            add(.root, "invalid_value", "can't be read")
        }
    }

    /// JSON's word for what a Swift type is read from.
    static func words(for type: any Any.Type) -> String {
        switch type {
        case is String.Type: return "a string"
        case is Bool.Type: return "true or false"
        case is any BinaryInteger.Type: return "a whole number"
        case is Double.Type: return "a number"
        default: return "\(type)".hasPrefix("Array") ? "an array" : "an object"
        }
    }
}
