internal import GRDB
internal import HashTreeCollections
internal import RoutingModel

/// What the ledger says that became different about instances since a moment: for each what it was before.
///
/// Read from the oldest entry on, the first that tells of an aspect tells what it was; nothing after an instance's first
/// joining or leaving counts.
struct PastCatalog {
    fileprivate struct Past {
        /// It joined first of all: it was not there.
        var wasAbsent = false
        /// All facts, told when it left.
        var facts: JSONValue?
        /// One aspect each.
        var aspects: [LedgerKind: JSONValue] = [:]
    }

    private struct Key: Hashable {
        let service: String
        let peer: String
    }

    private static let kinds: [LedgerKind] = [
        .peerJoined, .peerLeft, .peerHealth, .peerTags, .peerMeta, .peerAddress, .peerWeight,
    ]

    private var pasts: [Key: Past] = [:]

    /// - Throws: `StoreError` (`unreadable_row`).
    init(since time: Timestamp, _ db: Database) throws {
        let first = try Int64.fetchOne(
            db, sql: "SELECT min(id) FROM ledger WHERE at > ?", arguments: [time.milliseconds])
        guard let first else { return }
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT kind, service, peer, before, id FROM ledger
                WHERE id >= ? AND +at > ? AND +kind IN (\(Self.kinds.map { "'\($0.rawValue)'" }.joined(separator: ", ")))
                    AND +peer IS NOT NULL AND +service IS NOT NULL
                ORDER BY id
                """,
            arguments: [first, time.milliseconds])
        while let row = try rows.next() {
            guard let kind = LedgerKind(rawValue: try row.decode(atIndex: 0)) else { continue }
            let key = Key(service: try row.decode(atIndex: 1), peer: try row.decode(atIndex: 2))
            try pasts[key, default: Past()].take(kind) {
                try StoreError.reading("The ledger entry \(row[4] as Int64)") {
                    try row.decode(String?.self, atIndex: 3).map { try CanonicalJSON.decode(JSONValue.self, from: $0) }
                }
            }
        }
    }

    /// `present` as it was.
    func undone(in present: Catalog) throws -> Catalog {
        var catalog = Catalog()
        for service in present.services.values {
            catalog.services[service.key] = CatalogService(key: service.key, instances: service.instances)
        }
        var keys: [String: ServiceKey] = [:]
        for key in catalog.services.keys { keys[key.description] = key }
        for (key, past) in pasts {
            let service = keys[key.service] ?? Self.service(key.service)
            keys[key.service] = service
            let id = PeerID(key.peer)
            let now = catalog.services[service]?.instances[id]
            let then = try past.instance(id, of: service, now: now)
            if then != nil || now != nil {
                catalog.services[service, default: CatalogService(key: service)].instances[id] = then
            }
        }
        return catalog
    }

    /// A service that isn't watched any more: the name may have an at sign, a datacenter's hasn't.
    private static func service(_ text: String) -> ServiceKey {
        guard let at = text.lastIndex(of: "@") else { return ServiceKey(name: text) }
        return ServiceKey(name: String(text[..<at]), datacenter: String(text[text.index(after: at)...]))
    }
}

extension PastCatalog.Past {
    fileprivate mutating func take(_ kind: LedgerKind, before: () throws -> JSONValue?) throws {
        guard !wasAbsent, facts == nil else { return }
        switch kind {
        case .peerJoined:
            // Whoever has an aspect was there: it left unnoticed in between, and joined anew.
            if aspects.isEmpty { wasAbsent = true } else { facts = try before() ?? .object([:]) }
        case .peerLeft: facts = try before() ?? .object([:])
        default:
            if aspects[kind] == nil { aspects[kind] = try before() }
        }
    }

    /// Nil when it was not there, or when too little is known of it.
    fileprivate func instance(_ id: PeerID, of service: ServiceKey, now: Instance?) throws -> Instance? {
        guard !wasAbsent else { return nil }
        var instance: Instance
        if let facts {
            let text = id.description
            guard let tilde = text.firstIndex(of: "~"), let address = facts["address"]?.string else { return nil }
            instance = Instance(
                id: id, node: String(text[..<tilde]), service: service.name, address: address, port: 0, tags: [],
                meta: [:], weights: InstanceWeights(), health: .passing)
            instance.take(facts)
        } else if let now {
            instance = now
        } else {
            return nil
        }
        for aspect in aspects.values { instance.take(aspect) }
        return instance
    }
}

extension Instance {
    /// Takes over what a ledger entry shows of an instance.
    fileprivate mutating func take(_ facts: JSONValue) {
        if let address = facts["address"]?.string { self.address = address }
        if case .integer(let port)? = facts["port"] { self.port = Int(port) }
        if let health = facts["health"]?.string.flatMap(Health.init(rawValue:)) { self.health = health }
        if case .array(let tags)? = facts["tags"] { self.tags = tags.compactMap(\.string).sorted() }
        if case .object(let meta)? = facts["meta"] { self.meta = meta.compactMapValues(\.string) }
        if case .integer(let passing)? = facts["weights"]?["passing"],
            case .integer(let warning)? = facts["weights"]?["warning"]
        {
            weights = InstanceWeights(passing: Int(passing), warning: Int(warning))
        }
    }
}

extension JSONValue {
    fileprivate var string: String? { if case .string(let text) = self { text } else { nil } }
}
