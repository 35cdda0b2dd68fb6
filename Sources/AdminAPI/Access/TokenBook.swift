package import ControlPlane
internal import Metrics
internal import RoutingModel
internal import Synchronization

/// Who may come in: the built-in admin token and those that the store has.
///
/// Asked for each request, from event loops too; so it answers without waiting, from memory. A secret is hashed once
/// for each attempt.
package final class TokenBook: Sendable {
    private struct Use: Hashable {
        /// Empty for the built-in token.
        let token: String
        let address: String
    }

    private struct State {
        var grants: [String: TokenGrant] = [:]
        /// Of every token that is or was, or is about to be.
        var names: Set<String> = [TokenBook.builtInName]
        var attempts = RefusedAttempts()
        /// Which tokens came from where, and when last.
        var uses: [Use: ContinuousClock.Instant] = [:]
    }

    static let builtInName = "admin"
    /// Pairs of token and address that are remembered; beyond that those that are oldest are forgotten.
    private static let usesKept = 16_384

    private let builtIn: AdminToken
    private let controlPlane: ControlPlane
    private let state = Mutex(State())
    private let clock = ContinuousClock()
    private let refused = (
        wrong: Counter(label: "signalbox_access_refused", dimensions: [("reason", "wrong")]),
        blocked: Counter(label: "signalbox_access_refused", dimensions: [("reason", "blocked")]),
        missing: Counter(label: "signalbox_access_refused", dimensions: [("reason", "missing")])
    )

    /// Knows the built-in token only, until `load`.
    package init(builtIn: AdminToken, controlPlane: ControlPlane) {
        self.builtIn = builtIn
        self.controlPlane = controlPlane
    }

    /// Reads the stored tokens.
    /// - Throws: whatever the store says.
    package func load() throws {
        let records = try controlPlane.storedTokens()
        state.withLock { state in
            for record in records where state.grants[record.id] == nil {
                state.grants[record.id] = TokenGrant(record)
                state.names.insert(record.name)
            }
        }
    }

    // MARK: Letting in

    /// Whose request this is.
    /// - Parameters:
    ///   - field: the value of `Authorization`.
    ///   - address: where it comes from; nil when that isn't known: then attempts aren't counted.
    func authenticate(_ field: String?, from address: ClientAddress?) -> Result<Principal, AccessRefusal> {
        guard let field, let secret = BearerToken.secret(in: field) else {
            refused.missing.increment()
            return .failure(.missing)
        }
        let principal = principal(of: secret)
        guard let address = address?.description else {
            if principal == nil { refused.wrong.increment() }
            return principal.map(admit) ?? .failure(.wrong)
        }
        let now = clock.now
        let (result, report) = state.withLock { state in
            Self.decide(principal, address, now, &state)
        }
        switch result {
        case .failure(.wrong): refused.wrong.increment()
        case .failure: refused.blocked.increment()
        case .success(let principal): principal.touch()
        }
        if let report { tell([report]) }
        return result
    }

    /// As `authenticate`, but whoever isn't let in has not tried yet: someone else will ask again on their behalf.
    func recognise(_ field: String, from address: ClientAddress?) -> Principal? {
        guard let secret = BearerToken.secret(in: field), let principal = principal(of: secret) else { return nil }
        guard let address = address?.description else { return principal }
        let now = clock.now
        let isLetIn = state.withLock { state in
            let use = Use(token: principal.grant?.record.id ?? "", address: address)
            guard state.uses[use] != nil || state.attempts.wait(address, now: now) == nil else { return false }
            Self.note(use, now, &state)
            return true
        }
        guard isLetIn else { return nil }
        principal.touch()
        return principal
    }

    private func admit(_ principal: Principal) -> Result<Principal, AccessRefusal> {
        principal.touch()
        return .success(principal)
    }

    /// Wrong tokens from an address that had too many have to wait; and right ones that never came from there before,
    /// or a guess would show itself. Whoever worked from there before goes on.
    private static func decide(
        _ principal: Principal?, _ address: String, _ now: ContinuousClock.Instant, _ state: inout State
    ) -> (Result<Principal, AccessRefusal>, RefusedAttempts.Report?) {
        let wait = state.attempts.wait(address, now: now)
        let seconds = wait.map { Int(($0 / .seconds(1)).rounded(.up)) }
        guard let principal else {
            let report = state.attempts.failed(address, now: now)
            return (.failure(seconds.map(AccessRefusal.blocked) ?? .wrong), report)
        }
        let use = Use(token: principal.grant?.record.id ?? "", address: address)
        if let seconds, state.uses[use] == nil { return (.failure(.blocked(seconds)), nil) }
        note(use, now, &state)
        return (.success(principal), nil)
    }

    private static func note(_ use: Use, _ now: ContinuousClock.Instant, _ state: inout State) {
        state.uses[use] = now
        guard state.uses.count > usesKept else { return }
        let times = state.uses.values.sorted()
        let oldest = times[times.count / 4]
        state.uses = state.uses.filter { $0.value > oldest }
    }

    private func principal(of secret: String) -> Principal? {
        if let token = TokenSecret(secret), let grant = state.withLock({ $0.grants[token.id] }) {
            let record = grant.record
            guard token.matches(salt: record.salt, hash: record.hash), !grant.hasEnded else { return nil }
            return Principal(name: record.name, role: record.role, scopes: record.scopes, grant: grant)
        }
        return builtIn.matches(secret) ? Principal(name: Self.builtInName, role: .admin) : nil
    }

    // MARK: The tokens

    /// Every stored token, ordered by name.
    var tokens: [TokenGrant] {
        state.withLock { Array($0.grants.values) }.sorted { $0.record.name < $1.record.name }
    }

    func token(named name: String) -> TokenGrant? {
        state.withLock { $0.grants.values.first { $0.record.name == name } }
    }

    /// Makes a token; it is stored, and opens what it opens, when this returns.
    /// - Throws: `Problem`: `already_exists` when there is or was one of that name, or `unavailable`.
    func create(_ wish: NewToken, by author: String, reason: String?) async throws -> (TokenGrant, TokenSecret) {
        let secret = TokenSecret.make()
        let salt = TokenSecret.randomBytes(16)
        let at = Timestamp.now()
        let record = TokenRecord(
            id: secret.id, name: wish.name, role: wish.role, scopes: wish.scopes, description: wish.description,
            salt: salt, hash: secret.hash(salt: salt), createdAt: at, createdBy: author,
            expiresAt: wish.lifetime.map { Timestamp(milliseconds: at.milliseconds + Int64($0 / .milliseconds(1))) })
        let isNew = state.withLock { $0.names.insert(record.name).inserted }
        guard isNew else {
            throw Problem(
                .alreadyExists, "There is or was a token '\(record.name)'; names are not used again.",
                errors: [FieldProblem(pointer: "/name", code: "already_exists", message: "is or was another token's")])
        }
        do {
            try await controlPlane.create(record, reason: reason)
        } catch {
            state.withLock { _ = $0.names.remove(record.name) }
            throw error
        }
        let grant = TokenGrant(record)
        state.withLock { $0.grants[record.id] = grant }
        return (grant, secret)
    }

    /// Ends a token, with everything that is being held for it, once that is stored.
    /// - Throws: `Problem`: `not_found` or `unavailable`.
    func revoke(_ name: String, by author: String, reason: String?) async throws {
        guard let grant = token(named: name), grant.revokedAt == nil else {
            throw Problem(.notFound, "There is no token '\(name)' that could be revoked.")
        }
        let at = Timestamp.now()
        try await controlPlane.revoke(grant.record, at: at, author: author, reason: reason)
        grant.revoke(at: at)
    }

    // MARK: Time

    /// Ends what has expired, and tells of refused attempts what is due. To be called twice a second or so.
    func tick() {
        let now = clock.now
        let (grants, reports) = state.withLock { ($0.grants.values.filter { _ in true }, $0.attempts.due(now: now)) }
        for grant in grants { grant.endIfExpired() }
        tell(reports)
    }

    /// Writes when tokens were used last, of those that were.
    func storeUses() async {
        let used = state.withLock { Array($0.grants.values) }.compactMap { grant in
            grant.unstoredUse.map { (grant: grant, at: $0) }
        }
        guard !used.isEmpty else { return }
        let times = Dictionary(used.map { ($0.grant.record.id, $0.at) }, uniquingKeysWith: { _, last in last })
        guard await controlPlane.noteUse(of: times) else { return }
        for (grant, at) in used { grant.wasStored(at) }
    }

    /// Writes all that has not been written, at the end.
    func finish() async {
        await storeUses()
        for report in state.withLock({ $0.attempts.rest() }) { await note(report) }
    }

    private func tell(_ reports: [RefusedAttempts.Report]) {
        guard !reports.isEmpty else { return }
        Task { for report in reports { await note(report) } }
    }

    private func note(_ report: RefusedAttempts.Report) async {
        let times = report.count == 1 ? "An attempt" : "\(report.count) attempts"
        await controlPlane.noteRefused(
            at: .now(), cause: "\(times) with a wrong token from \(report.address).")
    }
}
