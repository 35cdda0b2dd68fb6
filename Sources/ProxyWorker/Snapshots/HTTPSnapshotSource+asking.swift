internal import AsyncHTTPClient
internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOFoundationCompat
internal import NIOHTTP1
internal import RoutingModel
internal import Synchronization

extension HTTPSnapshotSource {
    /// What is asked of the control plane.
    struct Question {
        /// What the worker enforces; asking says so. Nil for the newest snapshot, as a question that says nothing.
        let index: Int?
        var isColdStart = false
        /// Whether changes to `index` will do.
        var wantsChanges = false

        static let whole = Question(index: nil)
    }

    /// An answer that is no snapshot, in words.
    struct Refusal: Error, CustomStringConvertible {
        let status: UInt
        var detail: String?

        var description: String { "status \(status)\(detail.map { ": \($0)" } ?? "")" }
    }

    /// What is read of a problem document.
    private struct ProblemDetail: Decodable { let detail: String }

    /// - Returns: the answer's body; nil when nothing has changed.
    func ask(_ question: Question) async throws -> [UInt8]? {
        let wait = question.isColdStart || question.index == nil ? .seconds(1) : configuration.wait
        let limit = question.isColdStart ? configuration.coldStart : configuration.wait + configuration.slack
        var path = "/v1/routing?index=\(question.index ?? 0)&wait=\(max(1, wait.components.seconds))s"
        if question.index != nil { path += "&worker=\(Self.escaped(configuration.worker))" }
        if question.wantsChanges { path += "&delta=true" }
        let request = request(path)
        let longest = configuration.longestAnswer
        // The client's own deadline ends with the response's head; this one is for the body too.
        return try await withDeadline(limit) { [client, logger] in
            let response = try await client.execute(request, timeout: TimeAmount(limit), logger: logger)
            let body = try await response.body.collect(upTo: longest)
            switch response.status.code {
            case 200: return Array(body.readableBytesView)
            case 304: return nil
            default:
                let detail = try? JSONDecoder().decode(ProblemDetail.self, from: Data(buffer: body)).detail
                throw Refusal(status: response.status.code, detail: detail)
            }
        }
    }

    package func nack(index: Int, reason: String) async {
        state.withLock { state in
            guard let offered = state.offered, offered.index == index else { return }
            state.refused = offered
            state.offered = nil
        }
        var backoff = Backoff()
        for _ in 0..<3 {
            do {
                var request = request("/v1/workers/\(Self.escaped(configuration.worker))/nack")
                request.method = .POST
                request.headers.add(name: "Content-Type", value: "application/json")
                request.body = .bytes(ByteBuffer(data: try CanonicalJSON.data(Nack(index: index, error: reason))))
                let response = try await client.execute(
                    request,
                    timeout: TimeAmount(configuration.slack),
                    logger: logger
                )
                _ = try await response.body.collect(upTo: 1 << 20)
                if response.status.code < 300 { return }
                throw Refusal(status: response.status.code)
            } catch {
                logger.warning("the control plane was not told of a refused snapshot", metadata: ["error": "\(error)"])
                guard (try? await Task.sleep(for: backoff.next())) != nil else { return }
            }
        }
    }

    private struct Nack: Encodable {
        let index: Int
        let error: String
    }

    private func request(_ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: configuration.control + path)
        request.headers.add(name: "Accept", value: "application/json")
        if let token = configuration.token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        return request
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~")))
            ?? text
    }
}
