internal import NIOCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Why a worker can't listen.
package struct ListenError: Error, CustomStringConvertible {
    package let address: ListenAddress
    package let cause: any Error

    package var description: String {
        let reason = (cause as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(cause)"
        return "The proxy can't listen on \(address): \(reason)."
    }
}
