internal import ControlPlane
internal import Foundation
internal import Metrics
internal import NIOCore
internal import RoutingModel
internal import Synchronization

/// Takes workers' questions from all connections to the control plane, many at a time, and knows how they are answered.
final class RoutingDesk: Sendable {
    private struct Inbox {
        var questions: [UpdateQuestion] = []
        var withdrawn: [Int] = []
        var isScheduled = false
    }

    private let controlPlane: ControlPlane
    private let book: TokenBook
    private let hosts: HostRule
    private let bodies: SharedBodies
    private let inbox = Mutex(Inbox())
    private let date = Mutex<(second: Int, text: String)>((0, ""))
    private let answers = (
        whole: Counter(label: "signalbox_routing_answers", dimensions: [("kind", "snapshot")]),
        delta: Counter(label: "signalbox_routing_answers", dimensions: [("kind", "delta")]),
        unchanged: Counter(label: "signalbox_routing_answers", dimensions: [("kind", "unchanged")])
    )

    init(controlPlane: ControlPlane, book: TokenBook, hosts: HostRule, bodies: SharedBodies) {
        self.controlPlane = controlPlane
        self.book = book
        self.hosts = hosts
        self.bodies = bodies
    }

    /// Who asks, if a request with these fields may ask, and is of the kind that is answered here.
    func admits(fields: ByteBufferView, from address: ClientAddress?) -> Principal? {
        // Every role may ask for the routing.
        guard let fields = RoutingFields(fields), hosts.allows(fields.host) else { return nil }
        return book.recognise(fields.authorization, from: address)
    }

    /// - Parameter reply: called once, from anywhere; it must hand on and return at once.
    /// - Returns: what `withdraw` takes.
    func ask(_ question: RoutingQuestion, on loop: any EventLoop, reply: @escaping UpdateQuestion.Reply) -> Int {
        let id = controlPlane.newQuestionID()
        hand(on: loop) { inbox in
            inbox.questions.append(
                UpdateQuestion(
                    id: id, index: question.index, wait: question.wait,
                    worker: question.worker.map { WorkerIdentity($0) }, reply: reply))
        }
        return id
    }

    /// An answer has been written, or there was nobody left to write it to: once for each reply.
    func delivered() { controlPlane.delivered() }

    /// Nobody waits for the answer any more.
    func withdraw(_ id: Int, on loop: any EventLoop) { hand(on: loop) { $0.withdrawn.append(id) } }

    /// One task takes over whatever a turn of the loop has brought.
    private func hand(on loop: any EventLoop, _ put: (inout Inbox) -> Void) {
        let isFirst = inbox.withLock { inbox in
            put(&inbox)
            defer { inbox.isScheduled = true }
            return !inbox.isScheduled
        }
        guard isFirst else { return }
        loop.execute { Task { await self.deliver() } }
    }

    private func deliver() async {
        let (questions, withdrawn) = inbox.withLock { inbox in
            defer { inbox = Inbox() }
            return (inbox.questions, inbox.withdrawn)
        }
        await controlPlane.ask(questions)
        if !withdrawn.isEmpty { await controlPlane.withdraw(withdrawn) }
    }

    // MARK: Answers

    /// The whole response to `question`, head and body, in one or two buffers.
    func response(
        to question: RoutingQuestion, _ update: PublishedUpdate?, isLast: Bool, allocator: ByteBufferAllocator
    ) -> [ByteBuffer] {
        guard let update else {
            answers.unchanged.increment()
            return [head(304, "Not Modified", index: question.index, length: nil, isLast, allocator)]
        }
        let isDelta = question.isDelta && update.isDelta
        (isDelta ? answers.delta : answers.whole).increment()
        let body = bodies.body(of: update, isDelta: isDelta)
        var head = head(
            200, "OK", index: update.snapshot.index, length: body.readableBytes, isLast, allocator,
            reserving: body.readableBytes <= Self.smallBody ? body.readableBytes : 0)
        // Small ones go out with their head, large ones are shared with whoever else gets them.
        guard body.readableBytes <= Self.smallBody else { return [head, body] }
        head.writeImmutableBuffer(body)
        return [head]
    }

    private static let smallBody = 16_384

    private func head(
        _ status: Int, _ reason: String, index: Int, length: Int?, _ isLast: Bool, _ allocator: ByteBufferAllocator,
        reserving: Int = 0
    ) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 384 + reserving)
        buffer.writeString("HTTP/1.1 \(status) \(reason)\r\nx-signalbox-index: \(index)\r\netag: \"\(index)\"\r\n")
        if let length { buffer.writeString("content-type: application/json\r\ncontent-length: \(length)\r\n") }
        buffer.writeString("cache-control: no-store\r\ndate: \(now())\r\nserver: signalbox\r\n")
        buffer.writeString("x-content-type-options: nosniff\r\nx-request-id: \(RequestID.make())\r\n")
        buffer.writeString(isLast ? "connection: close\r\n\r\n" : "\r\n")
        return buffer
    }

    /// RFC 9110 section 5.6.7, made once a second.
    private func now() -> String {
        let second = Int(Date().timeIntervalSince1970)
        return date.withLock { known in
            if known.second != second { known = (second, HTTPDate.text(second: second)) }
            return known.text
        }
    }
}
