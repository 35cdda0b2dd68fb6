#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A port of 127.0.0.1 that is taken but refuses connections: bound, and not listened on. A stub may listen on it later.
final class ReservedPort: Sendable {
    struct Failed: Error { let code: Int32 }

    private let descriptor: Int32
    let number: Int

    init() throws {
        #if canImport(Glibc)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let outcome = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && getsockname(descriptor, address, &size) == 0
            }
        }
        self.descriptor = descriptor
        guard outcome else { throw Failed(code: errno) }
        number = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }

    /// Lets connections begin and never come about: from now on the kernel keeps a queue of the smallest size, and
    /// nobody accepts from it.
    /// - Returns: what fills the queue; hold on to it.
    func stall() async throws -> [RawConnection] {
        listen(descriptor, 0)
        // Linux takes one more than the queue's size.
        return [try await RawConnection.connect(to: ("127.0.0.1", number))]
    }
}
