import Testing

@testable import Consul

@Suite struct ConsulConfigurationTests {
    @Test(
        "An address with scheme, host and port is taken",
        arguments: [
            ("http://127.0.0.1:8500", "http://127.0.0.1:8500"), ("http://127.0.0.1:8500/", "http://127.0.0.1:8500"),
            ("HTTPS://consul.example:8501", "https://consul.example:8501"), ("http://[::1]:8500", "http://[::1]:8500"),
            ("http://consul", "http://consul"),
        ])
    func good(text: String, address: String) throws {
        #expect(try ConsulConfiguration(address: text).addresses == [address])
    }

    @Test(
        "Any other address is refused with a sentence",
        arguments: [
            ("", "must look like"), ("127.0.0.1:8500", "must look like"), ("consul", "must look like"),
            ("unix:///run/consul.sock", "must look like"), ("http://", "has no host"), ("http://:8500", "has no host"),
            ("http://127.0.0.1:8500/v1", "can only have"), ("http://127.0.0.1:8500?dc=a", "can only have"),
            ("http://127.0.0.1:8500#a", "can only have"), ("http://127.0.0.1:0", "outside"),
            ("http://127.0.0.1:70000", "outside"), ("http://a:hunter2@127.0.0.1:8500", "use a token"),
        ])
    func bad(text: String, part: String) {
        let error = #expect(throws: ConsulConfigurationError.self) { try ConsulConfiguration(address: text) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("hunter2") != true)
    }

    @Test("Several addresses are kept in order, each once; none is refused")
    func several() throws {
        let configuration = try ConsulConfiguration(addresses: ["http://a:1", "http://b:1/", "http://a:1"])
        #expect(configuration.addresses == ["http://a:1", "http://b:1"])
        #expect(throws: ConsulConfigurationError.self) { try ConsulConfiguration(addresses: []) }
    }

    @Test("A wait that Consul would clamp, a token that no header can hold and empty bounds are refused")
    func otherBounds() throws {
        #expect(throws: ConsulConfigurationError.self) {
            try ConsulConfiguration(address: "http://a:1", wait: .seconds(601))
        }
        #expect(throws: ConsulConfigurationError.self) { try ConsulConfiguration(address: "http://a:1", wait: .zero) }
        #expect(throws: ConsulConfigurationError.self) {
            try ConsulConfiguration(address: "http://a:1", connectTimeout: .zero)
        }
        let error = #expect(throws: ConsulConfigurationError.self) {
            try ConsulConfiguration(address: "http://a:1", token: "secret\r\n")
        }
        #expect(error?.description.contains("secret") == false)
        #expect(try ConsulConfiguration(address: "http://a:1", token: "").token.current == nil)
    }
}
