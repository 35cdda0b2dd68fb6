import HTTPTypes
import Testing

/// A write that must be refused, and how.
struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let method: HTTPRequest.Method
    let path: String
    let body: String
    let status: Int
    let code: String
    /// Each as `pointer code`.
    let errors: [String]

    init(
        _ what: String,
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String,
        _ status: Int,
        _ code: String,
        _ errors: [String]
    ) {
        testDescription = what
        self.method = method
        self.path = path
        self.body = body
        self.status = status
        self.code = code
        self.errors = errors
    }

    /// Makes the write and checks that it is refused and that nothing at all has changed.
    func check(_ admin: AdminFixture) async throws {
        let before = try await admin.stored()
        try await admin.send(method, path, body).expectProblem(status, code, errors)
        #expect(try await admin.stored() == before)
    }
}
