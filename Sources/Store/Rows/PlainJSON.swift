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
