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

    private let bytes: [UInt8]
    private var place = 0
    /// Where the scan is in the document, from the outside in.
    private var path: [AnyKey] = []

    package init(_ data: Data) throws(Malformed) {
        bytes = Array(data)
        // Section 8.1: UTF-8, without a byte order mark.
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Malformed(reason: "it is not UTF-8") }
        try value()
        skipBlanks()
        if place < bytes.count { throw malformed("something follows the document") }
    }

    private mutating func value() throws(Malformed) {
        skipBlanks()
        guard let next else { throw malformed("it ends too early") }
        switch next {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "\""): _ = try string(keeping: false)
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        default: throw malformed("a value is missing")
        }
    }

    private mutating func object() throws(Malformed) {
        try enter()
        var names: Set<String> = []
        if !take("}") {
            repeat {
                skipBlanks()
                guard next == UInt8(ascii: "\"") else { throw malformed("a member's name is missing") }
                let name = try string(keeping: true)
                path.append(AnyKey(name))
                if !names.insert(name).inserted, duplicates.count < Self.listed { duplicates.append(JSONPointer(path)) }
                guard take(":") else { throw malformed("a colon is missing") }
                try value()
                path.removeLast()
            } while take(",")
            guard take("}") else { throw malformed("a comma or '}' is missing") }
        }
    }

    private mutating func array() throws(Malformed) {
        try enter()
        if !take("]") {
            var index = 0
            repeat {
                path.append(AnyKey(intValue: index))
                try value()
                path.removeLast()
                index += 1
            } while take(",")
            guard take("]") else { throw malformed("a comma or ']' is missing") }
        }
    }

    private mutating func enter() throws(Malformed) {
        if path.count >= Self.deepest { throw malformed("it is nested more than \(Self.deepest) deep") }
        place += 1
    }

    private mutating func word(_ word: String) throws(Malformed) {
        guard bytes[place...].starts(with: word.utf8) else { throw malformed("a value is missing") }
        place += word.utf8.count
    }

    private mutating func number() throws(Malformed) {
        if next == UInt8(ascii: "-") { place += 1 }
        if next == UInt8(ascii: "0") { place += 1 } else { try digits() }
        if next == UInt8(ascii: ".") {
            place += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            place += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
            try digits()
        }
    }

    private mutating func digits() throws(Malformed) {
        let start = place
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
        if place == start { throw malformed("a digit is missing") }
    }

    /// - Returns: the string's value, or nothing when it isn't kept.
    private mutating func string(keeping: Bool) throws(Malformed) -> String {
        var text: [UInt8] = []
        place += 1
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                place += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                let scalar = try escape()
                if keeping { text += Array(String(scalar).utf8) }
            case ..<0x20: throw malformed("a control character stands in a string")
            default:
                if keeping { text.append(byte) }
                place += 1
            }
        }
        throw malformed("a string is not closed")
    }

    private mutating func escape() throws(Malformed) -> Unicode.Scalar {
        place += 1
        guard let byte = next else { throw malformed("a string is not closed") }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try hexadecimal()
            if let scalar = Unicode.Scalar(first) { return scalar }
            // Section 8.2: half a surrogate pair is no character, and nobody knows what others make of it.
            guard first < 0xDC00, next == UInt8(ascii: "\\"), place + 1 < bytes.count,
                bytes[place + 1] == UInt8(ascii: "u")
            else { throw malformed("half a surrogate pair stands in a string") }
            place += 2
            let second = try hexadecimal()
            guard (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00))
            else { throw malformed("half a surrogate pair stands in a string") }
            return scalar
        default: throw malformed("a string has an unknown escape")
        }
    }

    private mutating func hexadecimal() throws(Malformed) -> UInt32 {
        guard place + 4 <= bytes.count, bytes[place..<place + 4].allSatisfy(Self.isHexadecimal),
            let value = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
        else { throw malformed("a string has an unknown escape") }
        place += 4
        return value
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            return true
        default: return false
        }
    }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    /// Passes over blanks and then over `character`, if it is that.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard next.map({ Unicode.Scalar($0) == character }) == true else { return false }
        place += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { place += 1 }
    }

    private func malformed(_ what: String) -> Malformed {
        let before = bytes[..<place]
        let line = before.count { $0 == 0x0A } + 1
        let column = place - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return Malformed(reason: "\(what) at line \(line), column \(column)")
    }
}
