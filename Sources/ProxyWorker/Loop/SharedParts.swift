/// What the event loops of a worker share; each part looks after its own safety.
struct SharedParts: Sendable {
    let health: HealthBoard
    let limits: SharedLimits
    let upstreamTLS: UpstreamTLSContexts
    let accessLog: AccessLogWriter?
    let certificates: ServerCertificates?
}
