/// What is wrong with one field of a document.
package struct FieldProblem: Hashable, Codable, Sendable {
    /// Where: a JSON pointer (RFC 6901) into the document; for a query parameter `/` and its name.
    package let pointer: String
    /// What, for programs: `required`, `unknown_field`, `wrong_type`, `invalid_value`, `unknown_group`, …
    package let code: String
    /// What, for people: a phrase that follows the field's name.
    package let message: String

    package init(pointer: String, code: String, message: String) {
        self.pointer = pointer
        self.code = code
        self.message = message
    }
}
