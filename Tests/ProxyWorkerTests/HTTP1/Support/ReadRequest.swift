@testable import ProxyWorker

/// What became of one request of a connection's bytes.
enum ReadRequest: Equatable, CustomStringConvertible {
    struct Forwarded: Equatable {
        var method = ""
        /// As it came.
        var target = ""
        var host = ""
        var path = ""
        var query = ""
        /// As `name: value`, as they were read.
        var fields: [String] = []
        var traits = RequestTraits()
        /// The head that a peer gets.
        var head = ""
        var body: [UInt8] = []
        /// The trailer section that a peer gets; nil when the body isn't chunked.
        var trailers: String?

        /// As `name: value`, without blanks around the value.
        var trailerFields: [String] {
            let bytes = [UInt8](latin: trailers ?? "")
            var lines: [String] = []
            var start = 0
            bytes.withUnsafeBufferPointer { pointer in
                guard let base = pointer.baseAddress else { return }
                while start < bytes.count,
                    case .complete(let line) = FieldLine.scan(base, from: start, to: bytes.count, limit: .max)
                {
                    let name = Array(bytes[start..<start + line.nameCount]).latin
                    lines.append("\(name): \(Array(bytes[line.valueStart..<line.valueStart + line.valueCount]).latin)")
                    start = line.next
                }
            }
            return lines
        }
    }

    case forwarded(Forwarded)
    /// Refused at its head, or in the middle of its body.
    case refused(HeadFault)
    /// There is more to come.
    case incomplete

    var description: String {
        switch self {
        case .forwarded(let request):
            return "forwarded \(request.head.debugDescription) \(request.body.latin.debugDescription)"
        case .refused(let fault): return "refused \(fault)"
        case .incomplete: return "incomplete"
        }
    }
}
