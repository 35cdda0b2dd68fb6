extension RouteSettings {
    /// Records every value that is of the right type and still can't be. Whether the mirror's group exists is not asked
    /// here.
    /// - Parameters:
    ///   - pointer: of the route, in whose object these lie.
    ///   - path: by which the route matches.
    func validate(at pointer: JSONPointer, path: PathMatch, into problems: ProblemList) {
        retry?.validate(at: pointer["retry"], into: problems)
        timeouts?.validate(at: pointer["timeouts"], into: problems)
        rewrite?.validate(at: pointer["rewrite"], path: path, into: problems)
        requestHeaders?.validate(at: pointer["request_headers"], of: .request, into: problems)
        responseHeaders?.validate(at: pointer["response_headers"], of: .response, into: problems)
    }
}

extension RetryPolicy {
    fileprivate func validate(at pointer: JSONPointer, into problems: ProblemList) {
        problems.check(attempts, in: 0...Limits.retries, at: pointer["attempts"])
        problems.check(perTryTimeout, to: Limits.longestStep, at: pointer["per_try_timeout"])
        problems.check(minPerSecond, in: 0...1_000_000, at: pointer["min_per_second"])
        if on.isEmpty, !problems.names(pointer["on"]) {
            problems.add(
                pointer["on"], "invalid_value", "must have at least one entry: 'attempts' 0 is without retries")
        }
    }
}

extension RouteTimeouts {
    fileprivate func validate(at pointer: JSONPointer, into problems: ProblemList) {
        problems.check(connect, to: Limits.longestStep, at: pointer["connect"])
        problems.check(response, to: Limits.longest, at: pointer["response"])
        problems.check(idle, to: Limits.longest, at: pointer["idle"])
        problems.check(total, to: Limits.longest, at: pointer["total"])
    }
}

extension Rewrite {
    fileprivate func validate(at pointer: JSONPointer, path: PathMatch, into problems: ProblemList) {
        problems.check(path: pathPrefix, mayHaveQuery: false, at: pointer["path_prefix"])
        problems.check(authority: host, at: pointer["host"])
        if case .prefix = path { return }
        if pathPrefix != nil {
            problems.add(pointer["path_prefix"], "invalid_value", "is only for routes that match their path by prefix")
        }
    }
}
