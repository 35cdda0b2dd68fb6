internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

#if canImport(Glibc)
internal import Glibc
#endif

extension AdminConnection {
    /// Streams an answer into a file that only its owner can read. It is written beside its place as `FILE.part`,
    /// brought to the disk and then renamed: a file of this name is always whole.
    /// - Parameter magic: what the file has to begin with.
    /// - Returns: the length in bytes.
    /// - Throws: `ClientFailure`; nothing is left behind then, and a file that was there stays as it was.
    package func download(_ path: RequestPath, accept: String, to file: String, magic: [UInt8]) async throws -> Int {
        let response = try await open(AdminRequest("GET", path).with(header: "Accept", accept))
        let part = "\(file).part"
        unlink(part)
        let descriptor = Glibc.open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.unwritable(part) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            let length = try await write(response, to: handle, part, magic)
            guard fsync(descriptor) == 0, rename(part, file) == 0 else { throw Self.unwritable(file) }
            Self.syncDirectory(of: file)
            return length
        } catch {
            unlink(part)
            throw error
        }
    }

    private func write(
        _ response: HTTPClientResponse, to handle: FileHandle, _ part: String, _ magic: [UInt8]
    ) async throws -> Int {
        var length = 0
        var start: [UInt8] = []
        do {
            for try await chunk in response.body {
                if start.count < magic.count { start += chunk.readableBytesView.prefix(magic.count - start.count) }
                length += chunk.readableBytes
                do { try handle.write(contentsOf: chunk.readableBytesView) } catch { throw Self.unwritable(part) }
            }
        } catch {
            throw failure(error, .zero)
        }
        let promised = response.headers.first(name: "content-length").flatMap { Int($0) }
        guard start == magic, promised == nil || promised == length else {
            throw ClientFailure.failed("What the server sent is not whole, or not what was asked for; nothing is kept.")
        }
        return length
    }

    /// A renamed file is only there for good when its directory is on the disk too.
    private static func syncDirectory(of file: String) {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func unwritable(_ path: String) -> ClientFailure {
        .failed("\(path) can't be written: \(String(cString: strerror(errno))).")
    }
}
