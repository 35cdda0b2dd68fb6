import RoutingModel
import Testing

@testable import ProxyWorker

@Suite struct HeaderChangesTests {
    private func fields(_ lines: String, _ changes: CompiledHeaderChanges?) throws -> [String] {
        let head = try Writing.request("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n") { $0.changes = changes }
        return head.split(separator: "\r\n").dropFirst(2).map(String.init)
    }

    private let own = [
        "X-Forwarded-For: 192.0.2.1", "X-Real-IP: 192.0.2.1", "X-Forwarded-Proto: http", "X-Forwarded-Host: a",
    ]

    @Test("Fields are removed, set and added, in any case of their names")
    func changes() throws {
        let changes = CompiledHeaderChanges(
            route: HeaderChanges(set: ["X-Env": "prod"], add: ["X-Tag": "2"], remove: ["Cookie"]))
        #expect(
            try fields("x-env: a\r\nX-ENV: b\r\nX-Tag: 1\r\ncookie: c\r\nX: y\r\n", changes)
                == ["X-Tag: 1", "X: y"] + own + ["X-Env: prod", "X-Tag: 2"])
    }

    @Test("An entry's changes come after the route's")
    func changesTwice() throws {
        let changes = CompiledHeaderChanges(
            route: HeaderChanges(set: ["X-Env": "prod", "X-B": "1"], add: ["X-Tag": "1"], remove: ["X-Gone"]),
            entry: HeaderChanges(set: ["x-env": "canary"], add: ["X-Gone": "back"], remove: ["X-TAG"]))
        #expect(
            try fields("X-Env: a\r\nX-Tag: b\r\nX-Gone: c\r\n", changes)
                == own + ["X-B: 1", "x-env: canary", "X-Gone: back"])
    }

    @Test("Nothing to change is nothing")
    func isNothing() {
        #expect(CompiledHeaderChanges(route: nil) == nil)
        #expect(CompiledHeaderChanges(route: HeaderChanges(), entry: HeaderChanges()) == nil)
    }

    @Test("What decides about framing, routing or the connection can't be changed, nor can a header be broken")
    func refusesChanges() throws {
        let changes = HeaderChanges(
            set: ["Host": "x", "content-length": "1", "Connection": "close", "X y": "1", "": "1", "X": "a\r\nY: b"],
            add: [
                "Transfer-Encoding": "chunked", "Upgrade": "x", "TE": "x", "Keep-Alive": "x", "X\r\nY": "1", "Z": "\0",
            ],
            remove: ["Host", "Content-Length"])
        let compiled = CompiledHeaderChanges(route: changes)
        // The field that couldn't be set is gone: what it said was not wanted.
        #expect(try fields("X: 1\r\nContent-Length: 0\r\n", compiled) == ["Content-Length: 0"] + own)
    }

    @Test("What the proxy says of the client can be changed too")
    func changesOwn() throws {
        let changes = CompiledHeaderChanges(
            route: HeaderChanges(
                set: ["X-Forwarded-Proto": "https"], remove: ["x-forwarded-for", "X-Real-IP", "X-Forwarded-Host"]))
        #expect(try fields("X-Forwarded-For: 1.1.1.1\r\n", changes) == ["X-Forwarded-Proto: https"])
    }

    @Test("A response's fields are changed")
    func changesResponse() throws {
        let changes = CompiledHeaderChanges(
            route: HeaderChanges(set: ["Server": "signalbox"], add: ["X-Cell": "1"], remove: ["X-Powered-By"]))
        let head = try Writing.response(
            "HTTP/1.1 200 OK\r\nServer: x\r\nX-Powered-By: y\r\nContent-Length: 0\r\n\r\n"
        ) { $0.changes = changes }
        #expect(head == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nServer: signalbox\r\nX-Cell: 1\r\n\r\n")
    }
}
