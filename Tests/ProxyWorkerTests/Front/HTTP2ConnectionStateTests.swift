import Testing

@testable import ProxyWorker

@Suite("The life of a connection with HTTP/2")
struct HTTP2ConnectionStateTests {
    @Test("it is idle from the beginning, and again after its last request")
    func idle() {
        var state = HTTP2ConnectionState()
        #expect(state.opened() == [.startIdleTimer])
        #expect(state.streamOpened(1) == [.stopIdleTimer])
        #expect(state.streamOpened(3) == [])
        #expect(state.streamClosed() == [])
        #expect(state.streamClosed() == [.startIdleTimer])
        #expect(state.saysGoodbye() == [.stopIdleTimer, .announceEnd])
        #expect(state.farewellEnded() == [.end(lastStream: 3), .close])
        #expect(state.farewellEnded() == [])
    }

    @Test("a goodbye waits for the announcement to be read, then for the requests")
    func goodbye() {
        var state = HTTP2ConnectionState()
        _ = state.streamOpened(1)
        #expect(state.saysGoodbye() == [.stopIdleTimer, .announceEnd])
        #expect(state.saysGoodbye() == [])
        #expect(state.streamOpened(3) == [])
        #expect(state.streamClosed() == [])
        #expect(state.announcementRead() == [.end(lastStream: 3)])
        #expect(state.announcementRead() == [])
        #expect(state.farewellEnded() == [])
        #expect(state.streamClosed() == [.close])
    }

    @Test("after an error it is closed, whatever else goes on")
    func failure() {
        var state = HTTP2ConnectionState()
        _ = state.streamOpened(1)
        #expect(state.failed() == [.stopIdleTimer, .closeSoon])
        #expect(state.failed() == [])
        #expect(state.streamClosed() == [])
        #expect(state.saysGoodbye() == [])
        #expect(state.farewellEnded() == [.close])
    }
}
