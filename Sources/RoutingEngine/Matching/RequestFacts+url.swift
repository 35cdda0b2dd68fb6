package import RoutingModel

extension RequestFacts {
    /// A request as a client would send it for a URL: path and query stay encoded as they are, a fragment isn't sent.
    ///
    /// What is wrong is recorded by the question's parameter: `/url`, `/method`, `/header`, `/source_ip`.
    /// - Parameters:
    ///   - url: absolute, `http` or `https`.
    ///   - headers: each `name:value`. A `host` among them goes before the URL's, as it does in a request.
    ///   - sourceIP: the client's address.
    /// - Returns: nil when anything is wrong.
    package init?(
        url: String, method: String = "GET", headers: [String] = [], sourceIP: String = "127.0.0.1",
        problems: ProblemList
    ) {
        let place = JSONPointer.root
        var authority: String?
        var target = "/"
        switch Self.parts(of: url) {
        case .success(let parts): (authority, target) = parts
        case .failure(let fault): problems.add(place["url"], fault.code, fault.message)
        }
        if !HTTPToken.isValid(method) { problems.add(place["method"], "invalid_value", "must be an HTTP method") }
        var fields: [(name: String, value: String)] = []
        for header in headers {
            guard let field = Self.field(header) else {
                problems.add(place["header"], "invalid_value", "must be name:value, not '\(header.prefix(100))'")
                continue
            }
            fields.append(field)
        }
        if let host = fields.last(where: { $0.name.lowercased() == "host" })?.value {
            if !Self.isAuthority(host[...]) {
                problems.add(place["header"], "invalid_value", "has a host '\(host.prefix(100))' that can't be one")
            }
            authority = host
        }
        if IPAddress(sourceIP) == nil { problems.add(place["source_ip"], "invalid_value", "must be an IP address") }
        guard problems.isEmpty, let authority else { return nil }
        self.init(method: method, authority: authority, target: target, headers: fields, sourceIP: sourceIP)
    }

    private struct Fault: Error {
        let code: String
        let message: String

        init(_ message: String, code: String = "invalid_value") {
            self.code = code
            self.message = message
        }
    }

    /// RFC 9110 section 4.2.
    private static func parts(of url: String) -> Result<(authority: String, target: String), Fault> {
        guard !url.isEmpty else { return .failure(Fault("is required", code: "required")) }
        let bytes = url.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8),
            ["http", "https"].contains(url[..<colon].lowercased())
        else { return .failure(Fault("must begin with http:// or https://")) }
        let start = bytes.index(colon, offsetBy: 3)
        let ends = "/?#".utf8
        let end = bytes[start...].firstIndex { ends.contains($0) } ?? bytes.endIndex
        guard start < end else { return .failure(Fault("names no host")) }
        guard !bytes[start..<end].contains(UInt8(ascii: "@")) else {
            return .failure(Fault("must not have a user name (RFC 9110 section 4.2.4)"))
        }
        guard isAuthority(url[start..<end]) else {
            return .failure(Fault("has a host '\(url[start..<end].prefix(100))' that can't be one"))
        }
        let target = url[end..<(bytes[end...].firstIndex(of: UInt8(ascii: "#")) ?? bytes.endIndex)]
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            return .failure(Fault("has a blank or a control character: percent-encode it"))
        }
        return .success(
            (String(url[start..<end]), target.utf8.first == UInt8(ascii: "/") ? String(target) : "/\(target)"))
    }

    /// Whether `text` is a host name or an IP address, with a port or not.
    private static func isAuthority(_ text: Substring) -> Bool {
        var host = text
        // Behind an IPv6 address in brackets, or behind a name, which has no colon.
        let rest = text.lastIndex(of: "]").map { text[text.index(after: $0)...] } ?? text
        if let colon = rest.firstIndex(of: ":") {
            let port = text[text.index(after: colon)...]
            guard port.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                port.isEmpty || (1...65_535).contains(Int(port) ?? 0)
            else { return false }
            host = text[..<colon]
        }
        if host.hasSuffix("."), !host.hasPrefix("[") { host.removeLast() }
        guard case .exact? = HostPattern(String(host)) else { return false }
        return true
    }

    private static func field(_ text: String) -> (name: String, value: String)? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = String(text[..<colon])
        let value = text[text.index(after: colon)...]
            .drop { $0 == " " || $0 == "\t" }
        // RFC 9110 section 5.5: no control characters but the tab.
        guard HTTPToken.isValid(name), value.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else {
            return nil
        }
        var trimmed = value
        while let last = trimmed.last, last == " " || last == "\t" { trimmed.removeLast() }
        return (name, String(trimmed))
    }
}
