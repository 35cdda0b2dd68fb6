extension GroupSettings {
    /// Records every value that is of the right type and still can't be.
    /// - Parameter pointer: of the group, in whose object these lie.
    func validate(at pointer: JSONPointer, into problems: ProblemList) {
        problems.check(slowStart, to: Limits.longestStep, at: pointer["slow_start"])
        problems.check(maxConnections, in: 1...Limits.connections, at: pointer["max_connections"])
        tls?.validate(at: pointer["tls"], into: problems)
        health?.passive?.validate(at: pointer["health"]["passive"], into: problems)
        health?.active?.validate(at: pointer["health"]["active"], into: problems)
    }
}

extension UpstreamTLS {
    fileprivate func validate(at pointer: JSONPointer, into problems: ProblemList) {
        // SNI has no place for addresses and patterns (RFC 6066 section 3).
        if let serverName, !Authority.isHostName(serverName) {
            problems.add(pointer["server_name"], "invalid_value", "must be a host name")
        }
        guard let authorities else { return }
        let place = pointer["ca"]
        guard authorities.utf8.count <= Limits.certificateBytes else {
            return problems.add(place, "invalid_value", "is longer than \(Limits.certificateBytes) bytes")
        }
        // Rules are shown to everybody who may read them.
        if PEMText.hasPrivateKey(authorities) {
            problems.add(place, "invalid_value", "has a private key, which is no part of a rule")
        }
        switch PEMText.certificateCount(authorities) {
        case 0?: problems.add(place, "invalid_value", "must be PEM with at least one certificate")
        case nil: problems.add(place, "invalid_value", "has a certificate that isn't PEM")
        default: break
        }
    }
}

extension PassiveHealth {
    fileprivate func validate(at pointer: JSONPointer, into problems: ProblemList) {
        problems.check(consecutiveFailures, in: 1...1_000, at: pointer["consecutive_failures"])
        problems.check(consecutive5xx, in: 0...1_000, at: pointer["consecutive_5xx"])
        problems.check(ejectionTime, to: Limits.longest, at: pointer["ejection_time"])
        problems.check(maxEjectionTime, to: Limits.longest, at: pointer["max_ejection_time"])
        if maxEjectionTime < ejectionTime, maxEjectionTime.milliseconds > 0 {
            problems.add(pointer["max_ejection_time"], "invalid_value", "is shorter than 'ejection_time'")
        }
    }
}

extension ActiveHealth {
    fileprivate func validate(at pointer: JSONPointer, into problems: ProblemList) {
        problems.check(
            interval, from: RuleDuration(milliseconds: 100), to: Limits.longestStep, at: pointer["interval"])
        problems.check(timeout, to: Limits.longestStep, at: pointer["timeout"])
        problems.check(healthyAfter, in: 1...1_000, at: pointer["healthy_after"])
        problems.check(unhealthyAfter, in: 1...1_000, at: pointer["unhealthy_after"])
        http?.validate(at: pointer["http"], into: problems)
    }
}

extension ActiveHealth.HTTPCheck {
    fileprivate func validate(at pointer: JSONPointer, into problems: ProblemList) {
        problems.check(path: path, mayHaveQuery: true, at: pointer["path"])
        problems.check(authority: host, at: pointer["host"])
        problems.check(statuses.count, entriesOf: Limits.statuses, at: pointer["statuses"])
        for (index, text) in statuses.prefix(Limits.statuses).enumerated() where StatusRange.parse(text) == nil {
            problems.add(
                pointer["statuses"][index], "invalid_value",
                "must be a status such as '200' or a range such as '200-299', from 100 to 599")
        }
    }
}
