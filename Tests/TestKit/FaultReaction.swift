/// What a `FaultProxy` does with a request.
package enum FaultReaction: Sendable {
    /// Passes it on, and the answer back, as they are.
    case pass
    /// Passes `request` on in its place, and back what `change` makes of the answer.
    case forward(FaultRequest, change: @Sendable (FaultAnswer) -> FaultAnswer)
    /// Passes the request on, and back what the closure makes of the answer.
    case change(@Sendable (FaultAnswer) -> FaultAnswer)
    /// Answers it itself, at once.
    case answer(FaultAnswer)
    /// Says nothing for as long as the proxy behaves like this.
    case silence
    /// Closes the connection without a word.
    case close
    /// The same by a reset.
    case reset
}
