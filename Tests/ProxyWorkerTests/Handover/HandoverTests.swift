import Foundation
import Logging
import Synchronization
import TestKit
import Testing

@testable import ProxyWorker

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct HandoverTests {
    private static func inDirectory(_ body: (String) async throws -> Void) async throws {
        // Short: a socket's path has 107 bytes.
        let directory = "/tmp/signalbox-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    private static func make(_ directory: String) throws -> Handover {
        try Handover(directory: directory, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// A listening socket on any port.
    private static func listener() throws -> (descriptor: CInt, port: Int) {
        let port = try FreePort.take()
        let descriptor = try HandoverChannel.listen(at: "/tmp/signalbox-\(port).sock")
        unlink("/tmp/signalbox-\(port).sock")
        return (descriptor, port)
    }

    private static func inode(_ descriptor: CInt) -> UInt {
        var found = stat()
        return fstat(descriptor, &found) == 0 ? UInt(found.st_ino) : 0
    }

    @Test("nobody there: nothing is inherited, and nothing is wrong")
    func nobody() async throws {
        try await Self.inDirectory { directory in
            let handover = try Self.make(directory)
            try await handover.inherit()
            #expect(handover.take("127.0.0.1:80") == [])
            handover.isReady()
        }
    }

    @Test("sockets come by their addresses, all of them, and the older one hears when the newer one is ready")
    func sockets() async throws {
        try await Self.inDirectory { directory in
            let older = try Self.make(directory)
            let sockets = try (0..<3).map { _ in try Self.listener().descriptor }
            defer { sockets.forEach { close($0) } }
            let serving = Task {
                await older.serve([("127.0.0.1:1", sockets[0]), ("127.0.0.1:1", sockets[1]), ("[::1]:2", sockets[2])])
            }
            let newer = try Self.make(directory)
            var first: [CInt] = []
            try await eventually("the older one listens") {
                try await newer.inherit()
                first = newer.take("127.0.0.1:1")
                return !first.isEmpty
            }
            let second = newer.take("[::1]:2")
            defer { (first + second).forEach { close($0) } }
            #expect(first.map(Self.inode) == sockets[..<2].map(Self.inode))
            #expect(second.map(Self.inode) == [Self.inode(sockets[2])])
            #expect(newer.take("127.0.0.1:1") == [])
            newer.isReady()
            #expect(await serving.value)
        }
    }

    @Test("a newer worker that dies before it is ready changes nothing, and the next one is served")
    func death() async throws {
        try await Self.inDirectory { directory in
            let older = try Self.make(directory)
            let socket = try Self.listener().descriptor
            defer { close(socket) }
            let accepts = Mutex<[Bool]>([])
            let serving = Task {
                await older.serve([("a:1", socket)]) { wanted in accepts.withLock { $0.append(wanted) } }
            }
            try await eventually("the older one listens") {
                guard let channel = try HandoverChannel.connect(to: "\(directory)/handover.sock") else { return false }
                try channel.send("take 1")
                let given = try channel.receive()
                given?.descriptors.forEach { close($0) }
                // It ends here, without a word.
                return given?.line == "a:1=1"
            }
            try await eventually("it accepts again") { accepts.withLock { $0 } == [false, true] }
            let next = try Self.make(directory)
            try await next.inherit()
            let inherited = next.take("a:1")
            #expect(inherited.map(Self.inode) == [Self.inode(socket)])
            inherited.forEach { close($0) }
            next.isReady()
            #expect(await serving.value)
            #expect(accepts.withLock { $0 } == [false, true, false])
        }
    }

    @Test("whoever asks for something else gets nothing")
    func nonsense() async throws {
        try await Self.inDirectory { directory in
            let older = try Self.make(directory)
            let socket = try Self.listener().descriptor
            defer { close(socket) }
            let serving = Task { await older.serve([("a:1", socket)]) }
            try await eventually("the older one ends the conversation") {
                guard let channel = try HandoverChannel.connect(to: "\(directory)/handover.sock") else { return false }
                try channel.send("take 2")
                return try channel.receive() == nil
            }
            serving.cancel()
            #expect(await serving.value == false)
        }
    }

    @Test("a cancelled wait ends at once, also in the middle of a conversation")
    func cancelled() async throws {
        try await Self.inDirectory { directory in
            let older = try Self.make(directory)
            let socket = try Self.listener().descriptor
            defer { close(socket) }
            let serving = Task { await older.serve([("a:1", socket)]) }
            var held: [CInt] = []
            let newer = try Self.make(directory)
            try await eventually("the older one has given its sockets") {
                try await newer.inherit()
                held = newer.take("a:1")
                return !held.isEmpty
            }
            serving.cancel()
            #expect(try await within(.seconds(5), "the wait") { await serving.value } == false)
            held.forEach { close($0) }
        }
    }

    @Test("only this user can ask, and a file that an older worker has left is no obstacle")
    func file() async throws {
        try await Self.inDirectory { directory in
            let first = try Self.make(directory)
            let path = "\(directory)/handover.sock"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            let serving = Task { await first.serve([]) }
            try await eventually("it listens") { try HandoverChannel.connect(to: path) != nil }
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            serving.cancel()
            _ = await serving.value
        }
    }
}
