/// One request's way through the proxy, from its head to the end of its response. Pure: events in, actions out; it
/// knows neither bytes nor channels.
///
/// When a request may be sent again:
/// - Nothing was sent yet (no connection came about): always, to another peer, while retries are left.
/// - It was sent on a connection kept from an earlier exchange, which closed before it answered: once, to the same
///   peer on a fresh connection; the peer most likely closed it for being idle (RFC 9112 section 9.3.1).
/// - It was sent on a fresh connection, which closed before it answered: to another peer, while retries are left.
///
/// The last two only for methods that are idempotent (RFC 9110 section 9.2.2) and while all of the body that was sent
/// is still held.
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

    private(set) var response = Response.connecting
    private(set) var requestEnded = false
    private let isIdempotent: Bool
    private let replayLimit: Int
    private var retriesLeft: Int
    private var mayRetryStale = true
    private var heldBytes = 0
    private var isHeld = true

    /// - Parameters:
    ///   - isIdempotent: whether sending the request twice is the same as sending it once.
    ///   - retries: how many further peers may be tried.
    ///   - replayLimit: bytes of body that may be held for sending them again.
    init(isIdempotent: Bool, retries: Int, replayLimit: Int) {
        self.isIdempotent = isIdempotent
        self.replayLimit = replayLimit
        retriesLeft = retries
    }

    // MARK: The request

    /// Some of the request's body came.
    mutating func bodyReceived(bytes: Int) -> PartAction {
        part(bytes: bytes)
    }

    /// The request's body is complete.
    mutating func requestEndReceived() -> PartAction {
        requestEnded = true
        return part(bytes: 0)
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

    // MARK: The upstream

    /// A connection is there and the head and all that was held are being sent on it.
    /// - Returns: whether to keep what is held.
    mutating func sent(reused: Bool) -> Bool {
        response = .awaited(reused: reused)
        isHeld = isHeld && isIdempotent && heldBytes <= replayLimit
        return isHeld
    }

    /// No connection to the peer came about.
    mutating func connectFailed(timedOut: Bool) -> FailureAction {
        guard response == .connecting else { return .none }
        if retriesLeft > 0 {
            retriesLeft -= 1
            return .tryAnotherPeer
        }
        response = .ended
        return .answer(timedOut ? .upstreamTimeout : .upstreamFailed)
    }

    /// There is no peer left that wasn't tried.
    mutating func peersExhausted(timedOut: Bool) -> FailureAction {
        response = .ended
        return .answer(timedOut ? .upstreamTimeout : .upstreamFailed)
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
    /// - Parameter answered: whether any of an answer had come, whole or not.
    mutating func upstreamFailed(answered: Bool = false) -> FailureAction {
        switch response {
        case .connecting, .ended:
            return .none
        case .streaming:
            response = .ended
            return .abortClient
        case .awaited(let reused):
            if isHeld, isIdempotent, !answered {
                if reused, mayRetryStale {
                    mayRetryStale = false
                    response = .connecting
                    return .trySamePeer
                }
                if retriesLeft > 0 {
                    retriesLeft -= 1
                    response = .connecting
                    return .tryAnotherPeer
                }
            }
            response = .ended
            return .answer(.upstreamFailed)
        }
    }

    // MARK: Time and the client

    /// Nothing moved for as long as it may.
    /// - Parameter clientIsSlow: whether it was the client that had to send or to read.
    mutating func timedOut(clientIsSlow: Bool) -> FailureAction {
        giveUp(answering: clientIsSlow ? .requestTimeout : .upstreamTimeout)
    }

    /// The client sent something that isn't HTTP in the middle of its request's body.
    mutating func requestBroken() -> FailureAction { giveUp(answering: .badRequest) }

    /// Ends the exchange without another attempt.
    private mutating func giveUp(answering code: ProxyProblem.Code) -> FailureAction {
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
