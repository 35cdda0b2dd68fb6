import Testing

@testable import Consul

@Suite struct AgentMonitorTests {
    private typealias Verdict = AgentMonitor.Verdict

    private static let refused = ConsulFailure(kind: .unreachable, reason: "refused")
    private static let silent = ConsulFailure(kind: .unanswered, reason: "silent")
    private static let error = ConsulFailure(kind: .refused(status: 500), reason: "error")

    private let start = ContinuousClock.now

    private func monitor(_ addresses: String...) -> AgentMonitor {
        AgentMonitor(
            addresses: addresses, interval: .seconds(3), pauses: Backoff(.seconds(1) ... .seconds(4)), now: start)
    }

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("Two heartbeats without an answer in between: lost, with the time of silence")
    func frozen() {
        var monitor = monitor("http://a")
        #expect(monitor.nextBeat == at(3))
        monitor.beatSent(at: at(3))
        #expect(monitor.nextBeat == nil)
        #expect(monitor.beatFailed(Self.silent, at: at(8), chance: 0) == .goOn)
        #expect(monitor.nextBeat == at(8))
        monitor.beatSent(at: at(8))
        let verdict = monitor.beatFailed(Self.silent, at: at(13), chance: 0)
        #expect(verdict == .lost(reason: "Consul at http://a has not answered for 10 s"))
        #expect(!monitor.isUp)
        #expect(monitor.nextBeat == at(13) + .milliseconds(500))
        #expect(monitor.beatFailed(Self.silent, at: at(19), chance: 0) == .stillLost(reason: "silent"))
        #expect(monitor.beatAnswered(hasLeader: true, at: at(21)) == .found(before: 0))
        #expect(monitor.isUp && monitor.nextBeat == at(24))
    }

    @Test("Answers to questions count as signs of life")
    func slow() {
        var monitor = monitor("http://a")
        monitor.beatSent(at: at(3))
        monitor.answered(at: at(4))
        #expect(monitor.beatFailed(Self.silent, at: at(8), chance: 0) == .goOn)
        monitor.beatSent(at: at(8))
        #expect(monitor.beatFailed(Self.silent, at: at(13), chance: 0) == .goOn)
        monitor.beatSent(at: at(13))
        _ = monitor.questionFailed(Self.error, isLocal: true, at: at(14), chance: 0)
        #expect(monitor.beatFailed(Self.silent, at: at(18), chance: 0) == .goOn)
    }

    @Test("A question without an answer brings the heartbeat forward, once a second at most")
    func early() {
        var monitor = monitor("http://a")
        _ = monitor.questionFailed(Self.silent, isLocal: true, at: at(1), chance: 0)
        #expect(monitor.nextBeat == at(1))
        monitor.beatSent(at: at(1))
        #expect(monitor.beatAnswered(hasLeader: false, at: at(1)) == .goOn)
        #expect(monitor.hasLeader == false)
        _ = monitor.questionFailed(Self.refused, isLocal: true, at: at(1), chance: 0)
        #expect(monitor.nextBeat == at(2))
        monitor.beatSent(at: at(2))
        #expect(monitor.beatFailed(Self.refused, at: at(2), chance: 0) == .lost(reason: "refused"))
    }

    @Test("The next address is tried at once, and kept when it answers")
    func failOver() {
        var monitor = monitor("http://a", "http://b", "http://c")
        monitor.beatSent(at: at(3))
        #expect(monitor.beatFailed(Self.refused, at: at(3), chance: 0) == .searching(reason: "refused"))
        #expect(monitor.agent == 1 && monitor.nextBeat == at(3))
        monitor.beatSent(at: at(3))
        #expect(monitor.beatFailed(Self.error, at: at(3), chance: 0) == .searching(reason: "error"))
        monitor.beatSent(at: at(3))
        #expect(monitor.beatAnswered(hasLeader: true, at: at(3)) == .found(before: 0))
        #expect(monitor.agent == 2)
        monitor.beatSent(at: at(6))
        #expect(monitor.beatAnswered(hasLeader: true, at: at(6)) == .goOn)
        #expect(monitor.agent == 2)
    }

    @Test("When none answers, all are lost until one does; rounds have pauses between them")
    func allLost() {
        var monitor = monitor("http://a", "http://b")
        monitor.beatSent(at: at(3))
        _ = monitor.beatFailed(Self.refused, at: at(3), chance: 0)
        monitor.beatSent(at: at(3))
        let lost = monitor.beatFailed(Self.refused, at: at(3), chance: 0)
        #expect(lost == .lost(reason: "None of 2 Consul agents can be asked; the last: refused"))
        #expect(monitor.agent == 0 && monitor.nextBeat == at(3) + .milliseconds(500))
        monitor.beatSent(at: at(4))
        guard case .stillLost = monitor.beatFailed(Self.refused, at: at(4), chance: 0) else {
            Issue.record("not lost")
            return
        }
        #expect(monitor.agent == 1 && monitor.nextBeat == at(4))
        monitor.beatSent(at: at(4))
        _ = monitor.beatFailed(Self.refused, at: at(4), chance: 0)
        #expect(monitor.agent == 0 && monitor.nextBeat == at(5))
        monitor.beatSent(at: at(5))
        #expect(monitor.beatAnswered(hasLeader: true, at: at(5)) == .found(before: 0))
    }

    @Test("An agent that refuses over and over is left, but not for another datacenter's sake, and not to and fro")
    func refusals() {
        var monitor = monitor("http://a", "http://b")
        func refuse(_ second: Int, isLocal: Bool = true) -> Verdict {
            monitor.questionFailed(Self.error, isLocal: isLocal, at: at(second), chance: 0)
        }
        for _ in 0..<20 { #expect(refuse(1, isLocal: false) == .goOn) }
        for _ in 0..<4 { #expect(refuse(1) == .goOn) }
        monitor.answered(at: at(1))
        for _ in 0..<4 { #expect(refuse(1) == .goOn) }
        #expect(refuse(1) == .searching(reason: "error"))
        monitor.beatSent(at: at(1))
        #expect(monitor.beatAnswered(hasLeader: true, at: at(1)) == .found(before: 0))
        for _ in 0..<20 { #expect(refuse(20) == .goOn) }
        #expect(refuse(31) == .searching(reason: "error"))
    }

    @Test("A single address is kept however often it refuses, and what it refuses is a sign of life")
    func single() {
        var monitor = monitor("http://a")
        for _ in 0..<20 {
            #expect(monitor.questionFailed(Self.error, isLocal: true, at: at(1), chance: 0) == .goOn)
        }
        monitor.beatSent(at: at(3))
        #expect(monitor.beatFailed(Self.error, at: at(3), chance: 0) == .goOn)
        monitor.beatSent(at: at(6))
        _ = monitor.beatFailed(Self.refused, at: at(6), chance: 0)
        monitor.beatSent(at: at(7))
        #expect(monitor.beatFailed(Self.error, at: at(7), chance: 0) == .found(before: 0))
    }
}
