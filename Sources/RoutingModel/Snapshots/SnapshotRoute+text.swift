extension SnapshotRoute {
    /// Its document on the wire: the very bytes that `CanonicalJSON` gives.
    package var text: [UInt8] {
        var writer = JSONWriter(reserving: 384)
        writer.object { route in
            route.name("force")
            route.array(force) { $0.write($1) }
            route.name("match")
            route.write(match)
            if let mirror = settings.mirror {
                route.name("mirror")
                route.write(mirror)
            }
            route.name("name")
            route.string(name)
            route.name("on_empty")
            route.string(onEmpty.rawValue)
            route.name("priority")
            route.integer(priority)
            if let changes = settings.requestHeaders {
                route.name("request_headers")
                route.write(changes)
            }
            if let changes = settings.responseHeaders {
                route.name("response_headers")
                route.write(changes)
            }
            if let retry = settings.retry {
                route.name("retry")
                route.write(retry)
            }
            if let rewrite = settings.rewrite {
                route.name("rewrite")
                route.write(rewrite)
            }
            route.name("split")
            route.array(split) { list, entry in
                list.object { member in
                    member.name("buckets")
                    member.integer(entry.buckets)
                    member.name("group")
                    member.string(entry.group)
                    if let changes = entry.requestHeaders {
                        member.name("request_headers")
                        member.write(changes)
                    }
                    if let changes = entry.responseHeaders {
                        member.name("response_headers")
                        member.write(changes)
                    }
                }
            }
            if let sticky {
                route.name("sticky")
                route.write(sticky)
            }
            if let timeouts = settings.timeouts {
                route.name("timeouts")
                route.write(timeouts)
            }
        }
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ rule: ForceRule) {
        object { members in
            // "cookie" < "group" < "header"
            if case .cookie(let match) = rule.condition {
                members.name("cookie")
                members.write(match)
            }
            members.name("group")
            members.string(rule.group)
            if case .header(let match) = rule.condition {
                members.name("header")
                members.write(match)
            }
        }
    }

    fileprivate mutating func write(_ match: RouteMatch) {
        object { members in
            members.name("headers")
            members.array(match.headers) { $0.write($1) }
            members.name("hosts")
            members.array(match.hosts) { $0.string($1.description) }
            members.name("methods")
            members.array(match.methods) { $0.string($1) }
            members.name("path")
            members.object { path in
                switch match.path {
                case .exact(let text): path.member("exact", text)
                case .prefix(let text): path.member("prefix", text)
                case .regex(let text): path.member("regex", text)
                }
            }
            members.name("query")
            members.array(match.query) { $0.write($1) }
        }
    }

    fileprivate mutating func write(_ match: ValueMatch) {
        object { members in
            // "exact" < "invert" < "name" < "prefix" < "present" < "regex" < "suffix"
            if case .exact(let text) = match.test { members.member("exact", text) }
            if match.invert {
                members.name("invert")
                members.bool(true)
            }
            members.member("name", match.name)
            switch match.test {
            case .exact: break
            case .prefix(let text): members.member("prefix", text)
            case .suffix(let text): members.member("suffix", text)
            case .regex(let text): members.member("regex", text)
            case .present(let flag):
                members.name("present")
                members.bool(flag)
            }
        }
    }

    mutating func write(_ sticky: Stickiness) {
        object { members in
            // "cookie" < "header" < "query" < "salt" < "source_ip"
            switch sticky.key {
            case .cookie(let name): members.member("cookie", name)
            case .header(let name): members.member("header", name)
            case .query(let name): members.member("query", name)
            case .sourceIP: break
            }
            if let salt = sticky.salt { members.member("salt", salt) }
            if sticky.key == .sourceIP {
                members.name("source_ip")
                members.bool(true)
            }
        }
    }
}
