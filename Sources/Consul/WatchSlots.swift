internal import Synchronization

/// What the watches of one Consul share: how many questions may be with it at once, and whether they must take turns.
final class WatchSlots: Sendable {
    let held: ConnectionSlots
    let immediate: ConnectionSlots
    private let watches: Int
    private let services = Mutex(0)

    init(_ configuration: ConsulConfiguration) {
        watches = configuration.watches
        held = ConnectionSlots(configuration.watches)
        immediate = ConnectionSlots(configuration.immediateQuestions)
    }

    /// Whether there are more services than questions that may be held.
    var isCrowded: Bool { services.withLock { $0 } > watches }

    func setServices(_ count: Int) { services.withLock { $0 = count } }
}
