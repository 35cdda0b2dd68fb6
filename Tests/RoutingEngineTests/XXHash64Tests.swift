import RoutingEngine
import Testing

@Suite struct XXHash64Tests {
    @Test(
        "agrees with libxxhash on inputs of every length class",
        arguments: [
            ("", 0xef46_db37_51d8_e999), ("a", 0xd24e_c4f1_a98c_6e5b), ("abc", 0x44bc_2cf5_ad77_0999),
            ("user-42", 0x397e_9d3a_76af_7c81), ("user-42|checkout-v2", 0x28a6_b0bd_a4e2_eb3d),
            ("0123456789abcdef0123456789abcdef0123", 0xc425_5ba3_d1af_5461),
        ] as [(String, UInt64)])
    func vectors(input: String, hash: UInt64) {
        #expect(XXHash64.hash(input) == hash)
    }

    @Test("a bucket is the hash of key, bar and salt, modulo 10,000")
    func bucket() {
        #expect(Bucket.of(key: "user-42", salt: "checkout-v2") == 8_637)
    }
}
