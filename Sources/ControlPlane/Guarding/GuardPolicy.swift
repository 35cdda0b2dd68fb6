/// How much of what Consul says is believed at once, and what is held.
package struct GuardPolicy: Hashable, Sendable {
    /// Off: every complete answer is believed as it is.
    package var isOn: Bool
    /// An answer that takes at least this share of a group's usable peers is confirmed, in percent; 0: only one that
    /// empties a group or the service.
    package var shrinkShare: Int
    /// As long as it takes fewer peers than this, an answer that leaves some is believed at once.
    package var shrinkMinimum: Int
    /// Whether a confirmed answer is held whose index is below that of the last believed one.
    package var checksIndex: Bool
    /// More than this share of a datacenter's services gone at once are held, in percent; 0: never.
    package var massShare: Int
    /// Fewer services than this are never held for being gone together.
    package var massMinimum: Int
    /// How long a service that is gone counts as gone at once with the next.
    package var massWindow: Duration

    package init(
        isOn: Bool = true, shrinkShare: Int = 50, shrinkMinimum: Int = 3, checksIndex: Bool = true,
        massShare: Int = 30, massMinimum: Int = 5, massWindow: Duration = .seconds(10)
    ) {
        self.isOn = isOn
        self.shrinkShare = shrinkShare
        self.shrinkMinimum = shrinkMinimum
        self.checksIndex = checksIndex
        self.massShare = massShare
        self.massMinimum = massMinimum
        self.massWindow = massWindow
    }
}
