package import RoutingModel

/// `GROUP=PERCENT` on the command line: `star-canary=20`, `star-canary=0.5%`.
package struct WeightAssignment: Hashable, Sendable {
    package let group: String
    package let weight: Percent

    package init(group: String, weight: Percent) {
        self.group = group
        self.weight = weight
    }

    /// Nil for anything else, and for a percentage with more than two decimals.
    package init?(_ text: String) {
        guard let sign = text.lastIndex(of: "=") else { return nil }
        var number = text[text.index(after: sign)...]
        if number.hasSuffix("%") { number.removeLast() }
        // `Double` would also take "nan", "0x10" and " 5".
        guard number.wholeMatch(of: /[0-9]{1,3}(\.[0-9]{1,2})?/) != nil, let value = Double(number),
            let weight = Percent(value), sign != text.startIndex
        else { return nil }
        self.init(group: String(text[..<sign]), weight: weight)
    }
}
