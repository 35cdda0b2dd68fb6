import Foundation
import HashTreeCollections
import RoutingModel
import Store
import TestKit
import Testing

@testable import ControlPlane

@Suite("An override ends on time, also when nobody is there to see it")
struct OverrideExpiryTests {
    private func drain(_ controlPlane: ControlPlane, for span: String) async throws {
        _ = try await controlPlane.execute(
            .putOverride(PeerID("n1~s1"), Data(#"{"state":"drain","reason":"a disk","expires_in":"\#(span)"}"#.utf8)),
            author: "token:test")
    }

    @Test("one that ended while Signalbox was away counts no more from the first snapshot on, and is in the ledger")
    func acrossRestart() async throws {
        try await DataFolder.with { folder in
            let first = try await folder.start()
            try await first.putGroup("g", service: "star")
            await first.answer([.star(1), .star(2)])
            // Nothing takes it away meanwhile: as after a crash. On a busy machine its time may be over before its timer
            // can be stopped; then one that has longer is made.
            var seconds = 2
            repeat {
                try #require(seconds <= 64, "its timer could not be stopped in time")
                try await drain(first, for: "\(seconds)s")
                seconds *= 2
            } while await !first.stopExpiring()
            #expect(await first.current.snapshot.groups["g"]?.peers.map(\.id) == [PeerID("n1~s2")])
            try await first.settled()
            try await eventually("its time is over") {
                await first.currentRules.overrides.values.contains { $0.value.isOver(at: .now()) }
            }
            let before = try await first.entries(.peerOverrideExpired).count

            let second = try await folder.start()
            #expect(await second.current.snapshot.groups["g"]?.peers.count == 2)
            await second.expireOverrides()
            // Its own timer may have been first, and be at it.
            try await eventually("it is taken away") { await second.currentRules.overrides.isEmpty }
            let entry = try #require(try await second.entries(.peerOverrideExpired).last)
            #expect(entry.actor == "signalbox")
            #expect(entry.peer == PeerID("n1~s1"))
            #expect(entry.reason == "a disk")
            #expect(try await second.entries(.peerOverrideExpired).count == before + 1)
        }
    }

    @Test("one that is to end much later stays over a restart")
    func stays() async throws {
        try await DataFolder.with { folder in
            let first = try await folder.start()
            try await first.putGroup("g", service: "star")
            await first.answer([.star(1), .star(2)])
            try await drain(first, for: "2h")
            try await first.settled()
            let second = try await folder.start()
            await second.expireOverrides()
            #expect(await second.current.snapshot.groups["g"]?.peers.map(\.id) == [PeerID("n1~s2")])
            #expect(try await second.entries(.peerOverrideExpired).isEmpty)
        }
    }
}

extension ControlPlane {
    /// Stops the timer that takes away overrides.
    /// - Returns: whether that was in time: no override's time is over, so the timer can't have begun.
    fileprivate func stopExpiring() -> Bool {
        overrideTimer?.cancel()
        let overrides = rules.overrides.values
        return !overrides.isEmpty && !overrides.contains { $0.value.isOver(at: .now()) }
    }
}
