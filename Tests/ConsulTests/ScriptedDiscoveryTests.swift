import Consul
import NIOHTTP1
import RoutingModel
import ServiceLifecycle
import TestKit
import Testing

/// The watch loop against answers that a real Consul only gives on bad days.
@Suite(.timeLimit(.minutes(2))) struct ScriptedDiscoveryTests {
    private static func configuration(
        _ url: String, token: String? = nil, wait: Duration = .seconds(55), grace: Duration = .seconds(10),
        largestAnswer: Int = 64 << 20
    ) throws -> ConsulConfiguration {
        try ConsulConfiguration(
            address: url, token: token, wait: wait, grace: grace, backoff: .milliseconds(10) ... .milliseconds(50),
            largestAnswer: largestAnswer)
    }

    /// Plays the script until `count` outcomes are there.
    /// - Returns: the first `count` outcomes, shortened, and the questions that led to them and to the held one after.
    private func play(_ script: [TestHTTPServer.Answer?], outcomes count: Int, largestAnswer: Int = 64 << 20)
        async throws -> (outcomes: [String], questions: [String])
    {
        let consul = ScriptedConsul(script)
        return try await withTestHTTPServer(consul.answer) { server in
            let configuration = try Self.configuration(server.url, largestAnswer: largestAnswer)
            let address = configuration.addresses[0]
            return try await withDiscovery(configuration, watching: "star") { _, log in
                try await eventually("\(count) outcomes and the next question are there") {
                    log.all.count >= count && server.questions.count > count
                }
                let outcomes = log.all.prefix(count).map { observation in
                    switch observation.outcome {
                    case .answer(let index, let instances, _):
                        ([String(index)] + instances.map(\.serviceID)).joined(separator: " ")
                    case .failure(let reason): reason.replacing(address, with: "URL")
                    }
                }
                return (outcomes, server.questions.prefix(count + 1).map(Self.short))
            }
        }
    }

    private static func short(_ uri: String) -> String {
        uri.replacing("/v1/health/service/star?stale", with: "star").replacing("&wait=55s", with: "")
    }

    @Test("Each question asks from the index of the answer before")
    func followsTheIndex() async throws {
        let (outcomes, questions) = try await play(
            [ScriptedConsul.list(index: 7, "a"), ScriptedConsul.list(index: 9, "a", "b")], outcomes: 2)
        #expect(outcomes == ["7 a", "9 a b"])
        #expect(questions == ["star", "star&index=7", "star&index=9"])
    }

    @Test("After an index that went backwards, the next question is answered at once")
    func backwards() async throws {
        let (outcomes, questions) = try await play(
            [
                ScriptedConsul.list(index: 100, "a"), ScriptedConsul.list(index: 5, "b"),
                ScriptedConsul.list(index: 5, "b"),
            ], outcomes: 3)
        #expect(outcomes == ["100 a", "5 b", "5 b"])
        #expect(questions == ["star", "star&index=100", "star", "star&index=5"])
    }

    @Test("An error's index header is not believed, and the index is kept")
    func error() async throws {
        let (outcomes, questions) = try await play(
            [ScriptedConsul.list(index: 7, "a"), ScriptedConsul.error(), ScriptedConsul.list(index: 8, "b")],
            outcomes: 3)
        #expect(outcomes == ["7 a", "Consul answered 500: No cluster leader", "8 b"])
        #expect(questions == ["star", "star&index=7", "star&index=7", "star&index=8"])
    }

    @Test("A body that is cut short is a failure, and the next question is answered at once")
    func cut() async throws {
        let (outcomes, questions) = try await play(
            [ScriptedConsul.list(index: 7, "a"), ScriptedConsul.list(index: 8, "a", "b").cut(after: 60)],
            outcomes: 2)
        #expect(outcomes == ["7 a", "Consul at URL closed the connection before its answer was complete"])
        #expect(questions == ["star", "star&index=7", "star"])
    }

    @Test("A connection that is closed without an answer is a failure")
    func closed() async throws {
        let (outcomes, questions) = try await play(
            [ScriptedConsul.list(index: 7, "a"), TestHTTPServer.Answer.none, ScriptedConsul.list(index: 3, "b")],
            outcomes: 3)
        #expect(outcomes == ["7 a", "Consul at URL closed the connection before its answer was complete", "3 b"])
        #expect(questions == ["star", "star&index=7", "star", "star&index=3"])
    }

    @Test("An empty list without a leader, or filtered by access rules, is a failure")
    func unbelievable() async throws {
        let (outcomes, _) = try await play(
            [
                ScriptedConsul.list(index: 7, "a"), ScriptedConsul.list(index: 8, leader: false),
                ScriptedConsul.list(index: 9, headers: ["X-Consul-Results-Filtered-By-ACLs": "true"]),
                ScriptedConsul.list(index: 10, leader: false, "b"), ScriptedConsul.list(index: 11),
            ], outcomes: 5)
        #expect(outcomes[0] == "7 a")
        #expect(outcomes[1].contains("no leader"))
        #expect(outcomes[2].contains("access rules"))
        #expect(outcomes[3...] == ["10 b", "11"])
    }

    @Test("A redirect and an answer that is too large are failures")
    func others() async throws {
        let (outcomes, _) = try await play(
            [
                TestHTTPServer.Answer(status: .movedPermanently, headers: ["location": "http://127.0.0.1:1/"]),
                TestHTTPServer.Answer(body: String(repeating: " ", count: 2000)),
                ScriptedConsul.list(index: 1, "a"),
            ], outcomes: 3, largestAnswer: 1000)
        #expect(outcomes == ["Consul answered 301", "Consul's answer is larger than 1000 bytes", "1 a"])
    }

    @Test("An index that moves without a change can't make a hot loop, and each answer is reported once")
    func hotIndex() async throws {
        let counter = Counter()
        try await withTestHTTPServer { _ in
            ScriptedConsul.list(index: counter.next(), "a")
        } _: { server in
            try await withDiscovery(Self.configuration(server.url), watching: "star") { _, log in
                let start = ContinuousClock.now
                try await eventually("12 answers came") { log.all.count >= 12 }
                // The first two go unhindered; then 50 ms lie between questions.
                #expect(ContinuousClock.now - start >= .milliseconds(450))
            }
            // The answers of the questions that were in flight at the end are not reported.
            #expect(server.requests.count >= 12)
        }
    }

    @Test("Consul that falls silent, before the head or within the body, is a failure in time")
    func silent() async throws {
        let consul = ScriptedConsul([
            ScriptedConsul.list(index: 7, "a"), nil, ScriptedConsul.list(index: 8, "a", "c").held(after: 60),
            ScriptedConsul.list(index: 8, "b"),
        ])
        try await withTestHTTPServer(consul.answer) { server in
            let configuration = try Self.configuration(
                server.url, wait: .milliseconds(16), grace: .milliseconds(300))
            try await withDiscovery(configuration, watching: "star") { _, log in
                try await log.instances(of: "star", "has b") { $0.map(\.serviceID) == ["b"] }
                #expect(log.failures.count >= 2)
                #expect(
                    log.failures.allSatisfy { $0 == "Consul at \(server.url) did not answer within 0.3 s" },
                    "\(log.failures)")
            }
        }
    }

    @Test("The token goes into a header and nowhere else; no gzip is asked for")
    func token() async throws {
        try await withTestHTTPServer { _ in
            TestHTTPServer.Answer(status: .forbidden, body: "ACL s3cret-token not found")
        } _: { server in
            let configuration = try Self.configuration(server.url, token: "s3cret-token")
            try await withDiscovery(configuration, watching: "star") { _, log in
                try await eventually("a failure is reported") { !log.failures.isEmpty }
                #expect(log.failures.first == "Consul answered 403: ACL … not found")
            }
            let head = try #require(server.requests.first?.head)
            #expect(head.headers["X-Consul-Token"] == ["s3cret-token"])
            #expect(!head.uri.contains("s3cret"))
            #expect(head.headers["Accept-Encoding"] == ["identity"])
        }
    }

    @Test("A confirmation asks the leader, beside the watch")
    func confirm() async throws {
        try await withTestHTTPServer { request in
            if request.head.uri.contains("consistent") { return ScriptedConsul.list(index: 9, "a", "b") }
            if request.head.uri.contains("index") { await neverEnding() }
            return ScriptedConsul.list(index: 7, "a")
        } _: { server in
            let configuration = try Self.configuration(server.url)
            let star = ServiceKey(name: "star")
            let discovery = try await withDiscovery(configuration, watching: "star") { discovery, log in
                try await log.instances(of: "star", "has an instance") { $0.count == 1 }
                guard case .answer(9, let instances, []) = await discovery.confirm(star).observation.outcome else {
                    throw TestFailure("no confirmation")
                }
                #expect(instances.map(\.serviceID) == ["a", "b"])
                #expect(log.outcomes(of: "star").count == 1)
                return discovery
            }
            let late = await discovery.confirm(star).observation
            #expect(late.outcome == .failure(reason: "The watch of Consul is not running"))
        }
    }

    @Test("Loops begin and end with the set of watched services")
    func watchSet() async throws {
        let consul = ScriptedConsul([])
        try await withTestHTTPServer(consul.answer) { server in
            @Sendable func asked(_ name: String) -> Int {
                server.requests.count { $0.head.uri.hasPrefix("/v1/health/service/\(name)?") }
            }
            try await withDiscovery(Self.configuration(server.url)) { discovery, _ in
                #expect(server.requests.isEmpty)
                discovery.watch([ServiceKey(name: "a"), ServiceKey(name: "b")])
                try await eventually("both are asked for") { asked("a") == 1 && asked("b") == 1 }
                discovery.watch([ServiceKey(name: "b"), ServiceKey(name: "c")])
                try await eventually("c is asked for") { asked("c") == 1 }
                try await eventually("the question for a is given up") { consul.abandoned == 1 }
                discovery.watch([ServiceKey(name: "a"), ServiceKey(name: "b"), ServiceKey(name: "c")])
                try await eventually("a is asked for again") { asked("a") == 2 }
                #expect(asked("b") == 1 && asked("c") == 1)
            }
            try await eventually("all are given up") { consul.abandoned == 4 }
        }
    }

    @Test("More services than the client's usual limit of 8 connections are watched at the same time")
    func manyServices() async throws {
        try await withTestHTTPServer { request in
            if request.head.uri.contains("index=") { await neverEnding() }
            return ScriptedConsul.list(index: 1, "a")
        } _: { server in
            try await withDiscovery(Self.configuration(server.url)) { discovery, log in
                discovery.watch(Set((0..<60).map { ServiceKey(name: "s\($0)") }))
                try await eventually("all questions are held") {
                    server.requests.count { $0.head.uri.contains("index=") } == 60
                }
                #expect(log.all.count == 60)
            }
        }
    }

    @Test("Graceful shutdown and cancellation end the run while questions are held")
    func shutdown() async throws {
        let consul = ScriptedConsul([])
        try await withTestHTTPServer(consul.answer) { server in
            let configuration = try Self.configuration(server.url)
            try await within(.seconds(30), "the shutdown") {
                try await withDiscovery(configuration, watching: "a", "b") { _, _ in
                    try await eventually("questions are held") { server.requests.count == 2 }
                }
            }
            try await eventually("they are given up") { consul.abandoned == 2 }

            let discovery = ConsulDiscovery(configuration: configuration, logger: .silent)
            discovery.watch([ServiceKey(name: "c")])
            let run = Task { try await discovery.run() }
            try await eventually("the question is held") { server.requests.count == 3 }
            run.cancel()
            try await within(.seconds(30), "the cancellation") { try await run.value }
            for await observation in discovery.observations { Issue.record("\(observation)") }
        }
    }

    @Test("Nobody there: a failure that says so, again and again, until somebody answers")
    func refused() async throws {
        let port = try FreePort.take()
        let configuration = try Self.configuration("http://127.0.0.1:\(port)")
        try await withDiscovery(configuration, watching: "star") { _, log in
            try await eventually("three tries have failed") { log.failures.count >= 3 }
            #expect(
                Set(log.failures) == ["Consul at http://127.0.0.1:\(port) can't be reached: connection refused"])
        }
    }
}
