package import AsyncHTTPClient
internal import Foundation
package import Logging
internal import Metrics
internal import NIOCore
package import RoutingModel
internal import Synchronization

/// Snapshots from a control plane over HTTP: `GET /v1/routing`, blocking until there is a newer one.
///
/// It asks for what has changed since the snapshot in force, checks by the digest that both sides mean the same, and
/// asks for the whole when they don't. Whatever goes wrong, it asks again after 0.1 … 5 s, for ever; the worker keeps
/// the snapshot that it has. With a state directory, the last applied snapshot is kept in it, and is given out once
/// when the first question of a process isn't answered.
package final class HTTPSnapshotSource: SnapshotSource {
    package struct Configuration: Hashable, Sendable {
        /// The control plane's address, without a path: `http://127.0.0.1:7000`.
        package var control: String
        /// The bearer token; nil for none.
        package var token: String?
        /// How this worker names itself.
        package var worker: String
        /// How long the control plane may hold a question; whole seconds.
        package var wait: Duration = .seconds(30)
        /// What an answer may take beyond that.
        package var slack: Duration = .seconds(10)
        /// How long the first question may take when there is a snapshot on disk to start from.
        package var coldStart: Duration = .seconds(3)
        /// The longest answer that is read, in bytes.
        package var longestAnswer = 256 << 20
        /// For `snapshot.json`; nil keeps nothing.
        package var stateDirectory: String?

        package init(control: String, token: String? = nil, worker: String, stateDirectory: String? = nil) {
            self.control = control.hasSuffix("/") ? String(control.dropLast()) : control
            self.token = token
            self.worker = worker
            self.stateDirectory = stateDirectory
        }
    }

    struct State {
        /// What the worker enforces, when that came from here: what changes are asked for to.
        var applied: HeldSnapshot?
        /// What was given out last, until the worker asks again: then it is in force, or it was refused.
        var offered: HeldSnapshot?
        /// What was refused last. It isn't given out again.
        var refused: HeldSnapshot?
        var hasAsked = false
        var backoff = Backoff()
        /// Logged once, not with every question.
        var lastError: String?
        var digestMismatches = 0
        /// When the control plane last said that what is in force, or was given out, is the newest there is.
        var confirmedAt: Timestamp?
        /// Whether what was given out last came from disk, and the control plane has said nothing since.
        var isFromDisk = false
        var touchedAt = ContinuousClock.now
    }

    let configuration: Configuration
    let client: HTTPClient
    let logger: Logger
    let state = Mutex(State())
    private let file: SnapshotFile?
    private let keeper: SnapshotKeeper?
    private let mismatches = Counter(label: "signalbox_worker_digest_mismatches")

    /// For a client that does nothing on its own: asking again is this source's business, and a token is not to follow
    /// a redirect.
    package static var clientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(3)
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    /// - Parameter client: made with `clientConfiguration`; stays the caller's to shut down.
    package init(configuration: Configuration, client: HTTPClient, logger: Logger) {
        self.configuration = configuration
        self.client = client
        self.logger = logger
        file = configuration.stateDirectory.map(SnapshotFile.init)
        keeper = file.map { SnapshotKeeper(file: $0, logger: logger) }
    }

    /// How many answers were not what their digest said, or changed what this worker doesn't have. Also the counter
    /// `signalbox_worker_digest_mismatches`.
    package var digestMismatches: Int { state.withLock { $0.digestMismatches } }

    /// How long ago the control plane last said that the snapshot in force is the newest there is, in seconds; for one
    /// from disk it counts from then, too. Nil before the first snapshot.
    package var age: Double? {
        state.withLock { $0.confirmedAt }.map { Double(max(0, Timestamp.now().milliseconds - $0.milliseconds)) / 1_000 }
    }

    /// Whether the snapshot in force came from disk and the control plane hasn't answered since.
    package var isFromDisk: Bool { state.withLock { $0.isFromDisk } }

    package func next(after applied: Int) async throws -> SnapshotUpdate {
        await settle(applied)
        while true {
            try Task.checkCancellation()
            let stored = readFileOnce(applied: applied)
            let asked = ContinuousClock.now
            do {
                if let update = try await update(after: applied, isColdStart: stored != nil) { return update }
                // An answer that says nothing new has had its time; one that came at once mustn't make a busy loop.
                if ContinuousClock.now - asked < .milliseconds(100) { try await pause() }
            } catch {
                try Task.checkCancellation()
                failed(error)
                if let stored {
                    let confirmedAt = file?.confirmedAt
                    state.withLock { state in
                        state.offered = stored
                        state.confirmedAt = confirmedAt
                        state.isFromDisk = true
                    }
                    logger.warning(
                        "starting from the snapshot on disk",
                        metadata: [
                            "index": "\(stored.index)",
                            "confirmed_at": "\(confirmedAt.map { "\($0)" } ?? "unknown")",
                            "age_seconds": "\(age.map { "\(Int($0))" } ?? "unknown")",
                        ])
                    return SnapshotUpdate(stored.snapshot)
                }
                try await pause()
            }
        }
    }

    /// Waits until the last applied snapshot is on disk: for the end of the process.
    package func finish() async { await keeper?.finish() }

    // MARK: What is known

    /// What was given out last is in force now, or is forgotten.
    private func settle(_ applied: Int) async {
        let inForce: HeldSnapshot? = state.withLock { state in
            defer { state.offered = nil }
            guard let offered = state.offered, offered.index == applied else { return nil }
            state.applied = offered
            state.refused = nil
            // What came from disk is there, with the time at which it was confirmed: to write it anew would make it
            // look fresh to the next start.
            return state.isFromDisk ? nil : offered
        }
        if let inForce { await keeper?.keep(inForce) }
    }

    /// - Returns: what the worker should enforce next; nil when the answer brings nothing new.
    /// - Throws: whatever went wrong.
    private func update(after applied: Int, isColdStart: Bool) async throws -> SnapshotUpdate? {
        let base = state.withLock { $0.applied.flatMap { $0.index == applied ? $0 : nil } }
        let question = Question(index: applied, isColdStart: isColdStart, wantsChanges: base?.isChecked == true)
        let text: [UInt8]?
        do {
            text = try await ask(question)
        } catch let error as Refusal where question.wantsChanges && error.status == 400 {
            // A control plane from before there were changes to ask for.
            state.withLock { $0.applied = $0.applied?.unchecked() }
            throw error
        }
        guard let text else {
            recovered()
            return nil
        }
        var mayBeDelta = question.wantsChanges
        do {
            let document = try RoutingDocument(text)
            mayBeDelta = document.deltaFrom != nil
            return try accept(document, base)
        } catch let error as UnreadableSnapshot where mayBeDelta {
            logger.warning(
                "what has changed could not be applied; asking for the whole snapshot",
                metadata: ["applied": "\(applied)", "error": "\(error)"])
            guard let whole = try await ask(.whole) else { throw UnreadableSnapshot("there is no whole snapshot") }
            return try accept(try RoutingDocument(whole), base)
        }
    }

    /// The control plane's word counts, a lower index included: it may be another one, or have been set up anew.
    private func accept(_ document: RoutingDocument, _ base: HeldSnapshot?) throws -> SnapshotUpdate? {
        let (held, changes): (HeldSnapshot, SnapshotChanges)
        do {
            (held, changes) = try (base ?? .empty).following(document, keepsTexts: keeper != nil)
        } catch let error as UnreadableSnapshot {
            if error.isMismatch || document.deltaFrom != nil {
                mismatches.increment()
                state.withLock { $0.digestMismatches += 1 }
            }
            throw error
        }
        if let base, held.isSame(as: base) {
            recovered()
            state.withLock { $0.applied = held }
            return nil
        }
        let wasRefused = state.withLock { state in
            if let refused = state.refused, held.isSame(as: refused) { return true }
            state.offered = held
            return false
        }
        // Nothing is well as long as the newest is what can't be applied: so the pauses grow.
        if wasRefused { return nil }
        recovered()
        return SnapshotUpdate(held.snapshot, changes: base == nil ? nil : changes)
    }

    /// The snapshot on disk, for the first question of a worker that has none.
    private func readFileOnce(applied: Int) -> HeldSnapshot? {
        let isFirst = state.withLock { state in
            defer { state.hasAsked = true }
            return !state.hasAsked
        }
        guard isFirst, applied == 0 else { return nil }
        do {
            return try file?.read(keepsTexts: true)
        } catch {
            logger.warning("the snapshot on disk can't be used", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func recovered() {
        let (before, marks) = state.withLock { state in
            state.backoff.reset()
            defer { state.lastError = nil }
            state.confirmedAt = .now()
            state.isFromDisk = false
            let now = ContinuousClock.now
            let marks = file != nil && now - state.touchedAt > .seconds(10)
            if marks { state.touchedAt = now }
            return (state.lastError, marks)
        }
        if marks { file?.confirm() }
        if before != nil { logger.info("the control plane answers again") }
    }

    private func failed(_ error: any Error) {
        let text = "\(error)"
        let isNew = state.withLock { state in
            defer { state.lastError = text }
            return state.lastError != text
        }
        if isNew { logger.warning("the control plane gave no snapshot", metadata: ["error": "\(text)"]) }
    }

    private func pause() async throws {
        let time = state.withLock { $0.backoff.next() }
        try await Task.sleep(for: time)
    }
}
