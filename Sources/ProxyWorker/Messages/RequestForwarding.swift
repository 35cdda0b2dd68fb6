internal import NIOHTTP1
internal import RoutingModel

/// The head that an upstream peer gets for a client's request.
enum RequestForwarding {
    /// Fields for one connection only are left out (RFC 9110 section 7.6.1), the body's framing is written anew, Host
    /// stays as the client sent it. The client's address is added to `X-Forwarded-For`; `X-Forwarded-Proto` and
    /// `X-Forwarded-Host` are overwritten: this proxy is the edge, and nobody before it is believed.
    static func head(for request: ProxiedRequest, peer: SnapshotPeer) -> HTTPRequestHead {
        var fields: [(String, String)] = []
        fields.reserveCapacity(request.fields.count + 5)
        // RFC 9110 section 7.2 wants Host first. HTTP/1.0 needn't have one, HTTP/1.1 upstream must.
        let host = request.authority.isEmpty && !request.isHTTP11 ? Self.authority(of: peer) : request.authority
        fields.append(("Host", host))
        var forwardedFor = ""
        for (name, value) in request.fields {
            switch FieldKind(name) {
            case .endToEnd:
                if !request.connectionFields.isEmpty, request.names(name) { continue }
                fields.append((name, value))
            case .expect:
                fields.append((name, value))
            case .te:
                // RFC 9110 section 10.1.4: TE speaks for one connection only and has to be named by Connection. This
                // proxy passes trailers on, so it may say so too.
                if value.isField("trailers") { fields += [(name, value), ("Connection", "TE")] }
            case .forwardedFor:
                forwardedFor = forwardedFor.isEmpty ? value : "\(forwardedFor), \(value)"
            case .connection, .hopByHop, .host, .contentLength, .transferEncoding, .upgrade, .keepAlive,
                .forwardedProto, .forwardedHost:
                continue
            }
        }
        switch request.framing {
        case .length(let length): fields.append(("Content-Length", String(length)))
        case .chunked: fields.append(("Transfer-Encoding", "chunked"))
        case .none, .untilClose: break
        }
        fields.append(
            ("X-Forwarded-For", forwardedFor.isEmpty ? request.sourceIP : "\(forwardedFor), \(request.sourceIP)")
        )
        fields.append(("X-Forwarded-Proto", "http"))
        fields.append(("X-Forwarded-Host", host))
        return HTTPRequestHead(
            version: .http1_1,
            method: request.codecMethod,
            uri: request.target,
            headers: HTTPHeaders(fields)
        )
    }

    /// The trailer section that is passed on; nil when nothing is left of it.
    static func trailers(_ trailers: HTTPHeaders?) -> HTTPHeaders? {
        guard let trailers else { return nil }
        let kept = trailers.filter { FieldKind($0.name).isAllowedInTrailer }.map { ($0.name, $0.value) }
        return kept.isEmpty ? nil : HTTPHeaders(kept)
    }

    private static func authority(of peer: SnapshotPeer) -> String {
        peer.address.contains(":") ? "[\(peer.address)]:\(peer.port)" : "\(peer.address):\(peer.port)"
    }
}

extension ProxiedRequest {
    /// Whether `Connection` names the field.
    fileprivate func names(_ field: String) -> Bool { connectionFields.contains { field.isField($0) } }
}
