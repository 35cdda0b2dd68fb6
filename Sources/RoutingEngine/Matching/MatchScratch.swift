/// Memory that deciding a request takes, kept by a table so that none is allocated then. One event loop's.
final class MatchScratch {
    /// Routes that a path led to, and how many are left to try.
    struct Hit: BitwiseCopyable {
        var next: UnsafeMutablePointer<Unmanaged<CompiledRoute>>
        var left: Int
        /// Whether the routes' regular expressions are still to be matched.
        var isRegex: Bool
    }

    struct Memory: BitwiseCopyable {
        fileprivate(set) var hits: UnsafeMutablePointer<Hit>
        fileprivate(set) var hitCapacity: Int
        fileprivate(set) var hosts: UnsafeMutablePointer<UnsafeMutablePointer<PathIndex>>
        fileprivate(set) var hostCapacity: Int
        /// A header's values, joined.
        fileprivate var joined: UnsafeMutableRawBufferPointer
        /// What is hashed.
        fileprivate var key: UnsafeMutableRawBufferPointer
        var random: FastRandom
    }

    let memory: UnsafeMutablePointer<Memory>

    init() {
        memory = .allocate(capacity: 1)
        memory.initialize(
            to: Memory(
                hits: .allocate(capacity: 4), hitCapacity: 4, hosts: .allocate(capacity: 1), hostCapacity: 1,
                joined: .allocate(byteCount: 256, alignment: 8), key: .allocate(byteCount: 256, alignment: 8),
                random: FastRandom(seed: .random(in: 0...(.max)))))
    }

    deinit {
        memory.pointee.hits.deallocate()
        memory.pointee.hosts.deallocate()
        memory.pointee.joined.deallocate()
        memory.pointee.key.deallocate()
        memory.deallocate()
    }

    /// Makes room for what an index can come to.
    func reserve(hits: Int, hosts: Int) {
        if hits > memory.pointee.hitCapacity {
            memory.pointee.hits.deallocate()
            memory.pointee.hits = .allocate(capacity: hits)
            memory.pointee.hitCapacity = hits
        }
        if hosts > memory.pointee.hostCapacity {
            memory.pointee.hosts.deallocate()
            memory.pointee.hosts = .allocate(capacity: hosts)
            memory.pointee.hostCapacity = hosts
        }
    }
}

extension MatchScratch.Memory {
    /// Room for joined values; it grows when a request has more than any before.
    mutating func joined(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if count > joined.count { Self.enlarge(&joined, to: count) }
        return UnsafeMutableRawBufferPointer(rebasing: joined[..<count])
    }

    /// XXH64 of `key` with `tail` behind it.
    mutating func hash(_ key: ByteText, _ tail: ByteText) -> UInt64 {
        let count = key.count + tail.count
        if count > self.key.count { Self.enlarge(&self.key, to: count) }
        guard let start = self.key.baseAddress else { return 0 }
        if let bytes = key.baseAddress { start.copyMemory(from: bytes, byteCount: key.count) }
        if let bytes = tail.baseAddress { (start + key.count).copyMemory(from: bytes, byteCount: tail.count) }
        return XXHash64.hash(ByteText(start: start, count: count))
    }

    private static func enlarge(_ buffer: inout UnsafeMutableRawBufferPointer, to count: Int) {
        buffer.deallocate()
        buffer = .allocate(byteCount: max(count, buffer.count * 2), alignment: 8)
    }
}
