internal import Foundation
internal import Logging
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// The token for Consul: given once, or kept in a file that is read again when it changes.
final class ConsulToken: Sendable {
    /// Tells one state of the file from another without reading it.
    private struct Mark: Hashable {
        let device: UInt64, inode: UInt64, size: Int64, seconds: Int, nanoseconds: Int
    }

    private struct State {
        var token: String?
        /// Nil: the file isn't there.
        var mark: Mark?
        var lookedAt: ContinuousClock.Instant
    }

    static let interval = Duration.seconds(1)

    private let file: String?
    private let state: Mutex<State>

    /// A token that stays.
    /// - Throws: `ConsulConfigurationError` when it can't be in a header.
    init(_ token: String?) throws(ConsulConfigurationError) {
        file = nil
        var valid: String?
        if let token, !token.isEmpty {
            guard Self.isValid(token) else {
                throw ConsulConfigurationError("The Consul token has a character that can't be in a header.")
            }
            valid = token
        }
        state = Mutex(State(token: valid, lookedAt: .now))
    }

    /// - Parameter file: holds the token; blanks and line breaks around it don't count.
    /// - Throws: `ConsulConfigurationError` when it can't be read, or has no token.
    init(file: String) throws(ConsulConfigurationError) {
        self.file = file
        let mark = Self.mark(of: file)
        switch Self.read(file) {
        case .success(let token): state = Mutex(State(token: token, mark: mark, lookedAt: .now))
        case .failure(let error): throw error
        }
    }

    /// What to send now. Whether the file has changed is looked up once a second at most.
    var current: String? { state.withLock { $0.token } }

    /// Reads the file if it has changed.
    /// - Parameter atOnce: even if it was looked at within the last second.
    /// - Returns: whether there is another token than before.
    func refresh(atOnce: Bool = false, now: ContinuousClock.Instant = .now, logger: Logger) -> Bool {
        guard let file else { return false }
        return state.withLock { state in
            guard atOnce || state.lookedAt.duration(to: now) >= Self.interval else { return false }
            state.lookedAt = now
            let mark = Self.mark(of: file)
            guard mark != state.mark else { return false }
            state.mark = mark
            switch Self.read(file) {
            case .success(let token):
                guard token != state.token else { return false }
                state.token = token
                logger.notice("The token for Consul was read again", metadata: ["file": "\(file)"])
                return true
            case .failure(let error):
                logger.warning("\(error.description) The token from before is used on.", metadata: ["file": "\(file)"])
                return false
            }
        }
    }

    private static func isValid(_ token: String) -> Bool { token.utf8.allSatisfy { (0x21...0x7E).contains($0) } }

    private static func read(_ file: String) -> Result<String, ConsulConfigurationError> {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: file))
        } catch {
            return .failure(ConsulConfigurationError("The file with Consul's token, \(file), can't be read."))
        }
        let token = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty else {
            return .failure(ConsulConfigurationError("The file with Consul's token, \(file), is empty."))
        }
        guard isValid(token) else {
            return .failure(
                ConsulConfigurationError(
                    "The file with Consul's token, \(file), has a character that can't be in a header."))
        }
        return .success(token)
    }

    private static func mark(of file: String) -> Mark? {
        var status = stat()
        guard stat(file, &status) == 0 else { return nil }
        return Mark(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
            seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }
}
