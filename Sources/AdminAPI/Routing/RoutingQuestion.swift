internal import RoutingModel

/// A worker's question as workers ask it, read straight from the bytes of the request:
/// `GET /v1/routing?index=…&wait=…&worker=…&delta=…`. Pure.
struct RoutingQuestion: Hashable {
    let index: Int
    let wait: Duration
    let worker: String?
    let isDelta: Bool

    /// What a request must begin with to be one.
    static let beginning = Array("GET /v1/routing?".utf8)

    /// Nil for whatever isn't exactly such a question, be it another one, one that is to be refused, or one that is
    /// written in an unusual way: that is for the API's general code, which answers it with all due care.
    /// - Parameter line: the request line with its CRLF.
    init?(line: some BidirectionalCollection<UInt8>) {
        guard line.suffix(2).elementsEqual("\r\n".utf8) else { return nil }
        let text = String(decoding: line.dropLast(2), as: UTF8.self)
        guard text.hasPrefix("GET /v1/routing?"), text.hasSuffix(" HTTP/1.1"),
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
        else { return nil }
        let target = text.utf8.dropFirst("GET /v1/routing?".utf8.count).dropLast(" HTTP/1.1".utf8.count)
        guard !target.contains(UInt8(ascii: " ")) else { return nil }
        var parameters: [Substring: Substring] = [:]
        for pair in Substring(target).split(separator: "&", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty, parameters.updateValue(parts[1], forKey: parts[0]) == nil else {
                return nil
            }
        }
        guard let number = parameters.removeValue(forKey: "index"), number.utf8.allSatisfy({ (48...57).contains($0) }),
            let index = Int(number)
        else { return nil }
        self.index = index
        if let text = parameters.removeValue(forKey: "wait") {
            guard let wait = DurationText.parse(String(text), countingAtMost: RoutingHandlers.longestWait) else {
                return nil
            }
            self.wait = wait
        } else {
            wait = RoutingHandlers.defaultWait
        }
        worker = parameters.removeValue(forKey: "worker").map(String.init)
        if let worker, !WorkerID.isValid(worker) { return nil }
        switch parameters.removeValue(forKey: "delta") {
        case "true": isDelta = true
        case nil, "false": isDelta = false
        default: return nil
        }
        guard parameters.isEmpty else { return nil }
    }
}
