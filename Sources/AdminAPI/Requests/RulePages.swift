internal import NIOCore
internal import Synchronization

/// The pages of lists of rules that were asked for since the rules changed last.
///
/// Who shows rules asks for the same pages over and over, and they change seldom.
final class RulePages: Sendable {
    private struct Pages {
        var revision = -1
        var bodies: [String: ByteBuffer] = [:]
    }

    /// Of more, all are forgotten.
    private static let most = 64
    /// Bytes of a page that is kept.
    private static let largest = 1 << 20

    private let pages = Mutex(Pages())

    /// - Parameters:
    ///   - question: what the page depends on besides the rules.
    ///   - revision: of the rules.
    func body(_ question: String, revision: Int) -> ByteBuffer? {
        pages.withLock { $0.revision == revision ? $0.bodies[question] : nil }
    }

    func keep(_ body: ByteBuffer, for question: String, revision: Int) {
        guard body.readableBytes <= Self.largest else { return }
        pages.withLock { pages in
            // Somebody may have older rules in hand than another.
            guard revision >= pages.revision else { return }
            if revision > pages.revision || pages.bodies.count >= Self.most { pages.bodies = [:] }
            pages.revision = revision
            pages.bodies[question] = body
        }
    }
}
