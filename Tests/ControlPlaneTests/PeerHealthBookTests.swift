import RoutingModel
import Testing

@testable import ControlPlane

@Suite("The ledger's words of peers' health follow the workers', within limits")
struct PeerHealthBookTests {
    private let start = ContinuousClock.now

    private func state(
        _ peer: String, _ health: WorkerReport.PeerState.Health = .ejected, group: String = "g"
    ) -> WorkerReport.PeerState {
        WorkerReport.PeerState(
            group: group, peer: PeerID(peer), health: health, reason: "because", since: Timestamp(milliseconds: 0))
    }

    /// `peer word` for each piece of news, with what was left out.
    private func take(
        _ book: inout PeerHealthBook, _ states: [WorkerReport.PeerState], from worker: String = "w",
        after wait: Duration = .zero, members: Set<String>? = nil
    ) -> [String] {
        book.take(states, from: worker, at: start + wait) { members?.contains($0.peer.description) ?? true }.map {
            "\($0.key.peer) \($0.isEjection ? "out" : "back")\($0.leftOut == 0 ? "" : " (\($0.leftOut))")"
        }
    }

    @Test("going out and coming back are told once each")
    func told() {
        var book = PeerHealthBook()
        var news = take(&book, [state("b"), state("a", .unhealthy), state("c", .healthy)])
        #expect(news == ["a out", "b out"])
        news = take(&book, [state("b", .unhealthy), state("a", .ejected), state("c", .healthy)])
        #expect(news == [])
        news = take(&book, [state("b", .healthy)])
        #expect(news == ["a back", "b back"])
        #expect(book.health(of: .init(group: "g", peer: PeerID("b"))).map(\.health) == [.healthy])
        #expect(book.health(of: .init(group: "g", peer: PeerID("a"))).isEmpty)
    }

    @Test("who has left its group is forgotten without a word, and strangers aren't taken in")
    func members() {
        var book = PeerHealthBook()
        var news = take(&book, [state("a"), state("b")], members: ["a"])
        #expect(news == ["a out"])
        #expect(book.health(of: .init(group: "g", peer: PeerID("b"))).isEmpty)
        news = take(&book, [state("a")], members: [])
        #expect(news == [])
        #expect(book.count == 0)
    }

    @Test("a lost worker's words are forgotten, and told anew when it is back")
    func lost() {
        var book = PeerHealthBook()
        _ = take(&book, [state("a")], from: "w1")
        _ = take(&book, [state("a")], from: "w2")
        let key = PeerHealthBook.Key(group: "g", peer: PeerID("a"))
        #expect(book.health(of: key).map(\.worker) == ["w1", "w2"])
        book.forget("w1")
        #expect(book.health(of: key).map(\.worker) == ["w2"])
        let news = take(&book, [state("a")], from: "w1")
        #expect(news == ["a out"])
        book.forget { $0 == "w1" }
        #expect(book.health(of: key).map(\.worker) == ["w1"])
    }

    @Test("a peer that comes and goes has six entries in ten minutes, then the last word, with what was left out")
    func flapping() {
        var book = PeerHealthBook()
        var news: [String] = []
        for round in 0..<51 {
            news += take(&book, round.isMultiple(of: 2) ? [state("a")] : [], after: .seconds(round * 5))
        }
        #expect(news == ["a out", "a back", "a out", "a back", "a out", "a back"])
        // It stays out: that is told when there is room again.
        news = take(&book, [state("a")], after: .seconds(599))
        #expect(news == [])
        news = take(&book, [state("a")], after: .seconds(600))
        #expect(news == ["a out (45)"])
    }

    @Test("a worker that ejects everybody has 120 entries a minute, all workers 600; the rest follows")
    func flood() {
        var book = PeerHealthBook()
        let states = (0..<200).map { state("p\(1_000 + $0)") }
        #expect(take(&book, states, from: "w0").count == 120)
        for worker in 1...4 { #expect(take(&book, states, from: "w\(worker)", after: .seconds(1)).count == 120) }
        #expect(take(&book, states, from: "w5", after: .seconds(2)).isEmpty)
        #expect(take(&book, states, from: "w0", after: .seconds(59)).isEmpty)
        #expect(take(&book, states, from: "w0", after: .seconds(60)).count == 80)
        #expect(take(&book, states, from: "w0", after: .seconds(61)).isEmpty)
    }

    @Test("those that hold a peer for unable to serve are shown first, a hundred at most")
    func shown() {
        var book = PeerHealthBook()
        for worker in 0..<150 {
            _ = take(&book, [state("a", worker == 77 ? .ejected : .healthy)], from: "w\(1_000 + worker)")
        }
        let shown = book.health(of: .init(group: "g", peer: PeerID("a")))
        #expect(shown.count == 100)
        #expect(shown[0].worker == "w1077" && shown[1].worker == "w1000")
    }
}
