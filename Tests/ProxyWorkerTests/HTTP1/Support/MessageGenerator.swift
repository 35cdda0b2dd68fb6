/// Makes requests and responses of a grammar, sound and unsound ones, and breaks them further.
struct MessageGenerator {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// One to three requests on one connection.
    mutating func requests() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<pick([1, 1, 1, 2, 3]) { bytes += [UInt8](latin: request()) }
        return mutated(bytes)
    }

    mutating func response() -> [UInt8] {
        var text = ""
        if chance(6) {
            text += "HTTP/1.1 \(pick(["100 Continue", "103 Early Hints"]))\r\n\(pick(["", "Link: </a>\r\n"]))\r\n"
        }
        text += either(["HTTP/1.1", "HTTP/1.1", "HTTP/1.0"], ["HTTP/1.2", "http/1.1", "HTTP/2.0", "HTTP/11"])
        text += either([" "], ["  ", "\t", ""])
        text += either(["200", "200", "204", "304", "404", "502", "101"], ["99", "1000", "2 0", "600"])
        text += either([" OK", " OK", " ", "", " Not \tFound", " \u{e9}"], [" a\u{0}", "  x", "x"]) + eol()
        let body = bodyFields()
        text += fields() + body.fields + eol() + body.body
        return mutated([UInt8](latin: text))
    }

    /// Where to cut so many bytes into pieces, in order.
    mutating func cuts(_ count: Int) -> [Int] {
        guard count > 1 else { return [] }
        if chance(8) { return Array(1..<count) }
        return (0..<pick([1, 1, 2, 3, 5])).map { _ in Int.random(in: 0...count, using: &random) }.sorted()
    }

    mutating func flip() -> Bool { chance(2) }

    private mutating func request() -> String {
        let method = either(
            ["GET", "GET", "POST", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "TRACE", "M-SEARCH"],
            ["CONNECT", "get", "G T", "", "BREW"])
        var text = either([""], ["\r\n", "\n", " ", "\r\n\r\n"])
        text += method + either([" "], ["  ", "\t"])
        text += target() + either([" "], ["  ", ""])
        text += version() + eol()
        text += either(
            ["Host: a\r\n", "Host: star.test:80\r\n", "host:A.\r\n", "Host: [::1]:8080\r\n"],
            ["", "HOST : a\r\n", "Host:\r\n", "Host: a b\r\n", "Host: u@a\r\n", "Host: a/\r\n"])
        let body = bodyFields()
        text += fields() + body.fields
        if chance(3) { text += fields() }
        return text + eol() + body.body
    }

    private mutating func version() -> String {
        either(
            ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0"],
            ["HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "HTTP/1", "http/1.1", "HTTP/1.1 ", "HTTP/11.1", "HTTP/1.01", ""])
    }

    private mutating func target() -> String {
        var text = either(["/", "/", "/", "/", "http://h", "https://H:8/", "//"], ["*", "", "h:1", "ftp://a/", "x"])
        for _ in 0..<pick([0, 1, 2, 4]) {
            text += either(
                ["a", "b/", "/", "c/../", "d/./", "/%2e", "%2f", "?", "?x=1&y", ";x", "~", "%41", "..;", "e"],
                [
                    "..", "/../", "%2E%2e/", "%", "%zz", "%00", "#", "\\", "\u{e9}", "\"", "{", "@", ":", "\u{7f}",
                    "\u{1}",
                ])
        }
        return text
    }

    private mutating func fields() -> String {
        var text = ""
        for _ in 0..<pick([0, 1, 2, 3, 5]) { text += field() }
        return text
    }

    private mutating func field() -> String {
        let name = either(
            [
                "X", "Accept", "User-Agent", "Cookie", "Connection", "Connection", "Upgrade", "Keep-Alive", "TE",
                "Expect", "X-Forwarded-For", "X_y", "X!#$%&'*+-.^`|~", "Trailer", "Proxy-Connection",
            ], ["Transfer-Encoding", "Content-Length", "X y", "", "\u{e9}", "X(", "Host"])
        let value = either(
            [
                "1", "", "a, b", "close", "keep-alive", "upgrade", "Upgrade, x", "websocket", "trailers", "5",
                "100-continue", "chunked", "a\u{e9}\u{ff}", "a\tb", "\"q\\\"\"", "h2c", "timeout=5", "x, close",
                "Close",
            ], ["a\u{0}b", "a\rb", "a\nb", "gzip, chunked", "a\u{7f}"])
        return name + either([":", ": ", ":\t", ":  "], [" :", "", "::"]) + value + pick(["", "", "", " ", "\t"])
            + eol()
    }

    /// The fields that say where a body ends, and a body.
    private mutating func bodyFields() -> (fields: String, body: String) {
        switch either([0, 1, 1, 2, 2, 2], [3, 4]) {
        case 0: return ("", "")
        case 1:
            let body = pick(["", "hello", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "0\r\n\r\n"])
            let length = either(
                ["\(body.utf8.count)", "00\(body.utf8.count)"],
                ["+5", "5, 5", "", "-1", "0x5", "99999999999999999999", "5 5", "3"])
            return ("Content-Length: \(length)" + eol(), body)
        case 2: return ("Transfer-Encoding: chunked" + eol(), chunks())
        case 3:
            let coding = pick([
                "Chunked", " chunked ", "xchunked", "gzip", "chunked, chunked", "identity", "chunked, gzip",
                "gzip, chunked",
                "chunked;a", "", ",chunked", "\u{b}chunked", "chunked\t", "\tchunked", "chunked \t ",
            ])
            return ("Transfer-Encoding:\(coding)" + eol(), chunks())
        default:
            let body = chunks()
            return ("Transfer-Encoding: chunked\r\nContent-Length: \(pick([0, 5, body.utf8.count]))" + eol(), body)
        }
    }

    private mutating func chunks() -> String {
        var text = ""
        for _ in 0..<pick([0, 1, 2, 3]) {
            let data = pick(["a", "hello", "0\r\n\r\n", "0123456789abcdef", "\u{0}\r\n"])
            text += size(data.unicodeScalars.count) + extensions() + eol() + data + eol()
        }
        text += pick(["0", "0", "0", "00", "0;a"]) + eol()
        if chance(4) { text += fields() }
        return text + eol()
    }

    private mutating func size(_ count: Int) -> String {
        let digits = String(count, radix: 16)
        return either(
            [digits, digits.uppercased(), "0\(digits)"],
            [
                "0x\(digits)", "+\(digits)", " \(digits)", "\(digits) ", "\(digits)g", "ffffffffffffffff",
                "-\(digits)", "00000000000000000\(digits)", "7fffffffffffffff", "1\(digits)",
            ])
    }

    private mutating func extensions() -> String {
        guard chance(6) else { return "" }
        return either(
            [";a", ";a=b", ";a=\"b;c\"", ";a=b;c", ";a=\"\\\"\"", ";a=\"\"", ";a=\"b\";c"],
            [
                ";", ";;", ";a=", "; a", ";a =b", ";a\u{0}", ";a=\"b", ";a[", ";a=\"b\"c", ";=", ";a=b=c",
                ";a=\"\u{e9}\"",
            ])
    }

    private mutating func eol() -> String { chance(150) ? pick(["\n", "\r", "\r\r\n", "\n\r", "", " \r\n"]) : "\r\n" }

    /// Half of the inputs stay as they are.
    private mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        guard chance(2), !bytes.isEmpty else { return bytes }
        for _ in 0..<pick([1, 1, 1, 2, 3, 6]) {
            let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
            guard place < bytes.count else { continue }
            switch pick([0, 0, 1, 2, 3, 4, 5, 6]) {
            case 0: bytes[place] = byte()
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(byte(), at: place)
            case 3: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 4: bytes.insert(contentsOf: [UInt8](latin: pick(Self.pieces)), at: place)
            case 5:
                let end = min(bytes.count, place + pick([1, 2, 4, 8, 40]))
                bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
            default: bytes.removeSubrange(place..<min(bytes.count, place + pick([1, 2, 4, 8, 40])))
            }
        }
        return bytes
    }

    private static let pieces = [
        "\r\n", "\r\n\r\n", "\n", "\r", " ", "\t", ":", "\u{0}", "0\r\n\r\n", "chunked", "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n ", "HTTP/1.1", ",", ";", "\u{ff}",
        "Connection: close\r\n", "Upgrade: x\r\nConnection: upgrade\r\n", "100-continue", "..", "%2e",
        "ffffffffffffffff",
    ]

    private mutating func byte() -> UInt8 {
        chance(2)
            ? pick([0, 9, 10, 13, 32, 0x3A, 0x7F, 0x80, 0xFF, 0x2C, 0x3B, 0x30])
            : UInt8.random(in: 0...255, using: &random)
    }

    /// Something unsound now and then.
    private mutating func either<Element>(_ sound: [Element], _ unsound: [Element]) -> Element {
        chance(40) ? pick(unsound) : pick(sound)
    }

    private mutating func chance(_ one: UInt64) -> Bool { random.next() % one == 0 }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int(random.next() % UInt64(elements.count))]
    }
}
