/// A rule together with what Signalbox knows of its last change.
package struct StoredRule<Value: Hashable & Sendable>: Hashable, Sendable {
    package let name: String
    package let value: Value
    /// What the operator wrote: canonical JSON, an object.
    package let document: String
    /// The revision that last changed it.
    package let revision: Int
    package let updatedAt: Timestamp

    package init(name: String, value: Value, document: String, revision: Int, updatedAt: Timestamp) {
        self.name = name
        self.value = value
        self.document = document
        self.revision = revision
        self.updatedAt = updatedAt
    }

    /// Its strong entity tag (RFC 9110 section 8.8.3), with the quotes: a revision makes a rule at most once.
    package var etag: String { "\"\(revision)\"" }

    /// The rule as operators see it: as written, with `name`, `revision` and `updated_at`. JSON text.
    package var json: String {
        // Names and times need no escaping, and `document` is an object: so this splice is JSON.
        let rest = document.dropFirst().dropLast()
        return
            "{\"name\":\"\(name)\",\(rest)\(rest.isEmpty ? "" : ",")\"revision\":\(revision),\"updated_at\":\"\(updatedAt)\"}"
    }
}
