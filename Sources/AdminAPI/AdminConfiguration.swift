/// Where and for whom the admin API listens.
package struct AdminConfiguration: Sendable {
    package var host: String
    package var port: Int
    /// The built-in token: it may do everything.
    package var token: AdminToken
    /// Nil: in the clear.
    package var tls: AdminTLS?
    /// Names besides `localhost` and `host` under which it is asked, without ports.
    package var names: [String] = []
    /// Origins whose pages may ask, such as `https://console.test`.
    package var origins: [String] = []
    package var maxConnections = 16_000
    var limits = ConnectionLimits()

    package init(host: String, port: Int, token: AdminToken) {
        self.host = host
        self.port = port
        self.token = token
    }
}
