import Foundation
import Testing

@testable import ProxyWorker

/// Random requests, sound and broken, read by this proxy and by llhttp. Where they don't agree, it is this proxy that
/// refuses, for one of the reasons that are listed here.
///
/// `FUZZ_INPUTS` sets the number of inputs, `FUZZ_SEED` where they begin; `scripts/fuzz` runs many.
@Suite struct RequestFuzzTests {
    static let inputs = ProcessInfo.processInfo.environment["FUZZ_INPUTS"].flatMap { Int($0) } ?? 5_000
    static let seed = ProcessInfo.processInfo.environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

    /// What this proxy refuses and llhttp doesn't.
    static let stricter: Set<HeadFault> = [
        // Blanks before a target or behind a version, HTTP/0.9.
        .requestLine,
        // Line ends and blanks before the request line, beyond some CR LF.
        .method,
        .connect,
        // Fragments, bytes beyond ASCII, other schemes, the star for other methods than OPTIONS.
        .target, .escape, .climb,
        .missingHost, .repeatedHost, .host,
        .twoLengths, .codingInHTTP10, .codingOrder, .unknownCoding,
        // More than 16 digits, more than 2^62.
        .chunkSize,
        .chunkExtension,
        // Fields about framing.
        .trailer,
        .connectionOptions, .tooLarge, .tooManyFields,
    ]

    @Test("No request that llhttp refuses or reads in another way is passed on")
    func agrees() {
        var generator = MessageGenerator(seed: Self.seed)
        var report = FuzzReport()
        for _ in 0..<Self.inputs {
            let bytes = generator.requests()
            report.inputs += 1
            let whole = RequestFeed.read(bytes)
            if let difference = Self.difference(bytes, whole, Oracle.readRequests(bytes), &report) {
                report.add(difference, bytes)
            }
            // Pieces never make another request of it.
            var pieces = RequestFeed.read(bytes, ends: generator.cuts(bytes.count))
            if pieces.last == .incomplete, case .refused = whole.last {
                pieces[pieces.count - 1] = whole[whole.count - 1]
            }
            if pieces != whole { report.add("in pieces: \(pieces)\nwhole: \(whole)", bytes) }
        }
        report.print("requests")
        #expect(report.differences == [])
        #expect(Set(report.stricter.keys).subtracting(Self.stricter) == [])
    }

    /// What both readers make of the same bytes differently; nil when nothing that is a danger.
    static func difference(
        _ bytes: [UInt8], _ ours: [ReadRequest], _ theirs: [OracleMessage], _ report: inout FuzzReport
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
            case .forwarded(let request):
                if !OracleRules.known.contains(request.method) {
                    report.otherMethods += 1
                    return nil
                }
                guard let other, let head = other.head, other.end == .complete else {
                    return "complete here, not there: \(one) / \(String(describing: other))"
                }
                if let difference = difference(request, head, other) { return difference }
                report.agreed += 1
                // Behind these llhttp may read nothing that is HTTP.
                if isUpgrade(head) || !request.traits.isKeepAlive || namesProxy(head) { return nil }
                if other.trailers.contains(where: isAboutConnection) { return nil }
                // A tab behind an option of Connection hides it from llhttp; RFC 9110 section 5.6.3 doesn't.
                if !head.isKeepAlive { return bytes.contains(ByteClass.tab) ? nil : "goes on here, not there: \(one)" }
            }
        }
        if theirs.count > ours.count, theirs[ours.count].head != nil { return "more there: \(theirs[ours.count])" }
        return nil
    }

    private static func difference(
        _ request: ReadRequest.Forwarded, _ head: OracleMessage.Head, _ other: OracleMessage
    ) -> String? {
        if request.method != head.method { return "method: \(request.method) / \(head.method)" }
        if request.target != head.target { return "target: \(request.target) / \(head.target)" }
        if request.traits.isHTTP11 != (head.minor == 1) { return "version: \(head.minor)" }
        let fields = request.fields.map(repaired)
        if fields != head.fields { return "fields: \(fields) / \(head.fields)" }
        if request.body != other.body { return "body: \(request.body.latin) / \(other.body.latin)" }
        let trailers = other.trailers.filter { OracleRules.isTrailer($0) }
        let own = (request.trailerFields).map(repaired)
        if own != trailers { return "trailers: \(own) / \(trailers)" }
        return nil
    }

    /// As NIO makes a string of the bytes.
    static func repaired(_ latin: String) -> String { String(decoding: [UInt8](latin: latin), as: UTF8.self) }

    /// llhttp takes Proxy-Connection for Connection; RFC 9112 appendix C.2.2 doesn't.
    private static func namesProxy(_ head: OracleMessage.Head) -> Bool {
        head.fields.contains { $0.lowercased().hasPrefix("proxy-connection:") }
    }

    /// llhttp obeys these in trailers too; this proxy drops them (RFC 9110 section 6.5.1).
    private static func isAboutConnection(_ trailer: String) -> Bool {
        let line = trailer.lowercased()
        return line.hasPrefix("connection:") || line.hasPrefix("proxy-connection:") || line.hasPrefix("upgrade:")
    }

    private static func isUpgrade(_ head: OracleMessage.Head) -> Bool {
        let lower = head.fields.map { $0.lowercased() }
        return lower.contains { $0.hasPrefix("upgrade:") }
            && lower.contains { $0.hasPrefix("connection:") && $0.contains("upgrade") }
    }
}
