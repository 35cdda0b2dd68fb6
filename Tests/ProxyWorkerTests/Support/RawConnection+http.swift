/// A request or a response as it was on the wire.
struct RawMessage: Sendable {
    /// The request line or the status line.
    let line: String
    let fields: [(name: String, value: String)]
    /// As it was on the wire: chunked bodies with their framing.
    let rawBody: String
    /// Without framing.
    let body: String

    /// The values of a field, in order.
    func values(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    func value(_ name: String) -> String? { values(name).first }

    /// Of a response.
    var status: Int { Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0 }
    /// Of a request.
    var target: String { String(line.split(separator: " ").dropFirst().first ?? "") }
    var method: String { String(line.split(separator: " ").first ?? "") }
}

extension RawConnection {
    /// The next request with its body.
    func readRequest() async throws -> RawMessage { try await readMessage(isResponse: false, hasBody: true) }

    /// The next response with its body.
    /// - Parameter hasBody: false for the response to HEAD.
    func readResponse(hasBody: Bool = true) async throws -> RawMessage {
        try await readMessage(isResponse: true, hasBody: hasBody)
    }

    /// The next head only.
    func readHead() async throws -> RawMessage {
        let text = try await read(until: "\r\n\r\n")
        var lines = text.split(separator: "\r\n", omittingEmptySubsequences: true).map(String.init)
        let first = lines.isEmpty ? "" : lines.removeFirst()
        let fields = lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            return (name: parts[0], value: parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        return RawMessage(line: first, fields: fields, rawBody: "", body: "")
    }

    private func readMessage(isResponse: Bool, hasBody: Bool) async throws -> RawMessage {
        let head = try await readHead()
        var raw = ""
        var body = ""
        let isEmpty = isResponse && [204, 304].contains(head.status)
        if hasBody, !isEmpty {
            if head.value("Transfer-Encoding")?.lowercased() == "chunked" {
                while true {
                    let size = try await read(until: "\r\n")
                    raw += size
                    let count = Int(size.dropLast(1).split(separator: ";")[0], radix: 16) ?? 0
                    if count == 0 { break }
                    let chunk = try await read(count)
                    raw += chunk
                    body += chunk
                    raw += try await read(2)
                }
                while true {
                    let line = try await read(until: "\r\n")
                    raw += line
                    if line == "\r\n" { break }
                }
            } else if let length = head.value("Content-Length").flatMap({ Int($0) }) {
                body = try await read(length)
                raw = body
            } else if isResponse {
                body = try await readToEnd().text
                raw = body
            }
        }
        return RawMessage(line: head.line, fields: head.fields, rawBody: raw, body: body)
    }
}
