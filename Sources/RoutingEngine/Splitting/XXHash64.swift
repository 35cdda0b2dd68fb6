/// XXH64, the 64-bit xxHash: what decides a request's bucket, in every engine that routes for Signalbox.
///
/// Source: the algorithm description in xxHash's repository (`doc/xxhash_spec.md`); Envoy hashes with the same function.
package enum XXHash64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    /// The hash of `bytes` with `seed`.
    package static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        var offset = 0
        let count = bytes.count
        var state: UInt64
        if count >= 32 {
            var lane1 = seed &+ prime1 &+ prime2
            var lane2 = seed &+ prime2
            var lane3 = seed
            var lane4 = seed &- prime1
            while offset + 32 <= count {
                lane1 = round(lane1, word(bytes, offset))
                lane2 = round(lane2, word(bytes, offset + 8))
                lane3 = round(lane3, word(bytes, offset + 16))
                lane4 = round(lane4, word(bytes, offset + 24))
                offset += 32
            }
            state = rotate(lane1, 1) &+ rotate(lane2, 7) &+ rotate(lane3, 12) &+ rotate(lane4, 18)
            state = (state ^ round(0, lane1)) &* prime1 &+ prime4
            state = (state ^ round(0, lane2)) &* prime1 &+ prime4
            state = (state ^ round(0, lane3)) &* prime1 &+ prime4
            state = (state ^ round(0, lane4)) &* prime1 &+ prime4
        } else {
            state = seed &+ prime5
        }
        state &+= UInt64(count)
        while offset + 8 <= count {
            state = rotate(state ^ round(0, word(bytes, offset)), 27) &* prime1 &+ prime4
            offset += 8
        }
        if offset + 4 <= count {
            let half = UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            state = rotate(state ^ (half &* prime1), 23) &* prime2 &+ prime3
            offset += 4
        }
        while offset < count {
            state = rotate(state ^ (UInt64(bytes[offset]) &* prime5), 11) &* prime1
            offset += 1
        }
        state = (state ^ (state >> 33)) &* prime2
        state = (state ^ (state >> 29)) &* prime3
        return state ^ (state >> 32)
    }

    /// The hash of the UTF-8 bytes of `text`.
    package static func hash(_ text: String, seed: UInt64 = 0) -> UInt64 {
        var copy = text
        return copy.withUTF8 { hash(UnsafeRawBufferPointer($0), seed: seed) }
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotate(lane &+ (input &* prime2), 31) &* prime1
    }

    private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 { (value << bits) | (value >> (64 - bits)) }
}
