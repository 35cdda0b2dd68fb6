/// Statuses of responses as rules write them: `200`, or `200-299`.
package enum StatusRange {
    /// Nil for anything else, for statuses outside 100 ... 599, and for a range that ends before it begins.
    package static func parse(_ text: String) -> ClosedRange<Int>? {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(status)
        guard let lower = parts.first ?? nil, let upper = parts.last ?? nil, lower <= upper else { return nil }
        return lower...upper
    }

    private static func status(_ text: Substring) -> Int? {
        guard text.utf8.count == 3, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
            (100...599).contains(number)
        else { return nil }
        return number
    }
}
