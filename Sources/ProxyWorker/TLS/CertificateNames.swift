/// Which of a listener's certificates is shown to a client: by the name that the client asks for (SNI, RFC 6066 section
/// 3) and the names in the certificates (RFC 6125 section 6.4).
///
/// An exact name goes before a wildcard; a wildcard stands for exactly one label; of two certificates with the same
/// name the first is taken. Without a match it is the first certificate.
struct CertificateNames: Hashable, Sendable {
    private var exact: [String: Int] = [:]
    /// By what follows `*.`.
    private var wildcards: [String: Int] = [:]

    /// - Parameter names: of each certificate, `star.test` or `*.star.test`.
    init(_ names: [[String]]) {
        for (number, names) in names.enumerated() {
            for name in names {
                let name = Self.normal(name)
                if name.hasPrefix("*.") {
                    let parent = String(name.dropFirst(2))
                    if wildcards[parent] == nil { wildcards[parent] = number }
                } else if exact[name] == nil {
                    exact[name] = number
                }
            }
        }
    }

    /// The number of the certificate for a client that asks for `name`.
    func certificate(for name: String?) -> Int {
        guard let name = name.map(Self.normal) else { return 0 }
        if let number = exact[name] { return number }
        guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return 0 }
        return wildcards[String(name[name.index(after: dot)...])] ?? 0
    }

    /// Names are compared without regard to case and to a dot at the end.
    private static func normal(_ name: String) -> String {
        let name = name.lowercased()
        return name.hasSuffix(".") ? String(name.dropLast()) : name
    }
}
