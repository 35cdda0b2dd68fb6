/// Members whose values are plain.
extension JSONWriter {
    mutating func member(_ name: String, _ text: String) {
        self.name(name)
        string(text)
    }

    mutating func member(_ name: String, _ number: Int) {
        self.name(name)
        integer(number)
    }

    mutating func member(_ name: String, _ flag: Bool) {
        self.name(name)
        bool(flag)
    }

    mutating func member(_ name: String, _ percent: Percent) {
        self.name(name)
        text(percent.description.utf8)
    }

    mutating func member(_ name: String, _ texts: [String]) {
        self.name(name)
        array(texts) { $0.string($1) }
    }
}
