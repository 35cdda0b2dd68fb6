import Foundation
import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite("The state file")
struct SnapshotKeeperTests {
    private func held(_ index: Int) throws -> HeldSnapshot {
        let document = try RoutingDocument(Array(Snapshot.to(index, index: index).document().utf8))
        return try HeldSnapshot.empty.following(document, keepsTexts: true).0
    }

    @Test("the first snapshot is written at once, of the following ones only the newest, at the end at the latest")
    func writes() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("signalbox-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = SnapshotFile(directory: directory.path)
        let keeper = SnapshotKeeper(file: file, pause: .seconds(3_600), logger: .silent)
        await keeper.keep(try held(1))
        try await eventually("1 is on disk") { try file.read(keepsTexts: false)?.index == 1 }
        for index in 2...9 { await keeper.keep(try held(index)) }
        #expect(try file.read(keepsTexts: false)?.index == 1)
        await keeper.finish()
        #expect(try file.read(keepsTexts: false)?.snapshot == .to(9, index: 9))
        await keeper.keep(try held(10))
        await keeper.finish()
        #expect(try file.read(keepsTexts: false)?.index == 10)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["snapshot.json"])
    }

    @Test("a directory is made and tried before it is needed, which leaves nothing in it")
    func probe() throws {
        let parent = FileManager.default.temporaryDirectory.appendingPathComponent("signalbox-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: parent) }
        let directory = parent.appendingPathComponent("state").path
        for _ in 0..<2 {
            try SnapshotFile(directory: directory).probe()
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
        }
        let file = parent.appendingPathComponent("file").path
        try Data().write(to: URL(fileURLWithPath: file))
        for wrong in [file, "\(file)/state"] {
            let error = #expect(throws: UnusableStateDirectory.self) { try SnapshotFile(directory: wrong).probe() }
            #expect(error?.description.contains(wrong) == true)
        }
    }

    @Test("a directory that can't be made later is no obstacle")
    func fails() async throws {
        let keeper = SnapshotKeeper(file: SnapshotFile(directory: "/dev/null/x"), logger: .silent)
        await keeper.keep(try held(1))
        await keeper.finish()
    }
}
