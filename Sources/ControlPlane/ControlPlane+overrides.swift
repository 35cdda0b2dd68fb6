internal import HashTreeCollections
internal import Logging
internal import RoutingModel

extension ControlPlane {
    /// Looked at again after this, however late the next end is: the wall clock may be set.
    private static let longestPause = Duration.seconds(30)

    /// Sees to it that the next override that ends is taken away then.
    func awaitExpiry() {
        overrideTimer?.cancel()
        overrideTimer = nil
        guard !isShuttingDown, let end = rules.overrides.values.compactMap(\.value.expiresAt).min() else { return }
        let pause = min(max(.milliseconds(end.milliseconds - Timestamp.now().milliseconds), .zero), Self.longestPause)
        overrideTimer = Task {
            do { try await self.clock.sleep(for: pause) } catch { return }
            await self.expireOverrides()
        }
    }

    /// Takes away the overrides whose time is over, with an entry in the ledger; those that ended while Signalbox was
    /// not running among them.
    func expireOverrides() async {
        let now = Timestamp.now()
        if rules.overrides.values.contains(where: { $0.value.isOver(at: now) }) {
            do {
                _ = try await execute(.expireOverrides, author: "signalbox")
                // Their end was looked for anew when they were taken away.
                return
            } catch {
                logger.error("Overrides that are over could not be taken away", metadata: ["error": "\(error)"])
                try? await clock.sleep(for: .seconds(1))
            }
        }
        awaitExpiry()
    }
}
