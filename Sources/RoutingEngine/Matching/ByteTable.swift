/// Values by bytes: a hash table with open addressing that is looked up without retaining, releasing or allocating
/// anything.
///
/// It is no more than pointers: copies are the same table, and whoever owns it frees it.
struct ByteTable<Value: BitwiseCopyable>: BitwiseCopyable {
    /// The key's bytes lie behind it.
    private struct Node: BitwiseCopyable {
        var value: Value
        let keyCount: Int

        static func key(of node: UnsafeMutablePointer<Node>) -> ByteText {
            ByteText(start: UnsafeRawPointer(node + 1), count: node.pointee.keyCount)
        }
    }

    private struct Slot: BitwiseCopyable {
        var hash: UInt64
        /// Nil: nobody is here.
        var node: UnsafeMutablePointer<Node>?
    }

    /// A power of two of them, at most three quarters full; nil while there is nothing.
    private var slots: UnsafeMutablePointer<Slot>?
    private var mask = 0
    private(set) var count = 0

    init() {}

    /// The value of `key`, to be read or changed in place until the table changes.
    @inline(__always)
    func find(_ hash: UInt64, _ key: ByteText) -> UnsafeMutablePointer<Value>? {
        guard let slots else { return nil }
        var place = Int(truncatingIfNeeded: hash) & mask
        while let node = slots[place].node {
            if slots[place].hash == hash, Node.key(of: node).isSame(as: key) { return Self.value(of: node) }
            place = (place + 1) & mask
        }
        return nil
    }

    /// The value of `key`, which becomes `new` if there is none.
    mutating func find(_ hash: UInt64, _ key: ByteText, orInsert new: @autoclosure () -> Value)
        -> UnsafeMutablePointer<Value>
    {
        if let value = find(hash, key) { return value }
        if (count + 1) * 4 > (mask + 1) * 3 || slots == nil { grow() }
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<Node>.stride + key.count, alignment: MemoryLayout<Node>.alignment)
        let node = memory.bindMemory(to: Node.self, capacity: 1)
        node.initialize(to: Node(value: new(), keyCount: key.count))
        if let start = key.baseAddress {
            (memory + MemoryLayout<Node>.stride).copyMemory(from: start, byteCount: key.count)
        }
        put(Slot(hash: hash, node: node))
        count += 1
        return Self.value(of: node)
    }

    /// Takes `key` out. Its value is the caller's to free before.
    mutating func remove(_ hash: UInt64, _ key: ByteText) {
        guard let slots else { return }
        var place = Int(truncatingIfNeeded: hash) & mask
        while let node = slots[place].node {
            if slots[place].hash == hash, Node.key(of: node).isSame(as: key) {
                UnsafeMutableRawPointer(node).deallocate()
                count -= 1
                close(place, in: slots)
                return
            }
            place = (place + 1) & mask
        }
    }

    /// Calls `body` with every value, in no order.
    func forEach(_ body: (UnsafeMutablePointer<Value>) -> Void) {
        guard let slots else { return }
        for place in 0...mask {
            if let node = slots[place].node { body(Self.value(of: node)) }
        }
    }

    /// Frees the table; what its values hold is freed before.
    mutating func deallocate() {
        guard let slots else { return }
        for place in 0...mask {
            if let node = slots[place].node { UnsafeMutableRawPointer(node).deallocate() }
        }
        slots.deallocate()
        self = ByteTable()
    }

    @inline(__always)
    private static func value(of node: UnsafeMutablePointer<Node>) -> UnsafeMutablePointer<Value> {
        // The value is the node's first member.
        UnsafeMutableRawPointer(node).assumingMemoryBound(to: Value.self)
    }

    /// Moves those behind a place that became free up to where they are found.
    private func close(_ free: Int, in slots: UnsafeMutablePointer<Slot>) {
        var (hole, place) = (free, free)
        while true {
            place = (place + 1) & mask
            guard slots[place].node != nil else { break }
            let home = Int(truncatingIfNeeded: slots[place].hash) & mask
            // It may move if the hole is not before its home.
            if (place - home) & mask >= (place - hole) & mask {
                slots[hole] = slots[place]
                hole = place
            }
        }
        slots[hole].node = nil
    }

    private func put(_ slot: Slot) {
        guard let slots else { return }
        var place = Int(truncatingIfNeeded: slot.hash) & mask
        while slots[place].node != nil { place = (place + 1) & mask }
        slots[place] = slot
    }

    private mutating func grow() {
        let old = slots
        let oldCapacity = old == nil ? 0 : mask + 1
        let capacity = max(2, oldCapacity * 2)
        let new = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
        new.initialize(repeating: Slot(hash: 0, node: nil), count: capacity)
        slots = new
        mask = capacity - 1
        guard let old else { return }
        for place in 0..<oldCapacity where old[place].node != nil { put(old[place]) }
        old.deallocate()
    }
}
