import Foundation
import TestKit

#if canImport(Glibc)
import Glibc
#endif

/// Bytes over a socket, for requests that no HTTP client would send.
enum RawHTTP {
    /// Sends `request` and gives back all that is answered until the server closes the connection. The request should
    /// ask for that with `Connection: close`.
    static func exchange(port: Int, _ request: String) async throws -> String {
        // Blocking calls belong on a thread of their own: the few that run tasks would keep the server from answering.
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try exchange(port: port, [Array(request.utf8)]) })
            }
        }
    }

    /// The same, with each piece in a packet of its own.
    static func exchange(port: Int, pieces: [String]) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try exchange(port: port, pieces.map { Array($0.utf8) }) })
            }
        }
    }

    /// Sends `request`, runs `body`, and closes the connection without having read anything.
    static func withConnection(port: Int, _ request: String, _ body: () async throws -> Void) async throws {
        let descriptor = try connect(port)
        defer { close(descriptor) }
        transmit(Array(request.utf8), descriptor)
        try await body()
    }

    private static func transmit(_ bytes: [UInt8], _ descriptor: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            // A server may answer and close before it has read everything.
            guard count > 0 else { break }
            sent += count
        }
    }

    private static func exchange(port: Int, _ pieces: [[UInt8]]) throws -> String {
        let descriptor = try connect(port)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var atOnce: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &atOnce, socklen_t(MemoryLayout<Int32>.size))
        for piece in pieces { transmit(piece, descriptor) }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    /// The server listens on `localhost`, which may be either of two addresses.
    private static func connect(_ port: Int) throws -> Int32 {
        let four = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        if withUnsafePointer(to: &address, { connected(four, $0, MemoryLayout<sockaddr_in>.size) }) { return four }
        close(four)
        let six = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        var loopback = sockaddr_in6()
        loopback.sin6_family = sa_family_t(AF_INET6)
        loopback.sin6_port = in_port_t(port).bigEndian
        loopback.sin6_addr = in6addr_loopback
        if withUnsafePointer(to: &loopback, { connected(six, $0, MemoryLayout<sockaddr_in6>.size) }) { return six }
        close(six)
        throw TestFailure("nothing listens on port \(port)")
    }

    private static func connected<Address>(_ descriptor: Int32, _ address: UnsafePointer<Address>, _ size: Int) -> Bool
    {
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            Glibc.connect(descriptor, $0, socklen_t(size)) == 0
        }
    }
}
