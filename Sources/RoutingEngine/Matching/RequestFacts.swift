internal import RoutingModel

/// A request by its facts: for `explain`, for tests, and for any engine that has no cheaper form.
package struct RequestFacts: Sendable {
    package let method: String
    package let host: String
    /// In its normal form, without dot segments; as sent when the proxy refuses the request for it.
    package let path: String
    package let query: String
    package let sourceIP: String
    /// Why the proxy answers such a request with 400, whatever the rules are; nil when it doesn't.
    package let fault: TargetFault?
    /// All of the above one after the other, then the headers' names and values.
    private let bytes: [UInt8]
    private let fields: [HeadField]

    /// - Parameters:
    ///   - authority: the Host header as sent, port and all.
    ///   - target: path and query as sent.
    ///   - headers: in order; names in any case. More than 65,535 bytes of one value are cut off.
    package init(
        method: String = "GET", authority: String, target: String = "/", headers: [(name: String, value: String)] = [],
        sourceIP: String = "127.0.0.1"
    ) {
        self.method = method
        host = HostPattern.normalize(authority)
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let sent = parts.first.map(String.init) ?? "/"
        query = parts.count == 2 ? String(parts[1]) : ""
        var fault = TargetFault(path: sent, query: query)
        if fault == nil, sent.utf8.first == UInt8(ascii: "/") {
            let normal = PathNormalizer.normalize(sent)
            path = normal ?? sent
            if normal == nil { fault = .climbs }
        } else {
            path = sent
        }
        self.fault = fault
        self.sourceIP = IPAddress(sourceIP)?.description ?? sourceIP
        var bytes: [UInt8] = []
        for text in [method, host, path, query, self.sourceIP] { bytes += text.utf8 }
        var fields: [HeadField] = []
        for (name, value) in headers {
            let name = name.utf8.prefix(Int(UInt16.max))
            let value = value.utf8.prefix(Int(UInt16.max))
            fields.append(
                HeadField(
                    nameStart: bytes.count, nameCount: name.count, valueStart: bytes.count + name.count,
                    valueCount: value.count))
            bytes += name
            bytes += value
        }
        self.bytes = bytes
        self.fields = fields
    }

    /// The request as bytes, for the time of `body`.
    package func withView<Value>(_ body: (RequestView) throws -> Value) rethrows -> Value {
        try bytes.withUnsafeBytes { bytes in
            try fields.withUnsafeBufferPointer { fields in
                var start = 0
                func next(_ text: String) -> UnsafeRawBufferPointer {
                    defer { start += text.utf8.count }
                    return bytes.part(start..<start + text.utf8.count)
                }
                return try body(
                    RequestView(
                        method: next(method), host: next(host), path: next(path), query: next(query),
                        sourceIP: next(sourceIP), head: bytes, fields: fields))
            }
        }
    }

    /// As `withView`, to ask for named values.
    func withReader<Value>(_ body: (RequestReader) throws -> Value) rethrows -> Value {
        let scratch = MatchScratch()
        return try withExtendedLifetime(scratch) {
            try withView { try body(RequestReader(view: $0, memory: scratch.memory)) }
        }
    }

    /// The value of a header, several joined; nil when it isn't there.
    package func header(_ name: String) -> String? {
        let memory = CompiledMemory()
        return withExtendedLifetime(memory) {
            withReader { reader in
                reader.header(HeaderName(name, isHeader: true, in: memory)).map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }
}
