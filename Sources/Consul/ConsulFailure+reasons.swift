internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

extension ConsulFailure {
    /// What `error`, thrown while asking the agent at `address`, means for the operator.
    init(_ error: any Error, address: String) {
        if let failure = error as? ConsulFailure {
            self = failure
            return
        }
        let (kind, what) = Self.sense(of: error)
        self.init(kind: kind, reason: "Consul at \(address) \(what)")
    }

    private static func sense(of error: any Error) -> (Kind, String) {
        switch error {
        // A host name is tried address by address, which wraps the errors; an address that is given is not.
        case let error as NIOConnectionError:
            guard let last = error.connectionErrors.last else {
                return (.unreachable, "can't be reached: its name has no address")
            }
            return (.unreachable, "can't be reached: \(cause(last.error))")
        case let error as IOError where error.errnoCode != ECONNRESET && error.errnoCode != EPIPE:
            return (.unreachable, "can't be reached: \(cause(error))")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            return (.unreachable, "can't be reached over TLS: \(tlsCause(error))")
        case ChannelError.connectTimeout:
            return (.unreachable, "can't be reached: \(cause(error))")
        case let error as HTTPClientError where error != .remoteConnectionClosed:
            return [.connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout].contains(error)
                ? (.unreachable, "can't be reached: no connection in time")
                : (.unanswered, "could not be asked: \(error.shortDescription)")
        case is IOError, is HTTPClientError, ChannelError.inputClosed, ChannelError.eof, ChannelError.ioOnClosedChannel,
            HTTPParserError.invalidEOFState:
            return (.unanswered, "closed the connection before its answer was complete")
        default:
            return (.unanswered, "could not be asked: \(error)")
        }
    }

    /// "connection refused" rather than "connect(descriptor:addr:size:): Connection refused (errno: 111)".
    private static func cause(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case ChannelError.connectTimeout: "no connection in time"
        default: "\(error)"
        }
    }

    /// "certificate verify failed" rather than the place in BoringSSL's source.
    private static func tlsCause(_ error: any Error) -> String {
        let text = "\(error)"
        return text.firstMatch(of: /OPENSSL_internal:([A-Z0-9_]+)/).map {
            $0.output.1.lowercased().replacing("_", with: " ")
        } ?? text
    }

    /// An answer with another status than 200. Consul's errors are plain text, not JSON (`agent/http.go`): the first
    /// line of `body`, or of as much of it as is at hand, is repeated, at most 200 characters and without `secret`.
    static func refused(status: Int, body: String, secret: String?) -> ConsulFailure {
        let line = body.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        var text = String(String.UnicodeScalarView(line.unicodeScalars.filter { !$0.properties.isControl }))
        if let secret, !secret.isEmpty { text = text.replacing(secret, with: "…") }
        text = text.trimmingCharacters(in: .whitespaces)
        if text.count > 200 { text = "\(text.prefix(200))…" }
        return ConsulFailure(
            kind: .refused(status: status),
            reason: text.isEmpty ? "Consul answered \(status)" : "Consul answered \(status): \(text)")
    }

    static func tooLate(_ limit: Duration, address: String) -> ConsulFailure {
        let seconds = ((limit / .seconds(1)) * 10).rounded() / 10
        return ConsulFailure(kind: .unanswered, reason: "Consul at \(address) did not answer within \(seconds) s")
    }

    static func tooLarge(_ bytes: Int) -> ConsulFailure {
        ConsulFailure(kind: .unbelievable, reason: "Consul's answer is larger than \(bytes) bytes")
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isControl: Bool { generalCategory == .control }
}
