internal import HTTPTypes
internal import Hummingbird

extension Request {
    /// Why the change is made, in its author's words: the ledger's `reason`.
    var changeMessage: String? { headers[.changeMessage].flatMap { $0.isEmpty ? nil : String($0.prefix(1_024)) } }
}
