/// What must hold of the object of a write for the write to be made (RFC 9110 section 13.1).
package struct Precondition: Hashable, Sendable {
    package enum Match: Hashable, Sendable {
        /// `*`: whatever it is.
        case any
        /// One of these entity tags, without their quotes.
        case tags(Set<String>)
    }

    package var ifMatch: Match?
    package var ifNoneMatch: Match?

    package static let none = Precondition()

    package init(ifMatch: Match? = nil, ifNoneMatch: Match? = nil) {
        self.ifMatch = ifMatch
        self.ifNoneMatch = ifNoneMatch
    }

    package var isEmpty: Bool { ifMatch == nil && ifNoneMatch == nil }

    /// - Parameters:
    ///   - revision: the object's as it is now; nil when there is none.
    ///   - what: the object, for the message.
    /// - Throws: `Problem` (`precondition_failed`) with the current revision.
    func check(_ revision: Int?, of what: @autoclosure () -> String) throws {
        func refuse(_ why: String) -> Problem {
            let now = revision.map { "it is at \"\($0)\" now" } ?? "there is none now"
            return Problem(
                .preconditionFailed, "\(what()) \(why): \(now); nothing was changed.", currentRevision: revision)
        }
        switch ifMatch {
        case nil: break
        case .any: if revision == nil { throw refuse("does not exist, but If-Match asks for one") }
        case .tags(let tags):
            guard let revision, tags.contains("\(revision)") else {
                throw refuse("is not what If-Match names")
            }
        }
        switch ifNoneMatch {
        case nil: break
        case .any: if revision != nil { throw refuse("exists already, but If-None-Match asks for none") }
        case .tags(let tags):
            if let revision, tags.contains("\(revision)") { throw refuse("is what If-None-Match names") }
        }
    }
}
