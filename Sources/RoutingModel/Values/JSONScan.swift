package import Foundation

/// A strict reading of JSON text (RFC 8259), done before a decoder sees it.
///
/// Foundation's decoder takes more than JSON: UTF-16, a comma before a closing bracket, and whatever stands in a member
/// that nobody reads. Of a member that is there twice it silently keeps one.
package struct JSONScan {
    /// Why a text is not JSON, or is nested too deeply.
    package struct Malformed: Error {
        /// A phrase with the place: `a comma is missing at line 3, column 7`.
        package let reason: String
    }

    /// How deep objects and arrays may be nested; no document of Signalbox goes half as deep.
    package static let deepest = 64

    /// Duplicates that are listed; each costs a pointer, and a name may be long.
    private static let listed = 10

    /// Members whose name their object has already; the first few.
    package private(set) var duplicates: [JSONPointer] = []

    private var text: JSONCursor
    /// Where the scan is in the document, from the outside in.
    private var path: [AnyKey] = []

    package init(_ data: Data) throws(Malformed) {
        text = try JSONCursor(Array(data)[...])
        try value()
        try text.end()
    }

    private mutating func value() throws(Malformed) {
        switch try text.valueKind() {
        case .object: try object()
        case .array: try array()
        case .scalar: try text.scalar()
        }
    }

    private mutating func object() throws(Malformed) {
        try enter()
        var names: Set<String> = []
        if !text.take("}") {
            repeat {
                let name = try text.memberName(keeping: true)
                path.append(AnyKey(name))
                if !names.insert(name).inserted, duplicates.count < Self.listed { duplicates.append(JSONPointer(path)) }
                try value()
                path.removeLast()
            } while text.take(",")
            guard text.take("}") else { throw text.malformed("a comma or '}' is missing") }
        }
    }

    private mutating func array() throws(Malformed) {
        try enter()
        if !text.take("]") {
            var index = 0
            repeat {
                path.append(AnyKey(intValue: index))
                try value()
                path.removeLast()
                index += 1
            } while text.take(",")
            guard text.take("]") else { throw text.malformed("a comma or ']' is missing") }
        }
    }

    private mutating func enter() throws(Malformed) {
        if path.count >= Self.deepest { throw text.malformed("it is nested more than \(Self.deepest) deep") }
        text.skip()
    }
}
