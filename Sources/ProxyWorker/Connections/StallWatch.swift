internal import NIOCore

/// Tells a side that takes its bytes slowly from one that takes none: nobody says when bytes leave a buffer that stays
/// full, so it is looked at, often enough to know by and large when some did.
struct StallWatch {
    /// Looks within an idle time: a side that stands still is given up an eighth of it late at the most.
    private static let looks: Int64 = 8

    private var buffered = 0
    private var lookedAt = NIODeadline.uptimeNanoseconds(0)
    private var movedAt = NIODeadline.uptimeNanoseconds(0)

    /// Whether it is time for another look.
    func isDue(at now: NIODeadline, idle: TimeAmount) -> Bool {
        now - lookedAt >= .nanoseconds(idle.nanoseconds / Self.looks)
    }

    /// - Parameter buffered: bytes that wait to be sent now.
    mutating func look(_ buffered: Int, at now: NIODeadline) {
        if buffered != self.buffered { movedAt = now }
        self.buffered = buffered
        lookedAt = now
    }

    /// Until when there is time for the next byte to go: of what was there at the last look.
    /// - Returns: nil when nothing waits to be sent.
    func end(idle: TimeAmount) -> NIODeadline? { buffered > 0 ? movedAt + idle : nil }
}
