internal import Logging
internal import RoutingModel

extension ControlPlane {
    private static let retentionPause = Duration.seconds(600)

    /// Deletes what is older than the operator wants to keep, every ten minutes.
    func keepHistoryShort() async {
        repeat {
            do {
                let revisions = try await store.trimRevisions(keeping: configuration.revisionsKept)
                let entries = try await trimLedger()
                if revisions > 0 || entries > 0 {
                    logger.info(
                        "Old history was deleted", metadata: ["revisions": "\(revisions)", "entries": "\(entries)"])
                }
                if entries > 0 { ledgerGrew() }
            } catch {
                logger.error("Old history could not be deleted", metadata: ["error": "\(error)"])
            }
        } while (try? await clock.sleep(for: Self.retentionPause)) != nil
    }

    private func trimLedger() async throws -> Int {
        guard configuration.ledgerEntriesKept != nil || configuration.ledgerKeptFor != nil else { return 0 }
        return try await store.trimLedger(
            keepingRows: configuration.ledgerEntriesKept,
            since: configuration.ledgerKeptFor.map { Timestamp.now().adding(.zero - $0) }, at: .now(), index: indexOfNow
        )
    }
}
