package import Foundation

/// The one way in which Signalbox turns values into JSON text and back: members sorted by name, slashes unescaped,
/// so that equal values are equal bytes.
package enum CanonicalJSON {
    /// The UTF-8 bytes of `value`.
    /// - Throws: `EncodingError` for a value that JSON can't hold (an infinite number).
    package static func data(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    /// The text of `value`, for a column of the store.
    package static func text(_ value: some Encodable) throws -> String {
        String(decoding: try data(value), as: UTF8.self)
    }

    /// `value` as a tree, for a place that holds any document.
    package static func tree(_ value: some Encodable) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: data(value))
    }

    /// Reads text that Signalbox itself wrote: unknown members are passed over, the first error is thrown.
    package static func decode<T: Decodable>(_ type: T.Type, from text: String) throws -> T {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
