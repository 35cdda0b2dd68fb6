internal import RoutingEngine
internal import RoutingModel

/// Whether an answer takes so much away that it is confirmed before it is believed: it would leave a group without any
/// usable peer or the service without any instance, or take a large share of a group's usable peers. Pure.
///
/// An access rule that hides a service, a server that lags, an agent that has just started: they all look like this.
enum ShrinkCheck {
    /// - Parameters:
    ///   - groups: the groups of one service, as they are.
    ///   - after: the same groups with the answer believed.
    ///   - empties: whether the service has instances, and none with the answer believed.
    /// - Returns: what it would do, as a phrase that follows "would"; nil when it may be believed at once.
    static func alarm(
        _ groups: [ResolvedGroup], after: [ResolvedGroup], empties: Bool, policy: GuardPolicy
    ) -> String? {
        for (old, new) in zip(groups, after) {
            let before = old.peers.count(where: \.isUsable)
            let left = new.peers.count(where: \.isUsable)
            let gone = before - left
            if before > 0, left == 0 { return "leave group '\(old.name)' without a usable peer" }
            if policy.shrinkShare > 0, gone >= max(1, policy.shrinkMinimum), gone * 100 >= before * policy.shrinkShare {
                return "take \(gone) of \(before) usable peers from group '\(old.name)'"
            }
        }
        return empties ? "leave the service without an instance" : nil
    }
}
