/// Values by the text that they are made from: equal text is read once, and its value shared in memory.
///
/// Text is compared byte by byte. Swift's strings are equal too when they only look alike, and one must not stand in
/// for the other. A class, so that one may be asked while another makes a value.
final class Interner<Value> {
    private struct Entry {
        let text: [UInt8]
        let hash: Int
        let value: Value
    }

    private var entries: [Entry] = []
    /// Open addressing: 0 is free, every other number is one more than the place of an entry. A power of two, at most
    /// half full.
    private var table: [Int32] = Array(repeating: 0, count: 64)

    /// The value of `text`: the one that there is, or else what `make` gives.
    func value(
        of text: UnsafeRawBufferPointer, _ make: (UnsafeRawBufferPointer) throws -> Value
    ) rethrows -> Value {
        var hasher = Hasher()
        hasher.combine(bytes: text)
        let hash = hasher.finalize()
        var slot = hash & (table.count - 1)
        while table[slot] != 0 {
            let entry = entries[Int(table[slot]) - 1]
            if entry.hash == hash, entry.text.elementsEqual(text) { return entry.value }
            slot = (slot + 1) & (table.count - 1)
        }
        let value = try make(text)
        entries.append(Entry(text: Array(text), hash: hash, value: value))
        table[slot] = Int32(entries.count)
        if entries.count * 2 > table.count { grow() }
        return value
    }

    private func grow() {
        table = Array(repeating: 0, count: table.count * 2)
        for (place, entry) in entries.enumerated() {
            var slot = entry.hash & (table.count - 1)
            while table[slot] != 0 { slot = (slot + 1) & (table.count - 1) }
            table[slot] = Int32(place + 1)
        }
    }
}
