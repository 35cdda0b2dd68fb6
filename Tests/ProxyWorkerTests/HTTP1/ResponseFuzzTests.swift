import Testing

@testable import ProxyWorker

/// Random responses, sound and broken, read by this proxy and by llhttp; see ``RequestFuzzTests``.
@Suite struct ResponseFuzzTests {
    /// What this proxy refuses and llhttp doesn't.
    static let stricter: Set<HeadFault> = [
        // It is lenient with the reason and its line's end, and reads nothing behind a version that it doesn't know.
        .statusLine, .version, .unknownVersion, .controlByte, .bareCarriageReturn, .bareLineFeed,
        .blankBeforeColon, .folded, .fieldName, .contentLength, .twoLengths, .codingInHTTP10, .unknownCoding,
        .chunkSize, .chunkExtension,
        .trailer, .connectionOptions, .tooLarge, .tooManyFields,
    ]

    @Test("No response that llhttp refuses or reads in another way is passed on")
    func agrees() {
        var generator = MessageGenerator(seed: RequestFuzzTests.seed &+ 1)
        var report = FuzzReport()
        for _ in 0..<RequestFuzzTests.inputs {
            let bytes = generator.response()
            var request = RequestTraits()
            request.isHead = generator.flip() && generator.flip()
            report.inputs += 1
            let whole = ResponseFeed.read(bytes, to: request)
            let theirs = Oracle.readResponse(bytes, toHead: request.isHead, isClosed: true)
            if let difference = Self.difference(whole, theirs, &report) { report.add(difference, bytes) }
            var pieces = ResponseFeed.read(bytes, to: request, ends: generator.cuts(bytes.count))
            if pieces.last == .incomplete, case .refused = whole.last {
                pieces[pieces.count - 1] = whole[whole.count - 1]
            }
            if pieces != whole { report.add("in pieces: \(pieces)\nwhole: \(whole)", bytes) }
        }
        report.print("responses")
        #expect(report.differences == [])
        #expect(Set(report.stricter.keys).subtracting(Self.stricter) == [])
    }

    private static func difference(
        _ ours: [ReadResponse], _ theirs: [OracleMessage], _ report: inout FuzzReport
    ) -> String? {
        for (place, one) in ours.enumerated() {
            let other = place < theirs.count ? theirs[place] : nil
            switch one {
            case .refused(let fault):
                if let other, other.end == .complete {
                    report.stricter[fault, default: 0] += 1
                } else {
                    report.bothRefuse += 1
                }
                return nil
            case .incomplete:
                if let other, other.end == .complete { return "incomplete here, complete there: \(other)" }
                return nil
            case .forwarded(let response):
                guard let other, let head = other.head else {
                    // It reads nothing behind an informational response that says close; RFC 9110 section 15.2 does.
                    if place > 0, !(theirs[place - 1].head?.isKeepAlive ?? true) { return nil }
                    return "complete here, not there: \(one)"
                }
                if response.status != head.status { return "status: \(response.status) / \(head.status)" }
                // llhttp may go on with what is behind the response, and refuse that.
                if other.end == .open { return "complete here, open there: \(one)" }
                let fields = response.fields.map(RequestFuzzTests.repaired)
                if fields != head.fields { return "fields: \(fields) / \(head.fields)" }
                if response.body != other.body { return "body: \(response.body.latin) / \(other.body.latin)" }
                report.agreed += 1
            }
        }
        return nil
    }
}
