package import AsyncHTTPClient
internal import Foundation
package import Logging
internal import NIOCore
internal import NIOHTTP1
package import RoutingModel

/// Sends reports to a control plane over HTTP: `POST /v1/workers/{id}/report`.
package struct HTTPReportSink: ReportSink {
    private let configuration: HTTPSnapshotSource.Configuration
    private let client: HTTPClient
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: that of the snapshots: the same control plane, worker and token.
    ///   - client: stays the caller's to shut down.
    package init(configuration: HTTPSnapshotSource.Configuration, client: HTTPClient, logger: Logger) {
        self.configuration = configuration
        self.client = client
        self.logger = logger
    }

    /// - Throws: `ReportRefused`; `HTTPSnapshotSource.Refusal`; what the client says.
    package func send(_ report: WorkerReport) async throws {
        let id =
            configuration.worker.addingPercentEncoding(
                withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~"))) ?? ""
        var request = HTTPClientRequest(url: "\(configuration.control)/v1/workers/\(id)/report")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        if let token = configuration.token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        request.body = .bytes(ByteBuffer(bytes: report.text))
        // The caller limits the time of all of it; the client wants a deadline of its own.
        let response = try await client.execute(request, timeout: .seconds(30), logger: logger)
        _ = try await response.body.collect(upTo: 1 << 20)
        let status = response.status.code
        switch status {
        case ..<300: return
        case 409: throw ReportRefused()
        default: throw HTTPSnapshotSource.Refusal(status: status)
        }
    }
}
