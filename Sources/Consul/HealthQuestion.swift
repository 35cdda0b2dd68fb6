internal import RoutingModel

/// A question for all instances of a service and their checks: `GET /v1/health/service/:name`.
///
/// It asks neither for `passing` nor for tags: the agent applies `passing` only after the query woke up, `tag` costs
/// the per-service index, and an answer without the critical instances can't tell "all critical" from "all gone".
struct HealthQuestion: Hashable, Sendable {
    enum Mode: Hashable, Sendable {
        /// Any server with data may answer, even without a leader; held until its index is above `index`.
        case watch(index: UInt64?, wait: Duration)
        /// The leader answers at once, after it has made sure that it still is the leader.
        case confirm
        /// Only for the index: what it tells of is left out, since no node has this meta. The index is the service's all
        /// the same (`ServiceNodes` in `agent/consul/health_endpoint.go`), and costs Consul a fifth of a whole answer.
        case probe
    }

    let service: ServiceKey
    let mode: Mode

    /// Whether Consul may hold the question.
    var blocks: Bool {
        if case .watch(.some, _) = mode { true } else { false }
    }

    /// Path and query.
    var target: String {
        var target = "/v1/health/service/\(Self.encoded(service.name))?"
        switch mode {
        case .watch(let index, let wait):
            target += "stale"
            if let index { target += "&index=\(index)&wait=\(Self.text(wait))" }
        case .confirm:
            target += "consistent"
        case .probe:
            target += "stale&node-meta=signalbox-probe:none"
        }
        if !service.datacenter.isEmpty { target += "&dc=\(Self.encoded(service.datacenter))" }
        return target
    }

    /// How long the answer may take, head and body: Consul holds a question for `wait` and a random part of a
    /// sixteenth of it (`jitterFraction` in `agent/consul/rpc.go`).
    func limit(grace: Duration) -> Duration {
        guard blocks, case .watch(_, let wait) = mode else { return grace }
        return wait + wait / 16 + grace
    }

    /// Everything but the unreserved characters (RFC 3986 section 2.3) is encoded.
    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    /// A Go duration: `55s`, `1500ms`.
    private static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return attoseconds == 0 ? "\(seconds)s" : "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms"
    }
}
