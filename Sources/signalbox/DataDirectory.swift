import Foundation
import RoutingModel

#if canImport(Glibc)
import Glibc
#endif

/// The directory that one `signalbox serve` owns: database, token, lock.
struct DataDirectory: ~Copyable {
    struct Unusable: Error, CustomStringConvertible { let description: String }

    let path: String
    private let lock: CInt

    /// Creates the directory (mode 0700) when it isn't there and locks it.
    /// - Throws: `Unusable` when it can't be written or another process has it.
    init(path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Unusable(description: "The data directory \(path) can't be created: \(error.localizedDescription)")
        }
        let descriptor = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Unusable(
                description: "The data directory \(path) can't be written: \(String(cString: strerror(errno)))")
        }
        // The kernel drops the lock when the process ends, however it ends.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Unusable(description: "The data directory \(path) is in use by another signalbox.")
        }
        lock = descriptor
    }

    deinit { close(lock) }

    var database: String { "\(path)/signalbox.sqlite" }
    var tokenFile: String { "\(path)/admin.token" }

    /// The token in the directory; made (256 random bits, mode 0600) when there is none.
    func adminToken() throws -> String {
        if let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) {
            let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !token.isEmpty else {
                throw Unusable(description: "\(tokenFile) is empty: delete it to have a token made.")
            }
            return token
        }
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let token = Data(bytes).base64EncodedString().filter { $0.isLetter || $0.isNumber }
        let descriptor = open(tokenFile, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Unusable(description: "\(tokenFile) can't be written: \(String(cString: strerror(errno)))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data("\(token)\n".utf8))
        try file.synchronize()
        return token
    }
}
