internal import NIOCore

/// Who has an exchange on an upstream connection.
protocol UpstreamOwner: AnyObject {
    /// Bytes came.
    /// - Parameter buffer: all that waits; what is left in it is given again together with what comes next.
    func upstreamReceived(_ buffer: inout ByteBuffer)
    /// All that came at once was handed over.
    func upstreamReadComplete()
    /// It can take more again.
    func upstreamBecameWritable()
    /// The peer said that it sends nothing more; only of connections that are tunnels.
    func upstreamEndedInput()
    /// The connection closed.
    /// - Parameter isBroken: whether that was an error rather than what the peer wanted.
    func upstreamClosed(isBroken: Bool)
}
