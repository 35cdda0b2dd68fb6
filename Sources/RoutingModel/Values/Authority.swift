/// The authority of an HTTP request (RFC 9110 section 4.2.1), as the Host header has it: a host and perhaps a port.
package enum Authority {
    /// Whether `text` is a host name, an IPv4 address or an IPv6 address in brackets, alone or with `:` and a port.
    package static func isValid(_ text: String) -> Bool {
        let end = text.lastIndex(of: "]") ?? text.startIndex
        guard let colon = text[end...].lastIndex(of: ":") else { return isHost(text) }
        let port = text[text.index(after: colon)...]
        guard (1...5).contains(port.utf8.count), port.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(port), (1...65_535).contains(number)
        else { return false }
        return isHost(String(text[..<colon]))
    }

    /// Whether `text` is a host name: no address, no pattern.
    package static func isHostName(_ text: String) -> Bool {
        isHost(text) && !text.hasPrefix("[") && IPAddress(text) == nil
    }

    private static func isHost(_ text: String) -> Bool {
        if case .exact? = HostPattern(text) { return true }
        return false
    }
}
