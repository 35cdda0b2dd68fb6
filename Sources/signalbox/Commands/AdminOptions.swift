import AdminAPI
import ArgumentParser
import ProxyWorker

/// How `serve` lets others talk to its admin API.
struct AdminOptions: ParsableArguments {
    @Option(help: "Where the admin API listens. (default: 127.0.0.1:7000)")
    var admin: ListenAddress?

    @Option(help: "The admin API's certificate (PEM), read again when it changes; then it takes https:// only.")
    var adminCert: String?

    @Option(help: "The key (PEM) of the admin API's certificate.")
    var adminKey: String?

    @Option(help: "Certificates (PEM) one of which every client's certificate must be signed by.")
    var adminClientCa: String?

    @Option(
        help: """
            A name under which the admin API is asked, besides localhost, the name in --admin and addresses; may be \
            repeated.
            """)
    var adminHost: [String] = []

    @Option(help: "An origin whose pages may ask the admin API, e.g. https://console.test; may be repeated.")
    var adminCorsOrigin: [String] = []

    @Option(help: "Connections to the admin API at a time. (default: 16000)")
    var adminMaxConnections: Int?

    /// What the flags and the environment say.
    /// - Throws: `AdminTLS.Unusable` or `ValidationError`, naming what is wrong.
    func configuration(_ environment: Environment, token: AdminToken) throws -> AdminConfiguration {
        let address = try address(environment)
        var configuration = AdminConfiguration(host: address.host, port: address.port, token: token)
        configuration.tls = try tls(environment)
        configuration.names = try environment.values(adminHost, "ADMIN_HOST")
        for name in configuration.names where name.contains(":") || name.contains("/") || name.isEmpty {
            throw ValidationError("--admin-host takes a host name without scheme and port, not '\(name)'.")
        }
        configuration.origins = try environment.values(adminCorsOrigin, "ADMIN_CORS_ORIGIN")
        for origin in configuration.origins {
            let parts = origin.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 3, ["http:", "https:"].contains(parts[0]), parts[1].isEmpty, !parts[2].isEmpty else {
                throw ValidationError(
                    "--admin-cors-origin takes an origin such as https://console.test, not '\(origin)'.")
            }
        }
        configuration.maxConnections = try environment.value(
            adminMaxConnections, "ADMIN_MAX_CONNECTIONS", default: configuration.maxConnections)
        guard configuration.maxConnections > 0 else {
            throw ValidationError("--admin-max-connections must be at least 1.")
        }
        return configuration
    }

    func address(_ environment: Environment) throws -> ListenAddress {
        try environment.value(admin, "ADMIN", default: ListenAddress(host: "127.0.0.1", port: 7000))
    }

    private func tls(_ environment: Environment) throws -> AdminTLS? {
        let certificate = try environment.value(adminCert, "ADMIN_CERT")
        let key = try environment.value(adminKey, "ADMIN_KEY")
        let clientCA = try environment.value(adminClientCa, "ADMIN_CLIENT_CA")
        switch (certificate, key) {
        case (let certificate?, let key?):
            return try AdminTLS(certificateFile: certificate, keyFile: key, clientCAFile: clientCA)
        case (nil, nil):
            guard clientCA == nil else {
                throw ValidationError("--admin-client-ca needs --admin-cert and --admin-key.")
            }
            return nil
        default: throw ValidationError("--admin-cert and --admin-key must be given together.")
        }
    }
}
