internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

extension AdminConnection {
    /// How a stream goes on after it broke.
    package enum StreamNews: Sendable {
        /// It broke, for this reason, and is opened again.
        case lost(String)
        /// It is there again.
        case resumed
    }

    /// A stream that has lived for so long has come to stay.
    private static let steady = Duration.seconds(30)

    /// Reads an event stream for as long as the task lives. Whenever it breaks it is opened again after 0.5 … 10 s and
    /// goes on after the last event (`Last-Event-ID`), so that none is missed or shown twice.
    /// - Parameters:
    ///   - path: the stream, with where it begins.
    ///   - pause: before the first attempt to open it again.
    /// - Throws: `ClientFailure` when the first opening fails, or when a later one is refused for good; whatever
    ///   `onEvent` throws.
    package func follow(
        _ path: RequestPath, pause: Duration = .milliseconds(500),
        onNews: (StreamNews) -> Void, onEvent: (ServerEvent) throws -> Void
    ) async throws {
        var parser = EventParser()
        var isFirst = true
        var wait = pause
        while true {
            try Task.checkCancellation()
            do {
                let request = AdminRequest("GET", path).with(header: "Accept", "text/event-stream")
                    .with(header: "Last-Event-ID", parser.lastID.isEmpty ? nil : parser.lastID)
                let response = try await open(request)
                guard response.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true else {
                    throw ClientFailure.failed("The server answered, and not with a stream of events.")
                }
                if !isFirst { onNews(.resumed) }
                isFirst = false
                let opened = ContinuousClock.now
                // Half an event is worth nothing once its connection is gone.
                parser = EventParser(lastID: parser.lastID)
                for try await chunk in response.body {
                    // One that ends as soon as it is open is not to be opened twice a second for ever.
                    if ContinuousClock.now - opened > Self.steady { wait = pause }
                    for event in try parser.feed(chunk.readableBytesView) {
                        try onEvent(event)
                        wait = pause
                    }
                }
                onNews(.lost("the server ended the stream."))
            } catch let error as ClientFailure {
                guard !isFirst, case .unreachable(let reason) = Self.mayPass(error) else { throw error }
                onNews(.lost(reason))
            } catch is CancellationError {
                throw CancellationError()
            } catch let error as OutputClosed {
                throw error
            } catch {
                if isFirst { throw failure(error, Self.longestSilence) }
                onNews(.lost("\(failure(error, Self.longestSilence))"))
            }
            try await Task.sleep(for: wait)
            wait = min(wait * 2, .seconds(10))
        }
    }

    /// A server that is overloaded or being restarted comes back; one that refuses the question doesn't.
    private static func mayPass(_ failure: ClientFailure) -> ClientFailure {
        guard case .refused(let refusal) = failure, refusal.status == 429 || refusal.status >= 500 else {
            return failure
        }
        return .unreachable(refusal.detail)
    }
}
