/// Finds small numbers by keys of 64 bits: open addressing with linear probing, at most half full. 0 is no key.
///
/// Memory is the owner's to free.
struct TrafficIndex {
    private var keys: UnsafeMutablePointer<UInt64>
    private var values: UnsafeMutablePointer<Int32>
    private var mask: Int
    private var shift: UInt64
    private(set) var count = 0

    /// - Parameter capacity: places; a power of two.
    init(capacity: Int) {
        keys = .allocate(capacity: capacity)
        keys.initialize(repeating: 0, count: capacity)
        values = .allocate(capacity: capacity)
        values.initialize(repeating: 0, count: capacity)
        mask = capacity - 1
        shift = UInt64(64 - capacity.trailingZeroBitCount)
    }

    func deallocate() {
        keys.deallocate()
        values.deallocate()
    }

    /// Fibonacci hashing: keys are small numbers side by side, and this spreads them.
    @inline(__always)
    private func home(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> shift)
    }

    /// - Returns: the number, or -1.
    @inline(__always)
    func find(_ key: UInt64) -> Int {
        var place = home(key)
        while true {
            let found = keys[place]
            if found == key { return Int(values[place]) }
            if found == 0 { return -1 }
            place = (place &+ 1) & mask
        }
    }

    /// - Parameter key: not there yet.
    mutating func insert(_ key: UInt64, _ value: Int) {
        if (count + 1) * 2 > mask + 1 { grow() }
        put(key, Int32(truncatingIfNeeded: value))
        count += 1
    }

    mutating func remove(_ key: UInt64) {
        var hole = home(key)
        while keys[hole] != key {
            guard keys[hole] != 0 else { return }
            hole = (hole + 1) & mask
        }
        count -= 1
        // Whatever stands behind moves up, unless it is where it belongs: nothing is left that marks a gap.
        var next = hole
        while true {
            next = (next + 1) & mask
            guard keys[next] != 0 else { break }
            let distance = (next - home(keys[next])) & mask
            guard distance >= (next - hole) & mask else { continue }
            keys[hole] = keys[next]
            values[hole] = values[next]
            hole = next
        }
        keys[hole] = 0
    }

    private func put(_ key: UInt64, _ value: Int32) {
        var place = home(key)
        while keys[place] != 0 { place = (place + 1) & mask }
        keys[place] = key
        values[place] = value
    }

    private mutating func grow() {
        let old = self
        let oldCount = count
        self = TrafficIndex(capacity: (mask + 1) * 2)
        count = oldCount
        for place in 0...old.mask where old.keys[place] != 0 { put(old.keys[place], old.values[place]) }
        old.deallocate()
    }
}
