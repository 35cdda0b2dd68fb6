internal import Foundation
internal import NIOCore
internal import NIOFoundationCompat

/// How an answer's entries are read: an answer about 5,000 instances has 10 MB, most of it of no use here.
extension HealthEntry {
    /// - Throws: `DecodingError`.
    static func entries(in body: ByteBuffer) throws -> [HealthEntry] {
        try quickly(body) ?? JSONDecoder().decode([HealthEntry].self, from: body)
    }

    /// - Returns: nil for anything that isn't as Consul usually writes it.
    static func quickly(_ body: ByteBuffer) -> [HealthEntry]? {
        body.withUnsafeReadableBytes { bytes in
            var cursor = JSONCursor(bytes)
            return try? read(&cursor)
        }
    }

    private typealias Unusual = JSONCursor.Unusual

    private static func read(_ cursor: inout JSONCursor) throws(Unusual) -> [HealthEntry] {
        var entries: [HealthEntry] = []
        try cursor.array { (cursor) throws(Unusual) in
            var node: Node?
            var service: Service?
            var checks: [Check?]?
            try cursor.object { (cursor, name) throws(Unusual) in
                if name.says("Node") {
                    node = try self.node(&cursor)
                } else if name.says("Service") {
                    service = try self.service(&cursor)
                } else if name.says("Checks") {
                    checks = try self.checks(&cursor)
                } else {
                    try cursor.skip()
                }
            }
            guard let node, let service else { throw Unusual() }
            entries.append(HealthEntry(node: node, service: service, checks: checks))
        }
        try cursor.end()
        return entries
    }

    private static func node(_ cursor: inout JSONCursor) throws(Unusual) -> Node {
        var node: String?
        var address: String?
        try cursor.object { (cursor, name) throws(Unusual) in
            if name.says("Node") {
                node = try cursor.string()
            } else if name.says("Address") {
                address = try cursor.takeNull() ? nil : cursor.string()
            } else {
                try cursor.skip()
            }
        }
        guard let node else { throw Unusual() }
        return Node(name: node, address: address)
    }

    private static func service(_ cursor: inout JSONCursor) throws(Unusual) -> Service {
        var id: String?
        var service: String?
        var tags: [String?]?
        var address: String?
        var meta: [String: String?]?
        var port: Int?
        var weights: Weights?
        try cursor.object { (cursor, name) throws(Unusual) in
            if name.says("ID") {
                id = try cursor.string()
            } else if name.says("Service") {
                service = try cursor.takeNull() ? nil : cursor.string()
            } else if name.says("Address") {
                address = try cursor.takeNull() ? nil : cursor.string()
            } else if name.says("Port") {
                port = try cursor.takeNull() ? nil : cursor.integer()
            } else if name.says("Tags") {
                tags = try self.tags(&cursor)
            } else if name.says("Meta") {
                meta = try self.meta(&cursor)
            } else if name.says("Weights") {
                weights = try self.weights(&cursor)
            } else {
                try cursor.skip()
            }
        }
        guard let id else { throw Unusual() }
        return Service(
            id: id, name: service, tags: tags, address: address, meta: meta, port: port, weights: weights)
    }

    private static func tags(_ cursor: inout JSONCursor) throws(Unusual) -> [String?]? {
        if try cursor.takeNull() { return nil }
        var tags: [String?] = []
        try cursor.array { (cursor) throws(Unusual) in
            tags.append(try cursor.takeNull() ? nil : cursor.string())
        }
        return tags
    }

    private static func meta(_ cursor: inout JSONCursor) throws(Unusual) -> [String: String?]? {
        if try cursor.takeNull() { return nil }
        var meta: [String: String?] = [:]
        try cursor.object { (cursor, name) throws(Unusual) in
            guard let name = String(validating: name, as: UTF8.self) else { throw Unusual() }
            meta[name] = .some(try cursor.takeNull() ? nil : cursor.string())
        }
        return meta
    }

    private static func weights(_ cursor: inout JSONCursor) throws(Unusual) -> Weights? {
        if try cursor.takeNull() { return nil }
        var passing: Int?
        var warning: Int?
        try cursor.object { (cursor, name) throws(Unusual) in
            if name.says("Passing") {
                passing = try cursor.takeNull() ? nil : cursor.integer()
            } else if name.says("Warning") {
                warning = try cursor.takeNull() ? nil : cursor.integer()
            } else {
                try cursor.skip()
            }
        }
        return Weights(passing: passing, warning: warning)
    }

    private static func checks(_ cursor: inout JSONCursor) throws(Unusual) -> [Check?]? {
        if try cursor.takeNull() { return nil }
        var checks: [Check?] = []
        try cursor.array { (cursor) throws(Unusual) in
            if try cursor.takeNull() { return checks.append(nil) }
            var id: String?
            var status: String?
            try cursor.object { (cursor, name) throws(Unusual) in
                if name.says("CheckID") {
                    id = try cursor.takeNull() ? nil : cursor.string()
                } else if name.says("Status") {
                    status = try cursor.takeNull() ? nil : cursor.string()
                } else {
                    try cursor.skip()
                }
            }
            checks.append(Check(id: id, status: status))
        }
        return checks
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are those of `text`.
    fileprivate func says(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for offset in 0..<count where self[offset] != text.utf8Start[offset] { return false }
        return true
    }
}
