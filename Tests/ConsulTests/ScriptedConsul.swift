import NIOHTTP1
import RoutingModel
import Synchronization
import TestKit

/// A Consul that gives the answers of a script, one per question, and holds every question after that.
final class ScriptedConsul: Sendable {
    typealias Answer = TestHTTPServer.Answer

    private let answers: Mutex<[Answer?]>
    private let closedHolds = Mutex(0)

    /// - Parameter answers: nil holds the question.
    init(_ answers: [Answer?]) { self.answers = Mutex(answers.reversed()) }

    /// Questions that were held until the client went away.
    var abandoned: Int { closedHolds.withLock { $0 } }

    @Sendable func answer(_ request: TestHTTPServer.Request) async -> Answer {
        // Signs of life are asked for whenever a question fails; they aren't part of the script.
        if request.isHeartbeat { return Self.leader }
        if let answer = answers.withLock({ $0.popLast() }) ?? nil { return answer }
        await neverEnding()
        closedHolds.withLock { $0 += 1 }
        return .none
    }

    /// A list of instances `a`, `b` … as they come from a server with a leader.
    static func list(index: Int?, leader: Bool = true, _ ids: String..., headers more: HTTPHeaders = [:]) -> Answer {
        var headers: HTTPHeaders = ["X-Consul-KnownLeader": "\(leader)"]
        if let index { headers.add(name: "X-Consul-Index", value: "\(index)") }
        headers.add(contentsOf: more)
        let entries = ids.map {
            #"{"Node": {"Node": "n", "Address": "10.0.0.1"}, "Service": {"ID": "\#($0)", "Port": 80}}"#
        }
        return Answer(headers: headers, body: "[\(entries.joined(separator: ", "))]")
    }

    /// To a heartbeat.
    static let leader = Answer(body: "\"127.0.0.1:8300\"")

    /// As 1.8.7 says it: errors carry index headers too, which mean nothing.
    static func error(_ text: String = "No cluster leader") -> Answer {
        Answer(
            status: .internalServerError, headers: ["X-Consul-Index": "1", "X-Consul-KnownLeader": "false"], body: text)
    }
}

extension TestHTTPServer.Request {
    var isHeartbeat: Bool { head.uri == "/v1/status/leader" }
}

extension TestHTTPServer {
    /// What was asked about services, as `path?query`.
    var questions: [String] { requests.filter { !$0.isHeartbeat }.map(\.head.uri) }
}
