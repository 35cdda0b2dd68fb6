internal import RoutingModel

/// What of a request is hashed, and with which salt, as bytes. Its pointers are its route's or group's.
struct CompiledKey: BitwiseCopyable {
    private enum Source: UInt8, BitwiseCopyable { case header, cookie, query, sourceIP }

    private let source: Source
    private let name: HeaderName
    /// Begins with the bar.
    private let salt: ByteText

    /// - Parameter salt: stands for the one that `stickiness` leaves out.
    init(_ stickiness: Stickiness, salt: String, in memory: CompiledMemory) {
        let name: String
        switch stickiness.key {
        case .header(let header): (source, name) = (.header, header)
        case .cookie(let cookie): (source, name) = (.cookie, cookie)
        case .query(let parameter): (source, name) = (.query, parameter)
        case .sourceIP: (source, name) = (.sourceIP, "")
        }
        self.name = HeaderName(name, isHeader: source == .header, in: memory)
        self.salt = memory.bytes("|\(stickiness.salt ?? salt)".utf8)
    }

    /// The request's key; nil when it has none, or an empty one.
    func value(_ reader: RequestReader) -> ByteText? {
        let value: ByteText?
        switch source {
        case .header: value = reader.header(name)
        case .cookie: value = reader.cookie(name)
        case .query: value = reader.parameter(name)
        case .sourceIP: value = reader.view.sourceIP
        }
        guard let value, !value.isEmpty else { return nil }
        return value
    }

    /// XXH64(key + "|" + salt, seed 0); nil when the request has no key.
    func hash(_ reader: RequestReader) -> UInt64? {
        value(reader).map { reader.memory.pointee.hash($0, salt) }
    }
}
