/// How workers may name themselves: 1 to 128 letters, digits, '.', '_', '-' and ':', all ASCII.
package enum WorkerID {
    package static func isValid(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-:".contains($0)) }
    }

    /// What to say of a name that isn't valid.
    package static let rule = "must be 1 to 128 letters, digits, '.', '_', '-' or ':'"
}
