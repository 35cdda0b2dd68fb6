import ArgumentParser
import Consul

/// How `serve` reaches Consul.
struct ConsulOptions: ParsableArguments {
    @Option(
        help: """
            Consul's HTTP API, e.g. http://127.0.0.1:8500; may be repeated: the next one is asked when one can't be. \
            Without it there are only listed peers.
            """)
    var consul: [String] = []

    @Option(help: "How long one question to Consul is held. (default: 55s)")
    var consulWait: Seconds?

    @Option(
        help: """
            Services that have a question of their own with Consul; with more, those that change least are asked about \
            in rounds. (default: 150)
            """)
    var consulWatches: Int?

    @Option(help: "A file with Consul's token, read again when it changes.")
    var consulTokenFile: String?

    @Option(help: "Certificates (PEM) to trust for https://. (default: those of the system)")
    var consulCaFile: String?

    @Option(help: "The client certificate (PEM) for a Consul that asks for one.")
    var consulClientCert: String?

    @Option(help: "The key (PEM) of the client certificate.")
    var consulClientKey: String?

    @Option(help: "The name in Consul's certificate, e.g. server.dc1.consul. (default: the address's host)")
    var consulTlsServerName: String?

    /// What the flags and the environment say; nil without an address.
    /// - Throws: `ConsulConfigurationError` or `ValidationError`, naming what is wrong.
    func configuration(_ environment: Environment) throws -> ConsulConfiguration? {
        let addresses = try environment.values(consul, "CONSUL")
        guard !addresses.isEmpty else { return nil }
        let caFile = try environment.value(consulCaFile, "CONSUL_CA_FILE")
        let certificate = try environment.value(consulClientCert, "CONSUL_CLIENT_CERT")
        let key = try environment.value(consulClientKey, "CONSUL_CLIENT_KEY")
        let serverName = try environment.value(consulTlsServerName, "CONSUL_TLS_SERVER_NAME")
        var tls: ConsulTLS?
        if [caFile, certificate, key, serverName].contains(where: { $0 != nil }) {
            tls = try ConsulTLS(
                caFile: caFile, certificateFile: certificate, keyFile: key, serverName: serverName)
        }
        var configuration = try ConsulConfiguration(
            addresses: addresses, token: environment.text("CONSUL_TOKEN"),
            tokenFile: try environment.value(consulTokenFile, "CONSUL_TOKEN_FILE"), tls: tls,
            wait: try environment.value(consulWait, "CONSUL_WAIT")?.duration ?? .seconds(55))
        configuration.watches = try environment.value(consulWatches, "CONSUL_WATCHES", default: 150)
        guard configuration.watches > 0 else { throw ValidationError("--consul-watches must be at least 1.") }
        return configuration
    }
}
