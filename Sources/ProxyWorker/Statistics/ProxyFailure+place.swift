internal import RoutingModel

extension ProxyFailure {
    /// Its place in ``TrafficCounters``.
    var place: Int {
        let first = TrafficCounters.Place.failures.lowerBound
        switch self {
        case .connect: return first
        case .connectTimeout: return first + 1
        case .reset: return first + 2
        case .malformed: return first + 3
        case .responseTimeout: return first + 4
        case .tryTimeout: return first + 5
        case .idleTimeout: return first + 6
        case .totalTimeout: return first + 7
        case .truncated: return first + 8
        case .clientAbort: return first + 9
        case .overload: return first + 10
        case .noPeer: return first + 11
        case .status502: return first + 12
        case .status503: return first + 13
        case .status504: return first + 14
        }
    }
}
