/// The members of one JSON object, each value as its bytes stand in the text: to hash or keep objects as they came, and
/// to decode only some of them.
///
/// The whole text is read strictly, as by ``JSONScan``; only that deeper objects may have a member twice isn't noticed.
package struct JSONMembers: Sendable {
    package struct Member: Sendable {
        /// Without escapes.
        package let name: String
        /// From its first to its last byte, without blanks around; shares the text's storage.
        package let value: ArraySlice<UInt8>

        package var isNull: Bool { value.elementsEqual("null".utf8) }
    }

    /// In the text's order; each name once.
    package let all: [Member]

    /// - Throws: when `text` is not JSON, is nested too deeply, is no object, or has a member twice.
    package init(_ text: ArraySlice<UInt8>) throws(JSONScan.Malformed) {
        var cursor = try JSONCursor(text)
        guard try cursor.valueKind() == .object else { throw cursor.malformed("an object is missing") }
        var all: [Member] = []
        var names: Set<String> = []
        cursor.skip()
        if !cursor.take("}") {
            repeat {
                let name = try cursor.memberName(keeping: true)
                guard names.insert(name).inserted else { throw cursor.malformed("a member is there twice") }
                cursor.skipBlanks()
                let start = cursor.place
                try Self.pass(&cursor, depth: 1)
                all.append(Member(name: name, value: text[start..<cursor.place]))
            } while cursor.take(",")
            guard cursor.take("}") else { throw cursor.malformed("a comma or '}' is missing") }
        }
        try cursor.end()
        self.all = all
    }

    /// The value of a member, or nil when there is none of this name.
    package subscript(name: String) -> ArraySlice<UInt8>? { all.first { $0.name == name }?.value }

    /// Passes over a value.
    /// - Parameter depth: how many objects and arrays it is in.
    private static func pass(_ cursor: inout JSONCursor, depth: Int) throws(JSONScan.Malformed) {
        let kind = try cursor.valueKind()
        guard kind != .scalar else { return try cursor.scalar() }
        if depth >= JSONScan.deepest { throw cursor.malformed("it is nested more than \(JSONScan.deepest) deep") }
        cursor.skip()
        let bracket: Unicode.Scalar = kind == .object ? "}" : "]"
        guard !cursor.take(bracket) else { return }
        repeat {
            if kind == .object { _ = try cursor.memberName(keeping: false) }
            try pass(&cursor, depth: depth + 1)
        } while cursor.take(",")
        guard cursor.take(bracket) else { throw cursor.malformed("a comma or '\(bracket)' is missing") }
    }
}
