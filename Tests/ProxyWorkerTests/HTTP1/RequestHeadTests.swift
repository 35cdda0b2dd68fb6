import RoutingEngine
import RoutingModel
import Testing

@testable import ProxyWorker

@Suite struct RequestHeadTests {
    @Test("One reader for many requests: nothing of one is left in the next")
    func isReused() {
        var feed = RequestFeed()
        let first =
            "POST http://Other/./x?y HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
        let second = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        feed.take([UInt8](latin: "\(first)0\r\n\r\n\(second)")[...])
        let alone = RequestFeed.read([UInt8](latin: second))
        let both = feed.finish()
        #expect(both.count == 2)
        #expect(both.last == alone.first)
    }

    @Test("A head that comes byte by byte is scanned a few times only")
    func isCheapInPieces() {
        let fields = (0..<100).map { "X-Field-\($0): \(String(repeating: "v", count: 300))\r\n" }.joined()
        let bytes = [UInt8](latin: "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        var progress = HeadProgress()
        var head = RequestHead()
        var scans = 0
        bytes.withUnsafeBytes { all in
            for count in 1...bytes.count {
                let there = UnsafeRawBufferPointer(rebasing: all[..<count])
                if progress.isWorthScanning(there) {
                    scans += 1
                    let outcome = head.scan(there, limits: HeadLimits())
                    #expect(outcome == (count == bytes.count ? .complete(headBytes: count) : .incomplete))
                    progress.note(outcome, count)
                }
            }
        }
        #expect(scans < 20)
        #expect(progress == HeadProgress())
    }

    @Test(
        "The host is matched in the same form as the rules' hosts",
        arguments: [
            "a", "A.b.", "STAR.Test.:80", "192.0.2.1:1", "[::1]", "[2001:DB8::0:1]:8080", "[::FFFF:1.2.3.4]",
            "a_b-c.d:",
            "[v1.x]", "x--1.test.", "%41b", "a..", "[1::2::3]",
        ])
    func normalizesHosts(authority: String) {
        guard
            case .forwarded(let read)? = RequestFeed.read(
                [UInt8](latin: "GET / HTTP/1.1\r\nHost: \(authority)\r\n\r\n")
            ).first
        else {
            Issue.record("refused")
            return
        }
        #expect(read.host == HostPattern.normalize(authority))
    }

    @Test("Methods that may be sent twice")
    func knowsIdempotent() {
        for (method, isIdempotent) in [
            ("GET", true), ("HEAD", true), ("OPTIONS", true), ("PUT", true), ("DELETE", true), ("TRACE", true),
            ("POST", false), ("PATCH", false), ("get", false), ("GETS", false), ("PAT", false), ("LINK", false),
        ] {
            guard
                case .forwarded(let read)? = RequestFeed.read(
                    [UInt8](latin: "\(method) / HTTP/1.1\r\nHost: a\r\n\r\n")
                ).first
            else {
                Issue.record("refused")
                continue
            }
            #expect(read.traits.isIdempotent == isIdempotent, "\(method)")
            #expect(read.traits.isHead == (method == "HEAD"), "\(method)")
        }
    }

    @Test("What the engine decides by")
    func viewsRequest() throws {
        let bytes = [UInt8](latin: "GET /a/../b?c HTTP/1.1\r\nHost: STAR.Test:8080\r\nX-A: 1 \r\nX-B:\r\n\r\nrest")
        var head = RequestHead()
        bytes.withUnsafeBytes { bytes in
            #expect(head.scan(bytes, limits: HeadLimits()) == .complete(headBytes: bytes.count - 4))
            // The bytes may lie elsewhere by now.
            Array(bytes).withUnsafeBytes { moved in
                let view = head.view(over: moved, sourceIP: moved)
                #expect(view.method.latin == "GET")
                #expect(view.host.latin == "star.test")
                #expect(view.path.latin == "/b")
                #expect(view.query.latin == "c")
                #expect(view.fields.count == 3)
                #expect(UnsafeRawBufferPointer(rebasing: view.head[view.fields[1].nameRange]).latin == "X-A")
                #expect(UnsafeRawBufferPointer(rebasing: view.head[view.fields[1].valueRange]).latin == "1")
                #expect(view.fields[2].valueRange.isEmpty)
                #expect(view.fields[0].tag == FieldTag.host.rawValue)
            }
        }
    }

    @Test("More fields than there is room for at first")
    func growsTable() {
        let fields = (0..<1000).map { "X\($0): \($0)\r\n" }.joined()
        var limits = HeadLimits()
        limits.count = 2000
        guard
            case .forwarded(let read)? = RequestFeed.read(
                [UInt8](latin: "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"), limits: limits
            ).first
        else {
            Issue.record("refused")
            return
        }
        #expect(read.fields.dropFirst() == (0..<1000).map { "X\($0): \($0)" }[...])
    }

    @Test("A path that is longer than the room for it at first")
    func growsScratch() {
        let long = String(repeating: "a", count: 20_000)
        guard
            case .forwarded(let read)? = RequestFeed.read(
                [UInt8](latin: "GET /\(long)/../b/./\(long) HTTP/1.1\r\nHost: a\r\n\r\n"),
                limits: HeadLimits(field: 50_000)
            ).first
        else {
            Issue.record("refused")
            return
        }
        #expect(read.path == "/b/\(long)")
    }

    @Test("Every fault has an answer, and a sentence that JSON needn't escape", arguments: HeadFault.allCases)
    func answers(fault: HeadFault) throws {
        let tree = try CanonicalJSON.decode(JSONValue.self, from: fault.problem.body)
        guard case .object(let members) = tree else {
            Issue.record("no object")
            return
        }
        #expect(members["status"] == .integer(Int64(fault.problem.code.status)))
        #expect((400...599).contains(fault.problem.code.status))
    }
}
