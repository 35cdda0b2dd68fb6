internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Ports of 127.0.0.1 for processes and servers that a test starts.
package enum FreePort {
    /// Below the range that the kernel hands to outgoing connections (32768 and up), which could take a port between
    /// the moment it is found free and the moment it is used.
    private static let range = 18000..<32000
    private static let given = Mutex<Set<Int>>([])

    /// A port that nothing listens on, over TCP and UDP, and that no other test in this process was given.
    /// - Throws: `TestFailure` when none is found.
    package static func take() throws -> Int {
        for _ in 0..<1000 {
            let port = Int.random(in: range)
            guard given.withLock({ $0.insert(port).inserted }) else { continue }
            if isFree(port, Int32(SOCK_STREAM.rawValue)), isFree(port, Int32(SOCK_DGRAM.rawValue)) { return port }
        }
        throw TestFailure("no free port was found")
    }

    private static func isFree(_ port: Int, _ type: Int32) -> Bool {
        let descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
