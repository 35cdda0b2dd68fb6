internal import RoutingModel

/// Header changes of a route and of one entry of its split, put together once: which fields are left out, and the lines
/// that are written behind the others. The route's come first; the entry's change what the route's made of it.
final class CompiledHeaderChanges: Sendable {
    /// In lower case.
    private let dropped: [[UInt8]]
    /// Bit n: a dropped name has n bytes, modulo 64. Nearly every field is kept by this alone.
    private let lengths: UInt64
    /// `Name: value CRLF`, as often as there are.
    let lines: [UInt8]
    /// The tags of dropped fields: also those that the proxy writes itself are left out then.
    let droppedTags: UInt32

    /// Nil when there is nothing to change.
    ///
    /// Left out is what can't be changed: names and values that can't stand in a header, and fields that belong to the
    /// connection or tell where a message ends or whom it is for (the host is for `Rewrite`).
    init?(route: HeaderChanges?, entry: HeaderChanges? = nil) {
        var names: Set<String> = []
        var fields: [(name: String, value: String)] = []
        for changes in [route, entry] {
            guard let changes else { continue }
            let gone = Set((changes.remove + changes.set.keys).map { $0.lowercased() }).filter(Self.isChangeable)
            names.formUnion(gone)
            fields.removeAll { gone.contains($0.name.lowercased()) }
            for part in [changes.set, changes.add] {
                for (name, value) in part.sorted(by: { $0.key < $1.key })
                where Self.isChangeable(name.lowercased()) && Self.isValue(value) {
                    fields.append((name, value))
                }
            }
        }
        guard !names.isEmpty || !fields.isEmpty else { return nil }
        dropped = names.sorted().map { Array($0.utf8) }
        lengths = dropped.reduce(0) { $0 | 1 << UInt64($1.count & 63) }
        droppedTags = dropped.reduce(0) { $0 | Self.tag($1).bit }
        lines = fields.flatMap { Array("\($0.name): \($0.value)\r\n".utf8) }
    }

    /// Whether the field of this name is left out.
    @inline(__always) func drops(_ name: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        (lengths &>> UInt64(count & 63)) & 1 != 0 && contains(name, count)
    }

    @inline(__always) func drops(_ tag: FieldTag) -> Bool { droppedTags & tag.bit != 0 }

    private func contains(_ name: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        for candidate in dropped where candidate.count == count {
            let isSame = candidate.withUnsafeBufferPointer { bytes in
                bytes.baseAddress.map { ByteClass.isSameToken($0, name, count) } ?? false
            }
            if isSame { return true }
        }
        return false
    }

    private static func tag(_ name: [UInt8]) -> FieldTag {
        name.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return .endToEnd }
            // No bit for names that are only names.
            return FieldTag(base, bytes.count)
        }
    }

    private static func isChangeable(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard !bytes.isEmpty, bytes.allSatisfy(ByteClass.isToken) else { return false }
        switch tag(bytes) {
        case .endToEnd, .expect, .forwardedFor, .forwardedProto, .forwardedHost, .forwarded, .realIP: return true
        case .connection, .hopByHop, .host, .contentLength, .transferEncoding, .te, .upgrade, .keepAlive: return false
        }
    }

    private static func isValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 == ByteClass.tab || ($0 >= 0x20 && $0 != 0x7F) }
    }
}
