internal import RoutingModel

/// The JSON of most tags, meta and facts: strings without escapes, no blanks. Everything else is left to a real coder.
struct PlainJSON {
    private let bytes: UnsafeRawBufferPointer
    private var place = 0

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The strings of an array; nil when `text` isn't an array of plain strings.
    static func strings(
        _ text: UnsafeRawBufferPointer, _ string: (UnsafeRawBufferPointer) -> String?
    ) -> [String]? {
        var json = PlainJSON(text)
        guard json.take("[") else { return nil }
        var items: [String] = []
        if !json.take("]") {
            repeat {
                guard let item = json.string().flatMap(string) else { return nil }
                items.append(item)
            } while json.take(",")
            guard json.take("]") else { return nil }
        }
        return json.place == text.count ? items : nil
    }

    /// The members of an object; nil when `text` isn't an object of plain strings.
    static func members(
        _ text: UnsafeRawBufferPointer, _ string: (UnsafeRawBufferPointer) -> String?
    ) -> [String: String]? {
        var json = PlainJSON(text)
        guard json.take("{") else { return nil }
        var members: [String: String] = [:]
        if !json.take("}") {
            repeat {
                guard let name = json.string().flatMap(string), json.take(":"),
                    let value = json.string().flatMap(string)
                else { return nil }
                members[name] = value
            } while json.take(",")
            guard json.take("}") else { return nil }
        }
        return json.place == text.count ? members : nil
    }

    /// The value that `text` is; nil when it isn't plain: strings without escapes, numbers that are short integers.
    static func value(_ text: UnsafeRawBufferPointer) -> JSONValue? {
        var json = PlainJSON(text)
        guard let value = json.value(depth: 0), json.place == text.count else { return nil }
        return value
    }

    private mutating func value(depth: Int) -> JSONValue? {
        guard depth < 64, place < bytes.count else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "\""): return text().map { .string($0) }
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "t"): return word("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return word("false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return word("null") ? .null : nil
        default: return integer().map { .integer($0) }
        }
    }

    private mutating func array(depth: Int) -> JSONValue? {
        guard take("[") else { return nil }
        var items: [JSONValue] = []
        if take("]") { return .array(items) }
        repeat {
            guard let item = value(depth: depth + 1) else { return nil }
            items.append(item)
        } while take(",")
        return take("]") ? .array(items) : nil
    }

    private mutating func object(depth: Int) -> JSONValue? {
        guard take("{") else { return nil }
        var members: [String: JSONValue] = [:]
        if take("}") { return .object(members) }
        repeat {
            guard let name = text(), take(":"), let value = value(depth: depth + 1) else { return nil }
            members[name] = value
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func text() -> String? { string().flatMap { String(validating: $0, as: UTF8.self) } }

    private mutating func word(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard bytes.count - place >= count,
            bytes[place..<place + count].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: count))
        else { return false }
        place += count
        return true
    }

    /// At most 18 digits, which fit; what follows a fraction or an exponent is not taken, and so nobody's value.
    private mutating func integer() -> Int64? {
        let isNegative = take("-")
        let start = place
        var value: Int64 = 0
        while place < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) {
            guard place - start < 18 else { return nil }
            value = value * 10 + Int64(bytes[place] - UInt8(ascii: "0"))
            place += 1
        }
        guard place > start, place == start + 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
        return isNegative ? -value : value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard place < bytes.count, Unicode.Scalar(bytes[place]) == character else { return false }
        place += 1
        return true
    }

    private mutating func string() -> UnsafeRawBufferPointer? {
        guard take("\"") else { return nil }
        let start = place
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                place += 1
                return UnsafeRawBufferPointer(rebasing: bytes[start..<place - 1])
            case UInt8(ascii: "\\"), ..<0x20: return nil
            default: place += 1
            }
        }
        return nil
    }
}
