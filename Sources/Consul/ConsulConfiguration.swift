internal import Foundation

/// How Consul is reached and how patiently it is asked.
package struct ConsulConfiguration: Sendable {
    /// The agents' addresses without a path or a trailing slash: `http://127.0.0.1:8500`. At least one. Only one is
    /// asked at a time, the first one first; the next one when it can't be.
    package let addresses: [String]
    /// Sent as `X-Consul-Token`; never in an URL, a log line or a failure's reason.
    let token: ConsulToken
    /// For `https://` addresses; nil: what the system trusts.
    let tls: ConsulTLS?
    /// How long Consul may hold a question while nothing changes: 10 ms … 10 min, which is Consul's own bound. Consul
    /// adds up to a sixteenth of it.
    package let wait: Duration
    /// How long a connection may take to open.
    package var connectTimeout: Duration
    /// How long an answer may take beyond the time that Consul may hold the question. It is above the 7 s for which a
    /// server waits for a leader (`performance.rpc_hold_timeout`).
    package var grace: Duration
    /// The first and the longest pause after questions that failed in a row.
    package var backoff: ClosedRange<Duration>
    /// A longer answer is a failure, in bytes.
    package var largestAnswer: Int

    /// Services that have a question of their own, which Consul holds. With more services than this, those that
    /// changed last have one; the others are asked about in rounds.
    package var watches = 150
    /// Further questions at once that Consul answers without holding them, of which confirmations take up to a third.
    package var immediateQuestions = 20
    var confirmations: Int { max(1, immediateQuestions / 3) }
    /// Further connections for the rounds.
    package var probes = 4
    /// Services asked about in a second of a round, at most.
    package var probesPerSecond = 600
    /// How long a round lasts at least.
    package var shortestRound: Duration = .seconds(5)
    /// After how long a service that is asked about in rounds is asked for all it has, whatever its index says.
    package var refresh: Duration = .seconds(300)
    /// How often the agent is asked for a sign of life while services are watched, and how long it may take.
    package var heartbeat: Duration = .seconds(3)
    package var heartbeatTimeout: Duration = .seconds(5)

    /// - Parameters:
    ///   - addresses: each `http://host:port` or `https://host:port`; at least one.
    ///   - token: sent as `X-Consul-Token`.
    ///   - tokenFile: a file that holds the token instead; it is read again when it changes.
    ///   - tls: only with `https://`.
    /// - Throws: `ConsulConfigurationError`, a sentence that names what is wrong, without secrets.
    package init(
        addresses: [String], token: String? = nil, tokenFile: String? = nil, tls: ConsulTLS? = nil,
        wait: Duration = .seconds(55),
        connectTimeout: Duration = .seconds(2), grace: Duration = .seconds(10),
        backoff: ClosedRange<Duration> = .milliseconds(250) ... .seconds(30), largestAnswer: Int = 64 << 20
    ) throws(ConsulConfigurationError) {
        var valid: [String] = []
        for address in addresses {
            let address = try Self.validated(address: address)
            if !valid.contains(address) { valid.append(address) }
        }
        guard !valid.isEmpty else { throw ConsulConfigurationError("Consul needs at least one address.") }
        self.addresses = valid
        guard tls == nil || valid.contains(where: { $0.hasPrefix("https:") }) else {
            throw ConsulConfigurationError("TLS settings for Consul need an address with https://.")
        }
        self.tls = tls
        if let tokenFile {
            guard token?.isEmpty ?? true else {
                throw ConsulConfigurationError("Give Consul's token or a file with it, not both.")
            }
            self.token = try ConsulToken(file: tokenFile)
        } else {
            self.token = try ConsulToken(token)
        }
        guard (Duration.milliseconds(10) ... .seconds(600)).contains(wait) else {
            throw ConsulConfigurationError("The wait of a Consul query must be between 10 ms and 10 min.")
        }
        guard connectTimeout > .zero, grace > .zero, backoff.lowerBound > .zero, largestAnswer > 0 else {
            throw ConsulConfigurationError("The time-outs, pauses and bounds for Consul must be above zero.")
        }
        self.wait = wait
        self.connectTimeout = connectTimeout
        self.grace = grace
        self.backoff = backoff
        self.largestAnswer = largestAnswer
    }

    /// As above, with one agent.
    package init(
        address: String, token: String? = nil, wait: Duration = .seconds(55),
        connectTimeout: Duration = .seconds(2), grace: Duration = .seconds(10),
        backoff: ClosedRange<Duration> = .milliseconds(250) ... .seconds(30), largestAnswer: Int = 64 << 20
    ) throws(ConsulConfigurationError) {
        try self.init(
            addresses: [address], token: token, wait: wait, connectTimeout: connectTimeout, grace: grace,
            backoff: backoff, largestAnswer: largestAnswer)
    }

    private static func validated(address: String) throws(ConsulConfigurationError) -> String {
        guard let parts = URLComponents(string: address), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https"
        else {
            throw ConsulConfigurationError("Consul's address must look like http://127.0.0.1:8500.")
        }
        guard parts.user == nil, parts.password == nil else {
            // The address isn't repeated here: it holds a password.
            throw ConsulConfigurationError("Consul's address can't hold a user or a password; use a token.")
        }
        guard let host = parts.percentEncodedHost, !host.isEmpty else {
            throw ConsulConfigurationError("Consul's address \"\(address)\" has no host.")
        }
        guard parts.path.isEmpty || parts.path == "/", parts.query == nil, parts.fragment == nil else {
            throw ConsulConfigurationError(
                "Consul's address \"\(address)\" can only have a scheme, a host and a port.")
        }
        guard let port = parts.port else { return "\(scheme)://\(host)" }
        guard (1...65535).contains(port) else {
            throw ConsulConfigurationError("Consul's address \"\(address)\" has a port outside 1 … 65,535.")
        }
        return "\(scheme)://\(host):\(port)"
    }
}
