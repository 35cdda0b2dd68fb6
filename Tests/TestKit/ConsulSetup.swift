/// How a test's Consul agent is run.
package struct ConsulSetup: Sendable {
    /// The name of its node, and so the first part of its instances' peer ids.
    package var node = "test-node"
    /// A server with a data directory, which survives `kill` and `start`; else a development agent, whose data are gone
    /// with its process.
    package var keepsData = false
    /// With a data directory: how many servers make the cluster.
    package var servers = 1
    /// Its port for gossip; nil for any.
    package var serfPort: Int?
    /// The ports for gossip of the servers that it joins.
    package var joins: [Int] = []
    /// Settings that have no flag, in HCL.
    package var settings = ""
    /// Whether it also listens for HTTPS; the settings must have its certificate.
    package var speaksTLS = false
    /// The token of the test's own requests.
    package var token: String?

    package init(
        node: String = "test-node", keepsData: Bool = false, servers: Int = 1, serfPort: Int? = nil, joins: [Int] = [],
        settings: String = "", token: String? = nil
    ) {
        self.node = node
        self.keepsData = keepsData
        self.servers = servers
        self.serfPort = serfPort
        self.joins = joins
        self.settings = settings
        self.token = token
    }
}
