internal import Foundation
package import RoutingModel
internal import Synchronization

/// A snapshot on its way to workers, with the bytes that all of them get.
package final class PublishedSnapshot: Sendable {
    package let snapshot: Snapshot
    private let encoded = Mutex<[UInt8]?>(nil)

    init(snapshot: Snapshot) { self.snapshot = snapshot }

    /// The worker protocol's document, encoded at the first call.
    /// - Throws: `EncodingError`, which no snapshot that was resolved from valid rules gives.
    package func body() throws -> [UInt8] {
        try encoded.withLock { bytes in
            if let bytes { return bytes }
            let made = [UInt8](try CanonicalJSON.data(snapshot))
            bytes = made
            return made
        }
    }
}
