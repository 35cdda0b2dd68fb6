package import RoutingModel

/// Where a worker's reports go: the control plane in the same process, or one over HTTP.
package protocol ReportSink: Sendable {
    /// Hands over a report.
    /// - Throws: `ReportRefused` when everything has to be told anew; any other error when it wasn't taken. Either way
    ///   the next report is a whole one.
    func send(_ report: WorkerReport) async throws
}
