import RoutingModel
import Testing

@testable import Consul

/// Which service is asked about next: played without Consul and without time passing.
@Suite struct WatchScheduleTests {
    private typealias Action = WatchSchedule.Action

    /// A schedule with its clock, and what it has asked and said.
    private struct Play {
        var schedule: WatchSchedule
        var now = ContinuousClock.now
        var asked: [Int: HealthQuestion] = [:]
        var abandoned: [Int] = []
        var reports: [WatchReport] = []
        var restarted: [ServiceKey] = []

        init(
            watches: Int = 3, immediate: Int = 9, probesPerSecond: Int = 10, wait: Duration = .seconds(55)
        ) throws {
            var configuration = try ConsulConfiguration(address: "http://127.0.0.1:1", wait: wait)
            configuration.watches = watches
            configuration.immediateQuestions = immediate
            configuration.probesPerSecond = probesPerSecond
            schedule = WatchSchedule(WatchLimits(configuration), now: now)
        }

        mutating func take(_ actions: [WatchSchedule.Action]) {
            for action in actions {
                switch action {
                case .ask(let number, let question): asked[number] = question
                case .abandon(let number):
                    asked[number] = nil
                    abandoned.append(number)
                case .report(let report): reports.append(report)
                case .restarted(let key, _): restarted.append(key)
                }
            }
        }

        mutating func watch(_ names: String...) { watch(names) }

        mutating func watch(_ names: [String]) {
            take(schedule.watch(Set(names.map { ServiceKey(name: $0) }), at: now))
        }

        mutating func pass(_ duration: Duration) {
            let end = now + duration
            while let wake = schedule.wake, wake <= end {
                now = max(now, wake)
                take(schedule.due(at: now))
                // As fast as can be, probes are answered with what is known.
                for (number, question) in asked where question.mode == .probe {
                    answerProbe(number, indexes[question.service.name] ?? 7)
                }
            }
            now = end
        }

        /// What Consul says to probes.
        var indexes: [String: UInt64] = [:]

        mutating func answerProbe(_ number: Int, _ index: UInt64) {
            if let question = asked.removeValue(forKey: number) { probed.append(question.service.name) }
            take(schedule.probed(number, index, at: now))
        }

        var probed: [String] = []

        /// The questions about a service, shortened.
        func questions(_ name: String) -> [String] {
            asked.values.filter { $0.service.name == name }.map { question in
                switch question.mode {
                case .watch(nil, _): "all"
                case .watch(.some(let index), _): "held \(index)"
                case .confirm: "leader"
                case .probe: "probe"
                }
            }
        }

        /// The services with a held question.
        var held: [String] { asked.values.filter(\.blocks).map(\.service.name).sorted() }

        mutating func answer(_ name: String, index: UInt64 = 7, ids: String...) {
            guard let number = asked.first(where: { $0.value.service.name == name })?.key else { return }
            asked[number] = nil
            let instances = ids.map {
                Instance(node: "n", serviceID: $0, service: name, address: "10.0.0.1", port: 80)
            }
            take(schedule.answered(number, HealthAnswer(index: index, (instances, [])), at: now))
        }

        mutating func fail(_ name: String, _ kind: ConsulFailure.Kind = .unanswered, retryAfter: Duration? = nil) {
            guard let number = asked.first(where: { $0.value.service.name == name })?.key else { return }
            asked[number] = nil
            let failure = ConsulFailure(kind: kind, reason: "broken", retryAfter: retryAfter)
            take(schedule.failed(number, failure, at: now, chance: 0))
        }
    }

    @Test("Few services: each is asked for all it has, and then has its own question")
    func few() throws {
        var play = try Play()
        play.watch("a", "b")
        #expect(play.questions("a") == ["all"] && play.questions("b") == ["all"])
        play.answer("a", index: 9, ids: "1")
        #expect(play.questions("a") == ["held 9"])
        #expect(play.schedule.stalenessBound == .zero)
        play.watch("b")
        #expect(play.questions("a").isEmpty && play.abandoned.count == 1)
    }

    @Test("A failure is told with the time of the next question; a refusal keeps the index")
    func failure() throws {
        var play = try Play()
        play.watch("a")
        play.answer("a", index: 9)
        play.fail("a", .refused(status: 500))
        let report = try #require(play.reports.last)
        #expect(report.outcome == .failure(reason: "broken") && report.pause == .milliseconds(125))
        #expect(play.asked.isEmpty)
        play.pass(.milliseconds(124))
        #expect(play.asked.isEmpty)
        play.pass(.milliseconds(1))
        #expect(play.questions("a") == ["held 9"])
        play.fail("a")
        play.pass(.seconds(1))
        #expect(play.questions("a") == ["all"])
        play.fail("a", .refused(status: 429), retryAfter: .seconds(60))
        #expect(play.reports.last?.pause == .seconds(60))
        #expect(play.reports.last?.failures == 3)
    }

    @Test("More services than watches: the others are asked about in rounds, evenly, and the bound says how old it is")
    func crowd() throws {
        var play = try Play(watches: 2, probesPerSecond: 10)
        let names = (0..<101).map { "s\($0)" }
        play.watch(names)
        while let next = play.asked.values.first(where: { $0.mode == .watch(index: nil, wait: .seconds(55)) }) {
            play.answer(next.service.name, ids: "1")
        }
        // One is left for services that change.
        #expect(play.asked.values.count { $0.blocks } == 1)
        #expect(play.schedule.stalenessBound == .seconds(10))
        play.pass(.seconds(10))
        #expect((90...101).contains(play.probed.count), "\(play.probed.count)")
        play.pass(.milliseconds(1_200))
        #expect(Set(play.probed).count == 100)
        // What did not move is not told again.
        // But the held one is answered when its wait is over.
        #expect(play.reports.count == 101)
        #expect(play.schedule.stalenessBound < .seconds(12))
    }

    @Test("A service whose index moved is asked for all; with news it takes the quietest one's question")
    func promotion() throws {
        var play = try Play(watches: 2, probesPerSecond: 10)
        play.watch("a")
        play.answer("a", ids: "1")
        play.watch("a", "b", "c")
        play.answer("b", ids: "1")
        play.answer("c", ids: "1")
        #expect(play.questions("a") == ["held 7"] && play.questions("b").isEmpty)
        play.indexes["b"] = 8
        play.pass(.seconds(6))
        #expect(play.questions("b") == ["all"])
        // No news: it stays in the round.
        play.answer("b", index: 8, ids: "1")
        #expect(play.questions("b").isEmpty && play.reports.count == 4)
        play.indexes["b"] = 9
        play.pass(.seconds(12))
        play.answer("b", index: 9, ids: "1", "2")
        #expect(play.questions("b") == ["held 9"] && play.held == ["b"])
        // One that has changed keeps its question for a while.
        play.indexes["a"] = 10
        play.pass(.seconds(6))
        #expect(play.questions("a") == ["all"])
        play.answer("a", index: 10, ids: "1", "3")
        #expect(play.held == ["b"])
    }

    @Test("An index that went backwards is settled by the leader")
    func backwards() throws {
        var play = try Play(watches: 2)
        play.watch("a")
        play.answer("a")
        play.watch("a", "b", "c")
        play.answer("b", index: 9)
        play.answer("c")
        play.indexes["b"] = 5
        play.pass(.seconds(6))
        #expect(play.questions("b") == ["leader"])
        play.answer("b", index: 5)
        #expect(play.questions("b").isEmpty)
        play.indexes["b"] = 5
        play.pass(.seconds(6))
        #expect(play.questions("b").isEmpty)
    }

    @Test("A service of the rounds is asked for all it has after a failure, and now and then anyway")
    func wholeAnswers() throws {
        var play = try Play(watches: 2)
        play.watch("a")
        play.answer("a")
        play.watch("a", "b", "c")
        play.answer("b")
        play.answer("c")
        while play.questions("b").isEmpty, let wake = play.schedule.wake {
            play.now = wake
            play.take(play.schedule.due(at: wake))
        }
        #expect(play.questions("b") == ["probe"])
        play.fail("b", .refused(status: 500))
        play.pass(.seconds(1))
        #expect(play.questions("b") == ["all"])
        play.answer("b")
        for _ in 0..<30 where play.questions("b").isEmpty { play.pass(.seconds(10)) }
        play.pass(.seconds(10))
        #expect(play.questions("b") == ["all"])
    }

    @Test("New services pass those that hang, and those that failed leave half of the way free")
    func hanging() throws {
        // 9 at once, of which confirmations may take 3.
        var play = try Play(watches: 100, immediate: 9)
        play.watch((0..<50).map { "hung\($0)" })
        #expect(play.asked.count == 6)
        play.watch((0..<50).map { "hung\($0)" } + ["new"])
        #expect(play.questions("new").isEmpty)
        let some = play.asked.values.first?.service.name ?? ""
        play.fail(some)
        #expect(play.questions("new") == ["all"])
        play.answer("new", ids: "1")
        #expect(play.questions("new") == ["held 7"])
        // All have failed once: they never take more than 3 of the 6.
        for _ in 0..<49 {
            if let name = play.asked.values.first(where: { !$0.blocks })?.service.name { play.fail(name) }
        }
        play.pass(.seconds(40))
        #expect(play.asked.values.count { !$0.blocks } == 3)
        play.watch((0..<50).map { "hung\($0)" } + ["new", "newer"])
        #expect(play.questions("newer") == ["all"])
    }

    @Test("Questions that wait behind others that hang are told to be waiting")
    func overdue() throws {
        var play = try Play(watches: 100, immediate: 3)
        play.watch("a", "b", "c", "d")
        #expect(play.asked.count == 2)
        play.pass(.seconds(16))
        #expect(play.reports.count == 2)
        #expect(
            play.reports.allSatisfy {
                if case .failure(let reason) = $0.outcome { reason.contains("could not be asked yet") } else { false }
            })
    }

    @Test("A watch from which nothing comes for three full waits begins anew, and says how often it did")
    func watchdog() throws {
        var play = try Play(wait: .seconds(16))
        play.watch("a")
        play.answer("a", ids: "1")
        // 16 s, 1 s of chance and 10 s of grace.
        play.pass(.seconds(81))
        #expect(play.restarted.isEmpty)
        play.pass(.seconds(6))
        #expect(play.restarted == [ServiceKey(name: "a")])
        #expect(play.abandoned.count == 1)
        #expect(play.questions("a") == ["all"])
        #expect(play.reports.last?.restarts == 1)
        play.answer("a", ids: "1")
        #expect(play.reports.last?.restarts == 1 && play.reports.last?.failures == 1)
        #expect(play.questions("a") == ["held 7"])
    }

    @Test("While nobody can be asked, nothing is; afterwards everything is asked anew")
    func outage() throws {
        var play = try Play()
        play.watch("a", "b")
        play.answer("a", ids: "1")
        play.take(play.schedule.suspend(at: play.now))
        play.take(play.schedule.fail("gone", pause: .seconds(1), at: play.now))
        #expect(play.asked.isEmpty && play.abandoned.count == 2)
        #expect(play.reports.suffix(2).allSatisfy { $0.outcome == .failure(reason: "gone") && $0.pause == .seconds(1) })
        play.watch("a", "b", "c")
        #expect(play.reports.last?.service.name == "c")
        #expect(play.schedule.wake == nil && play.asked.isEmpty)
        play.take(play.schedule.resume(at: play.now))
        #expect(["a", "b", "c"].allSatisfy { play.questions($0) == ["all"] })
    }

    @Test(
        "Abandoned questions count until Consul has given them up; meanwhile their services are asked about in rounds")
    func ghosts() throws {
        var play = try Play(watches: 2)
        play.watch("a", "b")
        play.answer("a")
        play.answer("b")
        #expect(play.held == ["a", "b"])
        play.take(play.schedule.suspend(at: play.now))
        play.take(play.schedule.resume(at: play.now))
        play.answer("a")
        play.answer("b")
        #expect(play.held.isEmpty)
        #expect(play.schedule.stalenessBound > .zero)
        play.pass(.seconds(55))
        #expect(play.held.isEmpty && Set(play.probed) == ["a", "b"])
        play.pass(.seconds(10))
        #expect(play.held == ["a", "b"])
        #expect(play.schedule.stalenessBound == .zero)
        // Another agent has none of them.
        play.take(play.schedule.suspend(at: play.now))
        play.take(play.schedule.resume(ofAnother: true, at: play.now))
        play.answer("a")
        #expect(play.held == ["a"])
    }
}
