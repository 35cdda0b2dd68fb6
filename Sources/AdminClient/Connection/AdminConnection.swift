package import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOFoundationCompat
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// The admin API over HTTP. Every question is asked once: what may be asked again is for the command to know.
package struct AdminConnection: Sendable {
    package let server: ServerAddress
    /// The bearer token.
    private let token: TokenSearch.Found
    /// How long an answer may take, from the question to its last byte.
    private let timeout: Duration
    let client: HTTPClient

    /// The longest answer that is kept in memory, in bytes.
    private static let longestAnswer = 256 << 20
    /// The longest refusal that is read, in bytes.
    private static let longestRefusal = 1 << 20

    /// After this long without a byte a connection counts as dead; a stream's heartbeats come more often.
    package static let longestSilence = Duration.seconds(90)

    /// - Parameter client: made by `client(caFile:)`; stays the caller's to shut down.
    package init(server: ServerAddress, token: TokenSearch.Found, timeout: Duration, client: HTTPClient) {
        self.server = server
        self.token = token
        self.timeout = timeout
        self.client = client
    }

    /// A client that doesn't follow redirects, so that the token goes nowhere else.
    /// - Parameters:
    ///   - caFile: certificates (PEM) to trust instead of the system's.
    ///   - silence: after how long without a byte a connection counts as dead.
    /// - Throws: `ClientFailure` when the file can't be read or has no certificate.
    package static func client(
        caFile: String?, silence: Duration = longestSilence
    ) throws(ClientFailure) -> HTTPClient {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = TimeAmount(silence)
        configuration.connectionPool.retryConnectionEstablishment = false
        if let caFile {
            do {
                guard !(try NIOSSLCertificate.fromPEMFile(caFile)).isEmpty else {
                    throw ClientFailure.failed("There is no certificate in \(caFile).")
                }
            } catch {
                throw .failed("The certificates in \(caFile) can't be read (PEM).")
            }
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(caFile)
            configuration.tlsConfiguration = tls
        }
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Asks and reads the whole answer.
    /// - Throws: `ClientFailure`: `refused` for every status but 2xx and 304.
    package func send(_ request: AdminRequest) async throws -> AdminAnswer {
        let limit = timeout + request.patience
        return try await withLimit(limit) {
            let response = try await client.execute(http(request), timeout: TimeAmount(limit))
            let answer = try await checked(response)
            let body = try await answer.body.collect(upTo: Self.longestAnswer)
            return AdminAnswer(
                status: Int(answer.status.code), headers: Self.headers(answer), body: Array(body.readableBytesView))
        }
    }

    /// Asks and gives the answer as soon as its head is there; its body may take as long as it likes.
    func open(_ request: AdminRequest) async throws -> HTTPClientResponse {
        do {
            return try await checked(try await client.execute(http(request), timeout: .hours(24)))
        } catch {
            throw failure(error, timeout)
        }
    }

    private func http(_ request: AdminRequest) -> HTTPClientRequest {
        var result = HTTPClientRequest(url: server.url(request.path))
        result.method = .RAW(value: request.method)
        result.headers.add(name: "Authorization", value: "Bearer \(token.token)")
        if !request.headers.contains(where: { $0.name == "Accept" }) {
            result.headers.add(name: "Accept", value: "application/json")
        }
        for header in request.headers { result.headers.add(name: header.name, value: header.value) }
        if let body = request.body { result.body = .bytes(ByteBuffer(bytes: body)) }
        return result
    }

    private func checked(_ response: HTTPClientResponse) async throws -> HTTPClientResponse {
        if (200..<300).contains(response.status.code) || response.status == .notModified { return response }
        // The status says enough when the rest of a refusal doesn't come.
        let body =
            (try? await response.body.collect(upTo: Self.longestRefusal)).map { Array($0.readableBytesView) } ?? []
        let refusal = Refusal(status: Int(response.status.code), headers: Self.headers(response), body: body)
        // The server can't know which of several tokens was meant.
        throw ClientFailure.refused(refusal.status == 401 ? refusal.naming(token.place) : refusal)
    }

    private static func headers(_ response: HTTPClientResponse) -> [String: String] {
        Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The client's own deadline ends with the response's head; this one is for the body too.
    private func withLimit<T: Sendable>(
        _ limit: Duration, _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        do {
            return try await withThrowingTaskGroup(of: T.self) { group in
                group.addTask(operation: body)
                group.addTask {
                    try await Task.sleep(for: limit)
                    throw HTTPClientError.deadlineExceeded
                }
                defer { group.cancelAll() }
                guard let value = try await group.next() else { throw CancellationError() }
                return value
            }
        } catch {
            throw failure(error, limit)
        }
    }

    /// An error of the client in words.
    func failure(_ error: any Error, _ limit: Duration) -> any Error {
        if error is ClientFailure || error is CancellationError { return error }
        let seconds = limit.components.seconds
        switch error as? HTTPClientError {
        case .deadlineExceeded?:
            return ClientFailure.unreachable("\(server) has not answered within \(seconds) s.")
        case .readTimeout?:
            return ClientFailure.unreachable("\(server) has said nothing for too long.")
        case .connectTimeout?:
            return ClientFailure.unreachable("\(server) can't be reached: nobody takes the connection.")
        default: break
        }
        if error is NIOTooManyBytesError {
            return ClientFailure.failed("The server's answer is longer than \(Self.longestAnswer >> 20) MiB.")
        }
        let reason = (error as? NIOConnectionError)?.connectionErrors.first.map { "\($0.error)" } ?? "\(error)"
        return ClientFailure.unreachable("\(server) can't be reached: \(Self.words(reason))")
    }

    /// What stands in a system's or library's error, without its decoration.
    private static func words(_ text: String) -> String {
        if text.contains("Connection refused") || text.contains("errno: 111") {
            return "the connection was refused. Is `signalbox serve` running there?"
        }
        if text.contains("UnknownHost") { return "its name is not known." }
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "its certificate is not trusted; --ca-file names the certificates to trust."
        }
        if text.contains("remoteConnectionClosed") || text.contains("stream ended") {
            return "it closed the connection."
        }
        return text.hasSuffix(".") ? text : "\(text)."
    }
}
