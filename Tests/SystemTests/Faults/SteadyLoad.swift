import Foundation
import NIOCore
import Synchronization

/// About eighty requests a second through a proxy, dealt to the services in turn: who answered, and what failed.
///
/// The host of a service's requests is `<service>.test`; an instance answers with its own name.
final class SteadyLoad: Sendable {
    private struct State {
        var isPaused = true
        var inFlight = 0
        var total = 0
        var failed = 0
        /// The first failures, as lines.
        var failures: [String] = []
        /// The names of the last instances that answered, by service.
        var recent: [String: [String]] = [:]
    }

    /// So many answers of a service show every one of a handful of peers that are taken in turn.
    private static let window = 16
    private static let senders = 4
    /// The pace of one sender.
    private static let pause = Duration.milliseconds(50)

    private let port: Int
    private let services: [String]
    private let state = Mutex(State())

    init(port: Int, services: [String]) {
        self.port = port
        self.services = services
    }

    /// Sends until it is cancelled, when it isn't paused; it begins paused.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for sender in 0..<Self.senders { group.addTask { await self.send(beginningAt: sender) } }
        }
    }

    func resume() { state.withLock { $0.isPaused = false } }

    /// Stops sending; returns when nothing is in flight any more.
    func pause() async throws {
        state.withLock { $0.isPaused = true }
        while state.withLock({ $0.inFlight > 0 }) { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// Forgets who answered so far.
    func forgetAnswers() { state.withLock { $0.recent = [:] } }

    /// Who gave the last answers of `service`; nil when there are too few to tell.
    func answerers(of service: String) -> Set<String>? {
        let recent = state.withLock { $0.recent[service] } ?? []
        return recent.count < Self.window ? nil : Set(recent)
    }

    /// All requests so far.
    var total: Int { state.withLock { $0.total } }

    /// Those that got anything but a 200, as text; nil when there is none.
    var failures: String? {
        state.withLock { state in
            state.failed == 0
                ? nil
                : "\(state.failed) of \(state.total) requests failed:\n"
                    + state.failures.joined(separator: "\n")
        }
    }

    private func send(beginningAt first: Int) async {
        var turn = first
        while !Task.isCancelled {
            let isSending = state.withLock { state in
                if !state.isPaused { state.inFlight += 1 }
                return !state.isPaused
            }
            if isSending {
                await ask(services[turn % services.count])
                turn += 1
                state.withLock { $0.inFlight -= 1 }
            }
            try? await Task.sleep(for: Self.pause)
        }
    }

    private func ask(_ service: String) async {
        let failure: String
        do {
            let answer = try await ProxyClient.get(port: port, host: "\(service).test", timeout: .seconds(10))
            if answer.status == 200 {
                state.withLock { state in
                    state.total += 1
                    state.recent[service, default: []].append(answer.text)
                    if state.recent[service, default: []].count > Self.window {
                        state.recent[service, default: []].removeFirst()
                    }
                }
                return
            }
            failure = "\(answer.status) \(answer.text)"
        } catch {
            // The test is over.
            if Task.isCancelled { return }
            failure = "\(error)"
        }
        let line = "\(Date.now.ISO8601Format(.init(includingFractionalSeconds: true))) \(service): \(failure)"
        state.withLock { state in
            state.total += 1
            state.failed += 1
            if state.failures.count < 5 { state.failures.append(line) }
        }
    }
}
