/// The members of one object being decoded.
///
/// In a strict decoding (see ``StrictDecoding``) a bad or missing member is recorded, a placeholder stands in for it
/// and decoding goes on, so that one answer names everything that is wrong. Otherwise the first error is thrown.
package struct Fields<Key: CodingKey & CaseIterable> {
    private let container: KeyedDecodingContainer<Key>
    private let problems: ProblemList?

    /// - Parameters:
    ///   - alsoKnown: members that are accepted and passed over.
    ///   - isWhole: false when others read further members of the same object: who reads the whole says which of them
    ///     nobody knows.
    package init(
        _ decoder: any Decoder, as keys: Key.Type, alsoKnown: Set<String> = [], isWhole: Bool = true
    ) throws {
        container = try decoder.container(keyedBy: Key.self)
        problems = CodingUserInfoKey.problems.flatMap { decoder.userInfo[$0] } as? ProblemList
        guard let problems, isWhole else { return }
        let known = alsoKnown.union(Key.allCases.map(\.stringValue))
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
        where !known.contains(key) {
            problems.add(JSONPointer(decoder.codingPath)[key], "unknown_field", "is not a field that Signalbox knows")
        }
    }

    /// The members that are there and not null.
    package var present: [Key] {
        Key.allCases.filter { container.contains($0) && (try? container.decodeNil(forKey: $0)) == false }
    }

    /// Where this object is in its document.
    package var pointer: JSONPointer { JSONPointer(container.codingPath) }

    package func required<T: Decodable>(_ key: Key, or placeholder: T) throws -> T {
        try recovering(key, or: placeholder) { try container.decode(T.self, forKey: key) }
    }

    package func optional<T: Decodable>(_ key: Key, default fallback: T) throws -> T {
        try recovering(key, or: fallback) { try container.decodeIfPresent(T.self, forKey: key) ?? fallback }
    }

    package func optional<T: Decodable>(_ key: Key) throws -> T? {
        try recovering(key, or: nil) { try container.decodeIfPresent(T.self, forKey: key) }
    }

    /// Exactly one of `keys` must be there; a problem is recorded (or thrown) and nil returned when not.
    package func exactlyOne(of keys: [Key]) throws -> Key? {
        let found = present.filter { key in keys.contains { $0.stringValue == key.stringValue } }
        if found.count == 1 { return found[0] }
        let names = keys.map(\.stringValue).joined(separator: ", ")
        try fail(nil, "invalid_value", "needs exactly one of \(names)\(found.isEmpty ? "" : ", not \(found.count)")")
        return nil
    }

    /// Says what is wrong with a member, or with this object as a whole.
    /// - Parameter index: the element of the member, when that is an array.
    package func fail(_ key: Key?, at index: Int? = nil, _ code: String, _ message: String) throws {
        let path: [any CodingKey] =
            container.codingPath + (key.map { [$0] } ?? []) + (index.map { [AnyKey(intValue: $0)] } ?? [])
        guard let problems else {
            throw DecodingError.dataCorrupted(.init(codingPath: path, debugDescription: message))
        }
        problems.add(JSONPointer(path), code, message)
    }

    private func recovering<T>(_ key: Key, or placeholder: T, _ read: () throws -> T) throws -> T {
        guard let problems else { return try read() }
        do {
            return try read()
        } catch let error as DecodingError {
            problems.add(error)
        } catch let error as ProblemList.IsFull {
            throw error
        } catch {
            // Foundation throws an error of its own, without a place, for a number that its type can't hold.
            let isWhole = T.self is any BinaryInteger.Type
            problems.add(
                JSONPointer(container.codingPath + [key]), "invalid_value",
                isWhole ? "must be a whole number of at most 64 bits" : "has a number that is too large")
        }
        if problems.isFull { throw ProblemList.IsFull() }
        return placeholder
    }
}
