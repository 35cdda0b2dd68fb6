import Foundation
import NIOCore
import NIOPosix
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

    private static func make(_ directory: String, patience: Int = 10) throws -> Handover {
        try Handover(directory: directory, patience: patience, logger: .silent)
    }

    /// An address where nothing listens.
    private static let elsewhere = try? SocketAddress(ipAddress: "192.0.2.1", port: 1)

    private static func take(_ address: String, from handover: Handover) throws -> [CInt] {
        handover.take(address, try #require(elsewhere))
    }

    /// As one that relieves does, up to the point where it would say that it is ready.
    private static func asked(_ directory: String) async throws -> (channel: HandoverChannel, lines: [String]) {
        try await eventually("the older one gives its sockets") {
            // On a thread of its own: the older one may let it wait, and other tests need theirs.
            try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread { continuation.resume(with: Result { try ask("\(directory)/handover.sock") }) }
            }
        }
    }

    private static func ask(_ path: String) throws -> (channel: HandoverChannel, lines: [String])? {
        guard let channel = try HandoverChannel.connect(to: path) else { return nil }
        try channel.send("take 1")
        var lines: [String] = []
        while let (line, descriptors) = try channel.receive() {
            descriptors.forEach { close($0) }
            if line.isEmpty { return (channel, lines) }
            lines.append(line)
        }
        return nil
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
            #expect(try Self.take("127.0.0.1:80", from: handover) == [])
            try await handover.relieve()
        }
    }

    @Test("sockets come by their addresses, all of them, and the older one stops before the newer one goes on")
    func sockets() async throws {
        try await Self.inDirectory { directory in
            let older = try Self.make(directory)
            let sockets = try (0..<3).map { _ in try Self.listener().descriptor }
            defer { sockets.forEach { close($0) } }
            let accepts = Mutex<[Bool]>([])
            let serving = Task {
                await older.serve(
                    [("127.0.0.1:1", sockets[0]), ("127.0.0.1:1", sockets[1]), ("[::1]:2", sockets[2])]
                ) { wanted in accepts.withLock { $0.append(wanted) } }
            }
            let newer = try Self.make(directory)
            var first: [CInt] = []
            try await eventually("the older one listens") {
                try await newer.inherit()
                first = try Self.take("127.0.0.1:1", from: newer)
                return !first.isEmpty
            }
            let second = try Self.take("[::1]:2", from: newer)
            defer { (first + second).forEach { close($0) } }
            #expect(first.map(Self.inode) == sockets[..<2].map(Self.inode))
            #expect(second.map(Self.inode) == [Self.inode(sockets[2])])
            #expect((first + second).allSatisfy { fcntl($0, F_GETFD) & FD_CLOEXEC != 0 })
            #expect(try Self.take("127.0.0.1:1", from: newer) == [])
            #expect(accepts.withLock { $0 } == [])
            try await newer.relieve()
            #expect(accepts.withLock { $0 } == [false])
            #expect(await serving.value)
        }
    }

    @Test("more sockets come than one message carries")
    func many() async throws {
        try await Self.inDirectory { directory in
            let older = try Self.make(directory)
            let socket = try Self.listener().descriptor
            defer { close(socket) }
            // Not many more: the tests share their descriptors.
            let serving = Task { await older.serve((0..<252).map { ($0 < 249 ? "a:1" : "b:2", socket) }) }
            let newer = try Self.make(directory)
            try await eventually("the older one listens") {
                try await newer.inherit()
                return newer.state.withLock { $0.older != nil }
            }
            let taken = try [Self.take("a:1", from: newer), Self.take("b:2", from: newer)]
            taken.joined().forEach { close($0) }
            #expect(taken.map(\.count) == [249, 3])
            try await newer.relieve()
            #expect(await serving.value)
        }
    }

    @Test("a socket is found by where it listens, too")
    func otherWords() async throws {
        try await Self.inDirectory { directory in
            let older = try Self.make(directory)
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: "127.0.0.1", port: 0).get()
            let listener = Listener(channel: channel, address: "localhost:0")
            let socket = try await listener.descriptor()
            let serving = Task { await older.serve([("localhost:0", socket)]) }
            let newer = try Self.make(directory)
            let port = try #require(channel.localAddress?.port)
            try await eventually("the older one listens") {
                try await newer.inherit()
                return newer.holds(port: port)
            }
            #expect(newer.take("x", try SocketAddress(ipAddress: "127.0.0.2", port: port)) == [])
            let taken = newer.take("x", try SocketAddress(ipAddress: "127.0.0.1", port: port))
            #expect(taken.map(Self.inode) == [Self.inode(socket)])
            taken.forEach { close($0) }
            try await newer.relieve()
            #expect(!newer.holds(port: port))
            #expect(await serving.value)
            try await channel.close()
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
            // It ends there, without a word.
            #expect(try await Self.asked(directory).lines == ["a:1=1"])
            let next = try Self.make(directory)
            try await next.inherit()
            let inherited = try Self.take("a:1", from: next)
            #expect(inherited.map(Self.inode) == [Self.inode(socket)])
            inherited.forEach { close($0) }
            #expect(accepts.withLock { $0 } == [], "it has accepted all the time")
            try await next.relieve()
            #expect(await serving.value)
            #expect(accepts.withLock { $0 } == [false])
        }
    }

    @Test("a newer worker that dies when it has just said that it is ready: the older one accepts again")
    func lateDeath() async throws {
        try await Self.inDirectory { directory in
            let older = try Self.make(directory)
            let socket = try Self.listener().descriptor
            defer { close(socket) }
            let newer = Mutex<HandoverChannel?>(nil)
            let accepts = Mutex<[Bool]>([])
            let serving = Task {
                await older.serve([("a:1", socket)]) { wanted in
                    accepts.withLock { $0.append(wanted) }
                    newer.withLock { $0 }?.end()
                }
            }
            let channel = try await Self.asked(directory).channel
            newer.withLock { $0 = channel }
            try channel.send("ready")
            try await eventually("it accepts again") { accepts.withLock { $0 } == [false, true] }
            serving.cancel()
            #expect(await serving.value == false)
        }
    }

    @Test("a newer worker that takes too long is told so, and must not accept")
    func slowness() async throws {
        try await Self.inDirectory { directory in
            let older = try Self.make(directory, patience: 1)
            let socket = try Self.listener().descriptor
            defer { close(socket) }
            let accepts = Mutex<[Bool]>([])
            let serving = Task {
                await older.serve([("a:1", socket)]) { wanted in accepts.withLock { $0.append(wanted) } }
            }
            let newer = try Self.make(directory)
            try await eventually("the older one listens") {
                try await newer.inherit()
                return newer.state.withLock { $0.older != nil }
            }
            // It waits for its next word in the queue, and is given the sockets when the first one's time is over.
            _ = try await Self.asked(directory)
            await #expect(throws: HandoverChannel.Failed.self) { try await newer.relieve() }
            newer.abandon()
            #expect(accepts.withLock { $0 } == [])
            serving.cancel()
            #expect(await serving.value == false)
        }
    }

    @Test("an older worker that is told to end in the middle leaves everything to the newer one")
    func olderEnds() async throws {
        try await Self.inDirectory { directory in
            let older = try Self.make(directory)
            let socket = try Self.listener().descriptor
            defer { close(socket) }
            let serving = Task { await older.serve([("a:1", socket)]) }
            let newer = try Self.make(directory)
            try await eventually("the older one listens") {
                try await newer.inherit()
                return newer.state.withLock { $0.older != nil }
            }
            serving.cancel()
            #expect(await serving.value == false)
            try await newer.relieve()
        }
    }

    @Test("an older worker that hangs is not relieved, though it is there")
    func olderHangs() async throws {
        try await Self.inDirectory { directory in
            let newer = try Self.make(directory, patience: 1)
            let hanging = try HandoverChannel.listen(at: newer.path)
            defer { close(hanging) }
            await #expect(throws: HandoverChannel.Failed.self) { try await newer.inherit() }
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
                held = try Self.take("a:1", from: newer)
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
