/// The settings of groups and routes as `CanonicalJSON` writes them: members in the order of their names, nothing for
/// what is nil.
extension JSONWriter {
    mutating func write(_ health: HealthPolicy) {
        object { members in
            if let active = health.active {
                members.name("active")
                members.write(active)
            }
            if let passive = health.passive {
                members.name("passive")
                members.write(passive)
            }
        }
    }

    private mutating func write(_ active: ActiveHealth) {
        object { members in
            members.member("healthy_after", active.healthyAfter)
            if let http = active.http {
                members.name("http")
                members.object { check in
                    if let host = http.host { check.member("host", host) }
                    check.member("path", http.path)
                    check.member("statuses", http.statuses)
                }
            }
            members.member("interval", active.interval.description)
            members.member("timeout", active.timeout.description)
            members.member("unhealthy_after", active.unhealthyAfter)
        }
    }

    private mutating func write(_ passive: PassiveHealth) {
        object { members in
            members.member("consecutive_5xx", passive.consecutive5xx)
            members.member("consecutive_failures", passive.consecutiveFailures)
            members.member("ejection_time", passive.ejectionTime.description)
            members.member("max_ejected", passive.maxEjected)
            members.member("max_ejection_time", passive.maxEjectionTime.description)
        }
    }

    mutating func write(_ tls: UpstreamTLS) {
        object { members in
            if let authorities = tls.authorities { members.member("ca", authorities) }
            if let name = tls.serverName { members.member("server_name", name) }
            members.member("verify", tls.verify)
        }
    }

    mutating func write(_ mirror: Mirror) {
        object { members in
            members.member("group", mirror.group)
            members.member("percent", mirror.percent)
        }
    }

    mutating func write(_ retry: RetryPolicy) {
        object { members in
            members.member("attempts", retry.attempts)
            members.member("budget", retry.budget)
            members.member("min_per_second", retry.minPerSecond)
            members.member("non_idempotent", retry.nonIdempotent)
            members.member("on", retry.on.map(\.rawValue))
            if let timeout = retry.perTryTimeout { members.member("per_try_timeout", timeout.description) }
            members.member("retry_across", retry.across)
        }
    }

    mutating func write(_ rewrite: Rewrite) {
        object { members in
            if let host = rewrite.host { members.member("host", host) }
            if let prefix = rewrite.pathPrefix { members.member("path_prefix", prefix) }
        }
    }

    mutating func write(_ timeouts: RouteTimeouts) {
        object { members in
            if let connect = timeouts.connect { members.member("connect", connect.description) }
            if let idle = timeouts.idle { members.member("idle", idle.description) }
            if let response = timeouts.response { members.member("response", response.description) }
            if let total = timeouts.total { members.member("total", total.description) }
        }
    }

    mutating func write(_ changes: HeaderChanges) {
        object { members in
            if !changes.add.isEmpty {
                members.name("add")
                members.write(changes.add)
            }
            if !changes.remove.isEmpty { members.member("remove", changes.remove) }
            if !changes.set.isEmpty {
                members.name("set")
                members.write(changes.set)
            }
        }
    }

    private mutating func write(_ fields: [String: String]) {
        object { members in
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) { members.member(name, value) }
        }
    }
}
