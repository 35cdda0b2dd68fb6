internal import RoutingModel

/// One request's way through the proxy, from its head to the end of its response. Pure: events in, actions out; it
/// knows neither bytes nor channels.
///
/// When a request may be sent again:
/// - Nothing was sent yet (no connection came about): to another peer, whatever the method, while tries are left.
/// - It was sent on a connection kept from an earlier exchange, which closed before it answered: once, to the same
///   peer on a fresh connection; the peer most likely closed it for being idle (RFC 9112 section 9.3.1). No try is
///   spent for it.
/// - It was sent and failed, or took too long, or was answered with a status that the route's policy names: to another
///   peer, while tries are left.
///
/// The last two only for methods that are idempotent (RFC 9110 section 9.2.2), unless the policy says otherwise, and
/// while all of the body that was sent is still held. Every further try also needs the route's budget.
struct ExchangeState: Hashable {
    enum Response: Hashable {
        /// No connection yet, nothing sent.
        case connecting
        /// The request's head was sent, the final response's head hasn't come.
        case awaited(reused: Bool)
        /// The response's head went to the client, its end hasn't come.
        case streaming
        /// The client got a complete answer, or the exchange was given up.
        case ended
    }

    /// What to do with a part of the request's body, or with its end.
    enum PartAction: Hashable {
        /// Keep it until there is a connection.
        case hold
        case forward
        /// Send it and keep it: it may have to be sent again.
        case forwardAndHold
        /// Send it and let go of everything held: too much to send again.
        case forwardAndRelease
        case drop
    }

    /// What to do when there is no getting on with an attempt.
    enum FailureAction: Hashable {
        /// Start again with a peer that wasn't tried.
        case tryAnotherPeer
        /// Start again with the same peer, on a fresh connection.
        case trySamePeer
        case answer(ProxyProblem.Code)
        /// The response has begun: only an unclean end tells the client that it isn't whole.
        case abortClient
        case none
    }

    /// What may be tried again.
    struct Causes: OptionSet, Hashable {
        let rawValue: UInt8
        static let connectFailure = Causes(rawValue: 1)
        static let reset = Causes(rawValue: 2)
        static let timeout = Causes(rawValue: 4)
        static let status502 = Causes(rawValue: 8)
        static let status503 = Causes(rawValue: 16)
        static let status504 = Causes(rawValue: 32)

        /// What a worker does of itself.
        static let standard: Causes = [.connectFailure, .reset]
    }

    private(set) var response = Response.connecting
    private(set) var requestEnded = false
    private let isRepeatable: Bool
    private let replayLimit: Int
    private let causes: Causes
    private var retriesLeft: Int
    private var mayRetryStale = true
    private var heldBytes = 0
    private var isHeld = true

    /// - Parameters:
    ///   - isRepeatable: whether sending the request twice is the same as sending it once, or said to be.
    ///   - retries: how many further peers may be tried.
    ///   - causes: what for.
    ///   - replayLimit: bytes of body that may be held for sending them again.
    init(isRepeatable: Bool, retries: Int, causes: Causes = .standard, replayLimit: Int) {
        self.isRepeatable = isRepeatable
        self.replayLimit = replayLimit
        self.causes = causes
        retriesLeft = retries
    }

    // MARK: The request

    /// Some of the request's body came.
    mutating func bodyReceived(bytes: Int) -> PartAction {
        part(bytes: bytes)
    }

    /// The request's body is complete.
    /// - Parameter bytes: what its end takes to send.
    mutating func requestEndReceived(bytes: Int = 0) -> PartAction {
        requestEnded = true
        return part(bytes: bytes)
    }

    private mutating func part(bytes: Int) -> PartAction {
        switch response {
        case .connecting:
            heldBytes += bytes
            return .hold
        case .awaited:
            guard isHeld else { return .forward }
            heldBytes += bytes
            if heldBytes <= replayLimit { return .forwardAndHold }
            isHeld = false
            return .forwardAndRelease
        case .streaming:
            return .forward
        case .ended:
            return .drop
        }
    }

    /// Whether more of the body may be taken in while there is no connection.
    var mayHoldMore: Bool { response != .connecting || heldBytes < replayLimit }

    // MARK: The upstream

    /// A connection is there and the head and all that was held are being sent on it.
    /// - Returns: whether to keep what is held.
    mutating func sent(reused: Bool) -> Bool {
        response = .awaited(reused: reused)
        isHeld = isHeld && isRepeatable && heldBytes <= replayLimit
        return isHeld
    }

    /// No connection to the peer came about.
    /// - Parameter budget: whether the route has a retry to spare; asked only when one is wanted.
    mutating func connectFailed(timedOut: Bool, budget: () -> Bool = { true }) -> FailureAction {
        guard response == .connecting else { return .none }
        if causes.contains(.connectFailure), retriesLeft > 0, budget() {
            retriesLeft -= 1
            return .tryAnotherPeer
        }
        response = .ended
        return .answer(timedOut ? .upstreamTimeout : .upstreamFailed)
    }

    /// There is no peer left that wasn't tried.
    /// - Parameter code: how the last try failed.
    mutating func peersExhausted(_ code: ProxyProblem.Code) -> FailureAction {
        response = .ended
        return .answer(code)
    }

    /// A response came whose status the policy may name.
    /// - Returns: whether the request is sent to another peer instead.
    mutating func retries(status: Int, budget: () -> Bool) -> Bool {
        let cause: Causes
        switch status {
        case 502: cause = .status502
        case 503: cause = .status503
        case 504: cause = .status504
        default: return false
        }
        guard causes.contains(cause), mayRepeat, retriesLeft > 0, budget() else { return false }
        retriesLeft -= 1
        response = .connecting
        return true
    }

    /// Nobody else can take a request that ``retries(status:budget:)`` would have sent again: its response is passed on.
    mutating func retryAbandoned() {
        guard response == .connecting else { return }
        response = .awaited(reused: false)
    }

    /// A try took longer than a try may.
    mutating func tryTimedOut(budget: () -> Bool) -> FailureAction {
        guard case .awaited = response else { return .none }
        if causes.contains(.timeout), mayRepeat, retriesLeft > 0, budget() {
            retriesLeft -= 1
            response = .connecting
            return .tryAnotherPeer
        }
        response = .ended
        return .answer(.upstreamTimeout)
    }

    /// The final response's head came.
    /// - Returns: false when none was expected.
    mutating func responseHeadReceived() -> Bool {
        guard case .awaited = response else { return false }
        response = .streaming
        isHeld = false
        return true
    }

    /// The response is complete.
    /// - Returns: false when none was under way.
    mutating func responseEndReceived() -> Bool {
        guard response == .streaming else { return false }
        response = .ended
        return true
    }

    /// The connection closed, or what came on it wasn't HTTP.
    /// - Parameters:
    ///   - answered: whether any of an answer had come, whole or not.
    ///   - budget: whether the route has a retry to spare; asked only when one is wanted.
    mutating func upstreamFailed(answered: Bool = false, budget: () -> Bool = { true }) -> FailureAction {
        switch response {
        case .connecting, .ended:
            return .none
        case .streaming:
            response = .ended
            return .abortClient
        case .awaited(let reused):
            if mayRepeat, !answered {
                if reused, mayRetryStale {
                    mayRetryStale = false
                    response = .connecting
                    return .trySamePeer
                }
                if causes.contains(.reset), retriesLeft > 0, budget() {
                    retriesLeft -= 1
                    response = .connecting
                    return .tryAnotherPeer
                }
            }
            response = .ended
            return .answer(.upstreamFailed)
        }
    }

    private var mayRepeat: Bool { isHeld && isRepeatable }

    // MARK: Time and the client

    /// Nothing moved for as long as it may, or all of the time is over.
    /// - Parameter clientIsSlow: whether it was the client that had to send or to read.
    mutating func timedOut(clientIsSlow: Bool) -> FailureAction {
        giveUp(answering: clientIsSlow ? .requestTimeout : .upstreamTimeout)
    }

    /// The client sent something that isn't HTTP in the middle of its request's body.
    mutating func requestBroken() -> FailureAction { giveUp(answering: .badRequest) }

    /// Ends the exchange without another attempt.
    mutating func giveUp(answering code: ProxyProblem.Code) -> FailureAction {
        switch response {
        case .ended:
            return .none
        case .streaming:
            response = .ended
            return .abortClient
        case .connecting, .awaited:
            response = .ended
            return .answer(code)
        }
    }
}

extension ExchangeState.Causes {
    init(_ causes: [RetryPolicy.Cause]) {
        self = []
        for cause in causes {
            switch cause {
            case .connectFailure: insert(.connectFailure)
            case .reset: insert(.reset)
            case .timeout: insert(.timeout)
            case .status502: insert(.status502)
            case .status503: insert(.status503)
            case .status504: insert(.status504)
            }
        }
    }
}
