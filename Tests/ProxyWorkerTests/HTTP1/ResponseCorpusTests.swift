import Testing

@testable import ProxyWorker

/// Responses of peers, sound and malformed, each with its one right answer.
@Suite struct ResponseCorpusTests {
    @Test("Every case of the corpus gets its answer, whole and byte by byte")
    func answers() throws {
        let cases = try ResponseCorpusCase.load()
        #expect(cases.count >= 80)
        for item in cases {
            var request = RequestTraits()
            request.isHead = item.to == "head"
            request.isHTTP11 = item.to != "http10"
            let bytes = [UInt8](latin: item.raw)
            let isClosed = item.closed ?? true
            let read = ResponseFeed.read(bytes, to: request, isClosed: isClosed)
            check(item, read)
            var pieces = ResponseFeed.read(bytes, to: request, ends: Array(0..<bytes.count), isClosed: isClosed)
            if pieces.last == .incomplete, let last = read.last, case .refused = last {
                pieces[pieces.count - 1] = last
            }
            #expect(pieces == read, "\(item.name)")
        }
    }

    private func check(_ item: ResponseCorpusCase, _ read: [ReadResponse]) {
        let place: Comment = "\(item.name): \(read)"
        #expect(read.count == item.expect.count, place)
        for (one, expected) in zip(read, item.expect) {
            switch one {
            case .incomplete: #expect(expected.incomplete == true, place)
            case .refused(let fault): #expect("\(fault)" == expected.refused, place)
            case .forwarded(let response):
                #expect(response.head == ((expected.head ?? []) + ["", ""]).joined(separator: "\r\n"), place)
                #expect(Self.text(response.framing) == expected.framing, place)
                #expect(response.keepsPeer == expected.keepsPeer, place)
                #expect(response.body.latin == expected.body ?? "", place)
                #expect(response.trailers == expected.trailers, place)
                #expect(response.isUntouched == (expected.untouched ?? false), place)
                #expect(response.keepAliveTimeout == expected.timeout ?? -1, place)
            }
        }
    }

    private static func text(_ framing: BodyFraming) -> String {
        switch framing {
        case .none: return "none"
        case .length(let length): return "length \(length)"
        case .chunked: return "chunked"
        case .untilClose: return "until close"
        }
    }
}
