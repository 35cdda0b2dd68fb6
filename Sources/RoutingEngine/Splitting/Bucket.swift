/// Where a request falls in the 10,000 buckets that a route deals to its groups.
package enum Bucket {
    package static let count = 10_000

    /// XXH64(key + "|" + salt, seed 0) mod 10,000: the same key and salt give the same bucket for ever.
    package static func of(key: String, salt: String) -> Int {
        Int(XXHash64.hash("\(key)|\(salt)") % UInt64(count))
    }
}
