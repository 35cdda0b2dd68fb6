import Testing

@testable import ProxyWorker

@Suite struct ExchangeStateTests {
    private func state(idempotent: Bool = true, retries: Int = 1, replayLimit: Int = 100) -> ExchangeState {
        ExchangeState(isRepeatable: idempotent, retries: retries, replayLimit: replayLimit)
    }

    @Test("From head to end")
    func succeeds() {
        var state = state()
        #expect(state.requestEndReceived() == .hold)
        #expect(state.sent(reused: false) == true)
        #expect(state.response == .awaited(reused: false))
        #expect(state.responseHeadReceived() == true)
        #expect(state.responseEndReceived() == true)
        #expect(state.response == .ended)
        #expect(state.requestEnded)
    }

    @Test("A body waits for its connection, then flows, and is kept while it may have to be sent again")
    func holdsBody() {
        var state = state(replayLimit: 10)
        #expect(state.bodyReceived(bytes: 4) == .hold)
        #expect(state.sent(reused: false) == true)
        #expect(state.bodyReceived(bytes: 6) == .forwardAndHold)
        #expect(state.bodyReceived(bytes: 1) == .forwardAndRelease)
        #expect(state.bodyReceived(bytes: 1) == .forward)
        #expect(state.requestEndReceived() == .forward)
        #expect(state.upstreamFailed() == .answer(.upstreamFailed))
    }

    @Test("The body of a request that can't be repeated isn't kept once it is sent")
    func releasesBody() {
        var state = state(idempotent: false)
        #expect(state.bodyReceived(bytes: 4) == .hold)
        #expect(state.sent(reused: true) == false)
        #expect(state.bodyReceived(bytes: 4) == .forward)
        #expect(state.requestEndReceived() == .forward)
    }

    @Test("Without a connection nothing was sent: another peer, whatever the method; then it is given up")
    func retriesConnecting() {
        var state = state(idempotent: false)
        #expect(state.bodyReceived(bytes: 1000) == .hold)
        #expect(state.connectFailed(timedOut: true) == .tryAnotherPeer)
        #expect(state.bodyReceived(bytes: 1000) == .hold)
        #expect(state.connectFailed(timedOut: true) == .answer(.upstreamTimeout))
        #expect(state.connectFailed(timedOut: true) == .none)
    }

    @Test("A refused connection is 502, one that took too long 504")
    func tellsFailuresApart() {
        var first = state(retries: 0)
        #expect(first.connectFailed(timedOut: false) == .answer(.upstreamFailed))
        var second = state(retries: 0)
        #expect(second.connectFailed(timedOut: true) == .answer(.upstreamTimeout))
        var third = state()
        #expect(third.peersExhausted(.upstreamTimeout) == .answer(.upstreamTimeout))
    }

    @Test("A kept connection that was dead: the same peer again, then another, then it is given up")
    func retriesStale() {
        var state = state()
        _ = state.requestEndReceived()
        #expect(state.sent(reused: true) == true)
        #expect(state.upstreamFailed() == .trySamePeer)
        #expect(state.connectFailed(timedOut: false) == .tryAnotherPeer)
        #expect(state.sent(reused: true) == true)
        #expect(state.upstreamFailed() == .answer(.upstreamFailed))
        #expect(state.upstreamFailed() == .none)
    }

    @Test("A fresh connection that dies: another peer")
    func retriesFresh() {
        var state = state()
        #expect(state.sent(reused: false) == true)
        #expect(state.upstreamFailed() == .tryAnotherPeer)
        #expect(state.sent(reused: false) == true)
        #expect(state.upstreamFailed() == .answer(.upstreamFailed))
    }

    @Test("Nothing is repeated that may have been done, or that was answered", arguments: [true, false])
    func doesNotRepeat(reused: Bool) {
        var post = state(idempotent: false)
        _ = post.sent(reused: reused)
        #expect(post.upstreamFailed() == .answer(.upstreamFailed))
        var answered = state()
        _ = answered.sent(reused: reused)
        #expect(answered.upstreamFailed(answered: true) == .answer(.upstreamFailed))
    }

    @Test("Once the response has begun there is no other way than to cut it")
    func abortsResponse() {
        var streaming = state()
        _ = streaming.sent(reused: false)
        #expect(streaming.responseHeadReceived() == true)
        var late = streaming
        var broken = streaming
        #expect(streaming.upstreamFailed() == .abortClient)
        #expect(late.timedOut(clientIsSlow: true) == .abortClient)
        #expect(broken.requestBroken() == .abortClient)
        #expect(streaming.response == .ended)
    }

    @Test("Too late: who was slow decides what the client is told")
    func timesOut() {
        var client = state()
        _ = client.sent(reused: false)
        #expect(client.timedOut(clientIsSlow: true) == .answer(.requestTimeout))
        var upstream = state()
        _ = upstream.sent(reused: false)
        #expect(upstream.timedOut(clientIsSlow: false) == .answer(.upstreamTimeout))
        #expect(upstream.timedOut(clientIsSlow: false) == .none)
    }

    @Test("A response before the end of the request: what still comes is dropped")
    func endsEarly() {
        var state = state()
        _ = state.sent(reused: false)
        #expect(state.responseHeadReceived() == true)
        #expect(state.bodyReceived(bytes: 1) == .forward)
        #expect(state.responseEndReceived() == true)
        #expect(state.bodyReceived(bytes: 1) == .drop)
        #expect(state.requestEndReceived() == .drop)
    }

    @Test("A response that nobody waits for is no response")
    func refusesUnexpected() {
        var state = state()
        #expect(state.responseHeadReceived() == false)
        #expect(state.responseEndReceived() == false)
        _ = state.sent(reused: false)
        #expect(state.responseEndReceived() == false)
        #expect(state.responseHeadReceived() == true)
        #expect(state.responseHeadReceived() == false)
    }
}
