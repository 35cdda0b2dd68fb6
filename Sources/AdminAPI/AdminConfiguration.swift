/// Where and for whom the admin API listens.
package struct AdminConfiguration: Sendable {
    package var host: String
    package var port: Int
    /// The bearer token that everything under `/v1` asks for.
    package var token: AdminToken

    package init(host: String, port: Int, token: AdminToken) {
        self.host = host
        self.port = port
        self.token = token
    }
}
