/// TLS to a group's peers.
package struct UpstreamTLS: Hashable, Sendable, Codable {
    /// The name that the peers' certificates must have, sent as SNI; nil is the request's host.
    package var serverName: String?
    /// Certificates of the authorities to trust, PEM; nil is the system's.
    package var authorities: String?
    /// False accepts any certificate.
    package var verify: Bool

    package init(serverName: String? = nil, authorities: String? = nil, verify: Bool = true) {
        self.serverName = serverName
        self.authorities = authorities
        self.verify = verify
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case serverName = "server_name", authorities = "ca", verify }
}

extension UpstreamTLS {
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        serverName = try fields.optional(.serverName)
        authorities = try fields.optional(.authorities)
        verify = try fields.optional(.verify, default: true)
    }
}
