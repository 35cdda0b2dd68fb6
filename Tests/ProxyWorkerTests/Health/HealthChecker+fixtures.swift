import NIOCore
import NIOPosix
import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

extension HealthChecker {
    /// Runs `body` with a checker of its own, and ends it.
    static func with(
        limit: Int = 64, contexts: UpstreamTLSContexts = UpstreamTLSContexts(),
        isolation: isolated (any Actor)? = #isolation,
        _ body: (HealthBoard, HealthChecker, ChangeLog) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let board = HealthBoard()
        let checker = HealthChecker(
            board: board, eventLoop: group.next(), limit: limit, contexts: contexts, logger: .silent)
        checker.start()
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(board, checker, ChangeLog(board))) } catch { outcome = .failure(error) }
        try await within(.seconds(20), "the end of the checks") { try await checker.stop().get() }
        try await group.shutdownGracefully()
        try outcome.get()
    }

    /// As a worker does it.
    func follow(_ update: SnapshotUpdate, _ board: HealthBoard) {
        board.follow(update)
        follow(update)
    }
}

extension HealthBoard {
    /// Why a peer of the group `star` is held for `health`, once it is.
    func reason(_ peer: PeerID, _ health: WorkerReport.PeerState.Health) async throws -> String {
        try await eventually("the peer is \(health)") {
            guard let verdict = self.verdict(group: "star", peer: peer), verdict.health == health else { return nil }
            return verdict.reason
        }
    }

    func expectUnhealthy(
        _ peer: PeerID, _ ending: String, _ place: SourceLocation = #_sourceLocation
    ) async throws {
        let reason = try await reason(peer, .unhealthy)
        #expect(reason.hasSuffix(ending), "\(reason)", sourceLocation: place)
    }
}
