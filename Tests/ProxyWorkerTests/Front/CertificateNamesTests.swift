import Testing

@testable import ProxyWorker

@Suite("Which names go with which certificate")
struct CertificateNamesTests {
    @Test("exact before wildcard, one label for a wildcard, the first of two, and the first of all without a match")
    func choice() {
        let names = CertificateNames([["first.test"], ["*.star.test", "Star.TEST"], ["a.star.test"], ["star.test"]])
        #expect(names.certificate(for: "star.test") == 1)
        #expect(names.certificate(for: "b.STAR.test.") == 1)
        #expect(names.certificate(for: "a.star.test") == 2)
        #expect(names.certificate(for: "a.b.star.test") == 0)
        #expect(names.certificate(for: ".star.test") == 0)
        #expect(names.certificate(for: "test") == 0)
        #expect(names.certificate(for: "") == 0)
        #expect(names.certificate(for: nil) == 0)
    }

    @Test("only DNS names are sent to peers")
    func serverNames() {
        for name in ["star.test", "STAR", "a_b.test", "1.star", "xn--bcher-kva.test", "star.test."] {
            #expect(ServerName(name)?.text == (name.hasSuffix(".") ? String(name.dropLast()) : name))
        }
        for name in [
            "", ".", "127.0.0.1", "::1", "[::1]", "a b", "a\0", "bücher.test", String(repeating: "a", count: 254),
        ] {
            #expect(ServerName(name) == nil, "\(name)")
        }
    }

    @Test("bytes that are no certificate have no common name, however they are cut", arguments: [0, 1, 2, 5, 20])
    func nonsense(count: Int) {
        let beginning: [UInt8] = [0x30, 0x82, 0x01, 0x00, 0x30, 0x81, 0xF0, 0xA0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x01]
        #expect(CommonName.of(der: Array(beginning.prefix(count))) == nil)
        #expect(CommonName.of(der: [UInt8](repeating: 0xFF, count: count)) == nil)
    }
}
