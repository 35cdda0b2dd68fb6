import RoutingModel
import Testing

@testable import ProxyWorker

@Suite struct RewriteTests {
    @Test(
        "A path's prefix is replaced, and the parts are joined by one slash",
        arguments: [
            ("/api", "/v2", "/api/x", "/v2/x"), ("/api", "/v2", "/api", "/v2"), ("/api", "/v2", "/api/", "/v2/"),
            ("/api", "/v2", "/api?x=1", "/v2?x=1"), ("/api/", "/v2", "/api/x", "/v2/x"),
            ("/api/", "/v2", "/api", "/v2"),
            ("/api", "/v2/", "/api/x", "/v2/x"), ("/api", "/v2/", "/api", "/v2/"), ("/api", "/", "/api/x", "/x"),
            ("/api", "/", "/api", "/"), ("/api", "/", "/api/", "/"), ("/api", "", "/api", "/"),
            ("/api", "", "/api/x", "/x"), ("/", "/v2", "/x", "/v2/x"), ("/", "/v2", "/", "/v2/"),
            ("/", "/", "/x", "/x"), ("/", "/v2/", "/x?y", "/v2/x?y"), ("/a/b", "/c", "/a/b//d", "/c//d"),
            // What is matched is the path without dot segments.
            ("/api", "/v2", "/x/../api/./y", "/v2/y"), ("/api", "/v2", "http://h/api/x", "/v2/x"),
        ]
    )
    func replacesPrefix(prefix: String, replacement: String, target: String, expected: String) throws {
        let rewrite = CompiledRewrite(Rewrite(pathPrefix: replacement), path: .prefix(prefix))
        #expect(try Writing.line(target, rewrite) == "GET \(expected) HTTP/1.1")
    }

    @Test("Only a prefix can be replaced")
    func needsPrefix() throws {
        #expect(CompiledRewrite(Rewrite(pathPrefix: "/v2"), path: .exact("/api")) == nil)
        #expect(CompiledRewrite(nil, path: .prefix("/")) == nil)
        #expect(CompiledRewrite(Rewrite(), path: .prefix("/")) == nil)
    }

    @Test("OPTIONS * stays")
    func keepsStar() throws {
        let rewrite = CompiledRewrite(Rewrite(pathPrefix: "/v2"), path: .prefix("/"))
        let head = try Writing.request("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") { $0.rewrite = rewrite }
        #expect(head.hasPrefix("OPTIONS * HTTP/1.1\r\n"))
    }

    @Test("The host is replaced; X-Forwarded-Host is what the client asked for")
    func replacesHost() throws {
        let rewrite = CompiledRewrite(Rewrite(host: "inner.test"), path: .exact("/"))
        let head = try Writing.request("GET / HTTP/1.1\r\nHost: outer.test\r\n\r\n") { $0.rewrite = rewrite }
        #expect(head.contains("\r\nHost: inner.test\r\n"))
        #expect(head.contains("\r\nX-Forwarded-Host: outer.test\r\n"))
        #expect(!head.contains("\r\nHost: outer.test\r\n"))
    }
}
