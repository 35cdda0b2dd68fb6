import Testing

@testable import ControlPlane

@Suite("The publish window gathers changes without delaying the first")
struct PublishWindowTests {
    private let start = ContinuousClock.now
    private var window = PublishWindow(shortest: .milliseconds(20), longest: .milliseconds(100))

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test("the first change is published at once")
    func first() {
        var window = window
        #expect(window.change(at: at(0)) == .publish)
    }

    @Test("what follows within the window is published together at its end")
    func burst() {
        var window = window
        #expect(window.change(at: at(0)) == .publish)
        #expect(window.change(at: at(1)) == .wait(until: at(20)))
        for moment in 2..<20 { #expect(window.change(at: at(moment)) == .nothing) }
        #expect(window.windowEnded(at: at(20)) == .publish)
        #expect(window.windowEnded(at: at(20)) == .nothing)
    }

    @Test("a change at the very end of the window needs no waiting")
    func end() {
        var window = window
        #expect(window.change(at: at(0)) == .publish)
        #expect(window.change(at: at(20)) == .publish)
    }

    @Test("while changes keep coming each window is twice as long, up to the limit")
    func doubling() {
        var window = window
        #expect(window.change(at: at(0)) == .publish)
        var now = 0
        for length in [20, 40, 80, 100, 100] {
            #expect(window.change(at: at(now + 1)) == .wait(until: at(now + length)))
            now += length
            #expect(window.windowEnded(at: at(now)) == .publish)
        }
    }

    @Test("after a quiet window the next change is published at once, and the windows are short again")
    func quietResets() {
        var window = window
        #expect(window.change(at: at(0)) == .publish)
        #expect(window.change(at: at(1)) == .wait(until: at(20)))
        #expect(window.windowEnded(at: at(20)) == .publish)
        // The window that began at 20 ends at 60.
        #expect(window.change(at: at(60)) == .publish)
        #expect(window.change(at: at(61)) == .wait(until: at(80)))
    }

    @Test("a timer that comes late moves the next window, and loses nothing")
    func lateTimer() {
        var window = window
        #expect(window.change(at: at(0)) == .publish)
        #expect(window.change(at: at(5)) == .wait(until: at(20)))
        #expect(window.change(at: at(300)) == .nothing)
        #expect(window.windowEnded(at: at(400)) == .publish)
        #expect(window.change(at: at(401)) == .wait(until: at(440)))
    }

    @Test("an end that nobody waits for publishes nothing")
    func strayEnd() {
        var window = window
        #expect(window.windowEnded(at: at(0)) == .nothing)
        #expect(window.change(at: at(1)) == .publish)
        #expect(window.windowEnded(at: at(21)) == .nothing)
    }

    @Test("without a window each change is published by itself; a limit below the window is the window")
    func degenerate() {
        var none = PublishWindow(shortest: .zero, longest: .zero)
        for _ in 1...3 { #expect(none.change(at: at(0)) == .publish) }
        var odd = PublishWindow(shortest: .milliseconds(20), longest: .milliseconds(5))
        #expect(odd.change(at: at(0)) == .publish)
        #expect(odd.change(at: at(1)) == .wait(until: at(20)))
        #expect(odd.windowEnded(at: at(20)) == .publish)
        #expect(odd.change(at: at(21)) == .wait(until: at(40)))
    }
}
