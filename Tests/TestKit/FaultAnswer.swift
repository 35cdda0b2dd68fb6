package import NIOCore
package import NIOHTTP1

/// An answer as a `FaultProxy` writes it: whole, or up to a byte of the test's choice.
package struct FaultAnswer: Sendable {
    /// How the end of the body is told.
    package enum Framing: Sendable {
        case length
        /// Chunks of 100 bytes.
        case chunks
        /// By closing the connection, as HTTP/1.0 does.
        case close
    }

    /// A place in an answer, in bytes. A number below zero counts from the end of that part.
    package enum Place: Sendable {
        case head(Int)
        /// In the body as it is on the wire, with the framing of its chunks.
        case body(Int)
    }

    package var status: HTTPResponseStatus
    package var headers: HTTPHeaders
    package var body: ByteBuffer
    package var framing = Framing.length
    private var place: Place?
    private(set) var resets = false

    package init(status: HTTPResponseStatus = .ok, headers: HTTPHeaders = [:], body: ByteBuffer) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package init(status: HTTPResponseStatus = .ok, headers: HTTPHeaders = [:], body: String = "") {
        self.init(status: status, headers: headers, body: ByteBuffer(string: body))
    }

    /// The same, but only up to `place`; then the connection is closed, or reset.
    package func cut(at place: Place, byReset: Bool = false) -> FaultAnswer {
        var answer = self
        answer.place = place
        answer.resets = byReset
        return answer
    }

    package func framed(by framing: Framing) -> FaultAnswer {
        var answer = self
        answer.framing = framing
        return answer
    }

    /// The same head, but another body.
    package func saying(_ body: String) -> FaultAnswer {
        var answer = self
        answer.body = ByteBuffer(string: body)
        return answer
    }

    /// The index of Consul's answer.
    package var index: UInt64? {
        get { headers.first(name: "x-consul-index").flatMap { UInt64($0) } }
        set {
            headers.remove(name: "x-consul-index")
            if let newValue { headers.add(name: "x-consul-index", value: "\(newValue)") }
        }
    }

    /// Whether the connection ends with this answer.
    var isLast: Bool { place != nil || framing == .close }

    /// What goes over the wire.
    var bytes: ByteBuffer {
        var head = "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        var wire = ByteBuffer()
        switch framing {
        case .length:
            head += "content-length: \(body.readableBytes)\r\n"
            wire = body
        case .close:
            head += "connection: close\r\n"
            wire = body
        case .chunks:
            head += "transfer-encoding: chunked\r\n"
            var rest = body
            while let chunk = rest.readSlice(length: min(100, rest.readableBytes)), chunk.readableBytes > 0 {
                wire.writeString(String(chunk.readableBytes, radix: 16) + "\r\n")
                wire.writeImmutableBuffer(chunk)
                wire.writeString("\r\n")
            }
            wire.writeString("0\r\n\r\n")
        }
        head += "\r\n"
        var all = ByteBuffer(string: head)
        let length = all.readableBytes
        let bodyLength = wire.readableBytes
        all.writeBuffer(&wire)
        let end =
            switch place {
            case nil: all.readableBytes
            case .head(let count): count < 0 ? length + count : min(count, length)
            case .body(let count): length + (count < 0 ? bodyLength + count : min(count, bodyLength))
            }
        return all.getSlice(at: all.readerIndex, length: max(0, end)) ?? ByteBuffer()
    }
}
