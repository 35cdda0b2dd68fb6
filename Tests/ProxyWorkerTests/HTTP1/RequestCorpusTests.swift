import Testing

@testable import ProxyWorker

/// Malformed and malicious requests out of the RFCs and public write-ups, each with its one right answer.
@Suite struct RequestCorpusTests {
    static let files = ["request-line", "targets", "hosts", "fields", "framing", "chunks", "forwarding"]

    @Test("Every case of the corpus gets its answer", arguments: files)
    func answers(file: String) throws {
        for item in try CorpusCase.load(file) {
            let read = RequestFeed.read([UInt8](latin: item.raw), limits: limits(item))
            check(item, read, file)
        }
    }

    @Test("And the same answer when it comes byte by byte", arguments: files)
    func answersPieces(file: String) throws {
        for item in try CorpusCase.load(file) {
            let bytes = [UInt8](latin: item.raw)
            let read = RequestFeed.read(bytes, limits: limits(item), ends: Array(0..<bytes.count))
            var whole = RequestFeed.read(bytes, limits: limits(item))
            // What is refused may be noticed later, but is never accepted.
            if read.last == .incomplete, case .refused = whole.last { whole[whole.count - 1] = .incomplete }
            #expect(read == whole, "\(file): \(item.name)")
        }
    }

    @Test("A corpus worth its name: at least 250 cases, each with its source, no two of one name")
    func isLarge() throws {
        let cases = try Self.files.flatMap { file in try CorpusCase.load(file).map { (file, $0) } }
        #expect(cases.count >= 250)
        #expect(cases.allSatisfy { !$0.1.source.isEmpty && !$0.1.expect.isEmpty })
        #expect(Set(cases.map { "\($0.0): \($0.1.name)" }).count == cases.count)
    }

    private func limits(_ item: CorpusCase) -> HeadLimits {
        var limits = HeadLimits()
        if let limit = item.expect[0].limit { limits.field = limit }
        if let limit = item.expect[0].headLimit { limits.head = limit }
        return limits
    }

    private func check(_ item: CorpusCase, _ read: [ReadRequest], _ file: String) {
        let place: Comment = "\(file): \(item.name): \(read)"
        #expect(read.count == item.expect.count, place)
        for (one, expected) in zip(read, item.expect) {
            switch one {
            case .incomplete: #expect(expected.incomplete == true, place)
            case .refused(let fault):
                #expect("\(fault)" == expected.refused, place)
                #expect(fault.problem.code.status == expected.status, place)
            case .forwarded(let request):
                #expect(request.head == Self.head(expected), place)
                #expect(request.body.latin == expected.body ?? "", place)
                #expect(request.trailers == expected.trailers, place)
                if let path = expected.path { #expect(request.path == path, place) }
                if let query = expected.query { #expect(request.query == query, place) }
                if let host = expected.normal { #expect(request.host == host, place) }
                #expect(request.traits.isKeepAlive != (expected.closes ?? false), place)
                #expect(request.traits.isUpgrade == (expected.upgrade ?? false), place)
                if let expects = expected.expects { #expect(request.traits.expectsContinue == expects, place) }
            }
        }
    }

    /// The whole head that a peer gets.
    private static func head(_ expected: CorpusCase.Expectation) -> String {
        let host = expected.host ?? ""
        let source = RequestFeed.sourceIP.latin
        let client = expected.forwardedFor.map { "\($0), \(source)" } ?? source
        let lines =
            [expected.line ?? "", "Host: \(host)"] + (expected.fields ?? []) + [
                "X-Forwarded-For: \(client)", "X-Real-IP: \(source)", "X-Forwarded-Proto: http",
                "X-Forwarded-Host: \(host)", "", "",
            ]
        return lines.joined(separator: "\r\n")
    }
}
