/// Reads an event stream as browsers do (WHATWG HTML section 9.2.6), from chunks that end anywhere.
package struct EventParser: Sendable {
    /// What a line may have at most, in bytes; a stream that goes on without a line break is no event stream.
    private static let longestLine = 16 << 20

    package struct TooLong: Error {}

    /// The last id of an event that was complete; survives the stream, for going on where it ended.
    package private(set) var lastID: String
    /// As `lastID`, with what the event that is being read says.
    private var nextID: String
    private var line: [UInt8] = []
    private var name = ""
    private var data: [String] = []
    /// A line feed that follows belongs to the carriage return before it.
    private var skipsLineFeed = false
    private var isFirstLine = true

    package init(lastID: String = "") {
        self.lastID = lastID
        nextID = lastID
    }

    /// Takes the next bytes and gives the events that are complete now.
    package mutating func feed(_ bytes: some Sequence<UInt8>) throws(TooLong) -> [ServerEvent] {
        var events: [ServerEvent] = []
        for byte in bytes {
            let skips = skipsLineFeed && byte == UInt8(ascii: "\n")
            skipsLineFeed = byte == UInt8(ascii: "\r")
            if skips { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if let event = endLine() { events.append(event) }
            } else {
                if line.count >= Self.longestLine { throw TooLong() }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() -> ServerEvent? {
        var text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        if isFirstLine, text.hasPrefix("\u{FEFF}") { text.removeFirst() }
        isFirstLine = false
        if text.isEmpty { return dispatch() }
        // A comment; heartbeats are some.
        guard !text.hasPrefix(":") else { return nil }
        let colon = text.firstIndex(of: ":")
        let field = text[..<(colon ?? text.endIndex)]
        var value = colon.map { text[text.index(after: $0)...] } ?? ""
        if value.hasPrefix(" ") { value.removeFirst() }
        switch field {
        case "event": name = String(value)
        case "data": data.append(String(value))
        case "id": if !value.utf8.contains(0) { nextID = String(value) }
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerEvent? {
        defer {
            name = ""
            data = []
        }
        lastID = nextID
        guard !data.isEmpty else { return nil }
        return ServerEvent(name: name.isEmpty ? "message" : name, id: lastID, data: data.joined(separator: "\n"))
    }
}
