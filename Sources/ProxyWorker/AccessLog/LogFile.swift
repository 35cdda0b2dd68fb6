internal import Foundation

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A file that lines are appended to, under a name that others may move away.
final class LogFile: Sendable {
    /// Nil: standard output, which isn't ours to close.
    private let path: String?
    private let descriptor: Descriptor

    /// Used by one thread at a time.
    private final class Descriptor: @unchecked Sendable {
        // Only the writer's thread touches it after the file was made.
        var value: Int32
        init(_ value: Int32) { self.value = value }
    }

    init(standardOutput: Void) throws {
        path = nil
        descriptor = Descriptor(STDOUT_FILENO)
    }

    /// - Throws: `AccessLogError`.
    init(path: String) throws {
        self.path = path
        descriptor = Descriptor(try Self.open(path))
    }

    deinit {
        if path != nil { close(descriptor.value) }
    }

    /// Whether its name stands for another file by now, or for none.
    var hasMoved: Bool {
        guard let path else { return false }
        var open = stat()
        var named = stat()
        guard fstat(descriptor.value, &open) == 0 else { return true }
        guard stat(path, &named) == 0 else { return true }
        return open.st_ino != named.st_ino || open.st_dev != named.st_dev
    }

    /// Goes on with whatever has its name, which is made if there is nothing.
    /// - Throws: `AccessLogError`; then it goes on with the old file.
    func reopen() throws {
        guard let path else { return }
        let new = try Self.open(path)
        close(descriptor.value)
        descriptor.value = new
    }

    /// - Returns: why not all of `bytes` was written; nil when it was.
    func write(_ bytes: [UInt8]) -> String? {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            var waits = 0
            while !rest.isEmpty {
                let piece = UnsafeRawBufferPointer(rebasing: rest)
                #if canImport(Darwin)
                let count = Darwin.write(descriptor.value, piece.baseAddress, piece.count)
                #elseif canImport(Musl)
                let count = Musl.write(descriptor.value, piece.baseAddress, piece.count)
                #else
                let count = Glibc.write(descriptor.value, piece.baseAddress, piece.count)
                #endif
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    // Standard output may be a pipe that somebody else made non-blocking, and that nobody reads.
                    waits += 1
                    guard waits <= 5 else { return "nobody reads it" }
                    var waiting = pollfd(fd: descriptor.value, events: Int16(POLLOUT), revents: 0)
                    poll(&waiting, 1, 1_000)
                } else if errno != EINTR {
                    return String(cString: strerror(errno))
                }
            }
            return nil
        }
    }

    /// Only its owner and its group may read who asked for what.
    private static func open(_ path: String) throws -> Int32 {
        #if canImport(Darwin)
        let descriptor = Darwin.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        #elseif canImport(Musl)
        let descriptor = Musl.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        #else
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        #endif
        guard descriptor >= 0 else {
            throw AccessLogError(path: path, reason: String(cString: strerror(errno)))
        }
        return descriptor
    }
}
