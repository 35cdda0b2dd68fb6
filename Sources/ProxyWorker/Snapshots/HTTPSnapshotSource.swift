package import AsyncHTTPClient
internal import Foundation
package import Logging
internal import NIOCore
internal import NIOFoundationCompat
internal import NIOHTTP1
package import RoutingModel
internal import Synchronization

/// Snapshots from a control plane over HTTP: `GET /v1/routing`, blocking until there is a newer one.
///
/// Whatever goes wrong, it asks again after 0.1 … 5 s, for ever; the worker keeps the snapshot that it has. With a
/// state directory, the last applied snapshot is kept in it, and is given out once when the first question of a
/// process isn't answered.
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
        /// For `snapshot.json`; nil keeps nothing.
        package var stateDirectory: String?

        package init(control: String, token: String? = nil, worker: String, stateDirectory: String? = nil) {
            self.control = control.hasSuffix("/") ? String(control.dropLast()) : control
            self.token = token
            self.worker = worker
            self.stateDirectory = stateDirectory
        }
    }

    private struct State {
        /// What was given out last, and its text until it is known to be applied.
        var given: Snapshot?
        var unsaved: Data?
        var hasAsked = false
        var backoff = Backoff()
        /// Logged once, not with every question.
        var lastError: String?
    }

    private enum Answer {
        case snapshot(Snapshot, Data)
        case unchanged
    }

    /// An answer that is no snapshot, in words.
    private struct Refusal: Error, CustomStringConvertible { let description: String }

    /// What is read of a problem document.
    private struct ProblemDetail: Decodable { let detail: String }

    private let configuration: Configuration
    private let client: HTTPClient
    private let file: SnapshotFile?
    private let logger: Logger
    private let state = Mutex(State())

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
    }

    package func next(after applied: Int) async throws -> SnapshotUpdate {
        save(applied: applied)
        while true {
            try Task.checkCancellation()
            let isFirst = state.withLock { state in
                defer { state.hasAsked = true }
                return !state.hasAsked
            }
            let stored = isFirst && applied == 0 ? readFile() : nil
            let asked = ContinuousClock.now
            do {
                switch try await ask(after: applied, isColdStart: stored != nil) {
                case .snapshot(let snapshot, let data):
                    if let fresh = accept(snapshot, data, applied: applied) { return SnapshotUpdate(fresh) }
                case .unchanged:
                    recovered()
                }
                // An answer that says nothing new has had its time; one that came at once mustn't make a busy loop.
                if ContinuousClock.now - asked < .milliseconds(100) { try await pause() }
            } catch {
                try Task.checkCancellation()
                failed(error)
                if let stored {
                    logger.warning("starting from the snapshot on disk", metadata: ["index": "\(stored.index)"])
                    state.withLock { $0.given = stored }
                    return SnapshotUpdate(stored)
                }
                try await pause()
            }
        }
    }

    package func nack(index: Int, reason: String) async {
        var backoff = Backoff()
        for _ in 0..<3 {
            do {
                var request = request("/v1/workers/\(Self.escaped(configuration.worker))/nack")
                request.method = .POST
                request.headers.add(name: "Content-Type", value: "application/json")
                request.body = .bytes(ByteBuffer(data: try CanonicalJSON.data(Nack(index: index, error: reason))))
                let response = try await client.execute(
                    request,
                    timeout: TimeAmount(configuration.slack),
                    logger: logger
                )
                _ = try await response.body.collect(upTo: 1 << 20)
                if response.status.code < 300 { return }
                throw Refusal(description: "status \(response.status.code)")
            } catch {
                logger.warning("the control plane was not told of a refused snapshot", metadata: ["error": "\(error)"])
                guard (try? await Task.sleep(for: backoff.next())) != nil else { return }
            }
        }
    }

    private struct Nack: Encodable {
        let index: Int
        let error: String
    }

    // MARK: One question

    private func ask(after applied: Int, isColdStart: Bool) async throws -> Answer {
        let seconds = isColdStart ? 1 : max(1, configuration.wait.components.seconds)
        let limit = isColdStart ? configuration.coldStart : configuration.wait + configuration.slack
        let request = request(
            "/v1/routing?index=\(applied)&wait=\(seconds)s&worker=\(Self.escaped(configuration.worker))"
        )
        // The client's own deadline ends with the response's head; this one is for the body too.
        return try await withDeadline(limit) { [client, logger] in
            let response = try await client.execute(request, timeout: TimeAmount(limit), logger: logger)
            let body = try await response.body.collect(upTo: 256 << 20)
            switch response.status.code {
            case 200:
                let data = Data(buffer: body)
                return .snapshot(try JSONDecoder().decode(Snapshot.self, from: data), data)
            case 304: return .unchanged
            default:
                let detail = try? JSONDecoder().decode(ProblemDetail.self, from: Data(buffer: body)).detail
                throw Refusal(description: "status \(response.status.code)\(detail.map { ": \($0)" } ?? "")")
            }
        }
    }

    private func request(_ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: configuration.control + path)
        request.headers.add(name: "Accept", value: "application/json")
        if let token = configuration.token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        return request
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~")))
            ?? text
    }

    // MARK: What is known

    /// The control plane's word counts, a lower index included: it may be another one, or have been set up anew.
    private func accept(_ snapshot: Snapshot, _ data: Data, applied: Int) -> Snapshot? {
        recovered()
        return state.withLock { state in
            if snapshot.index == applied, state.given == snapshot { return nil }
            state.given = snapshot
            state.unsaved = data
            return snapshot
        }
    }

    /// Keeps what was given out last if it is in force now.
    private func save(applied: Int) {
        guard let file else { return }
        let data: Data? = state.withLock { state in
            guard state.given?.index == applied else { return nil }
            defer { state.unsaved = nil }
            return state.unsaved
        }
        guard let data else { return }
        do {
            try file.write(data)
        } catch {
            logger.warning("the snapshot could not be kept on disk", metadata: ["error": "\(error)"])
        }
    }

    private func readFile() -> Snapshot? {
        do {
            return try file?.read()
        } catch {
            logger.warning("the snapshot on disk can't be used", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func recovered() {
        let before = state.withLock { state in
            state.backoff.reset()
            defer { state.lastError = nil }
            return state.lastError
        }
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
