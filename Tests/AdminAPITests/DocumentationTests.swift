import Crypto
import Foundation
import HTTPTypes
import RoutingModel
import Testing

@testable import AdminAPI

@Suite("The documentation of the API")
struct DocumentationTests {
    @Test("The page has every operation and every schema, and every link in it leads somewhere")
    func pageIsWhole() async throws {
        let contract = try Contract()
        let operations = contract.operations.map(\.id)
        let schemas = contract.root["components"]?["schemas"]?.members.map { "schema-\($0.key)" } ?? []
        try await AdminFixture.run { admin in
            let answer = try await admin.send(.get, "/docs", token: nil)
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
            let page = answer.body
            let ids = Self.values(of: "id", in: page)
            #expect(Set(ids).count == ids.count)
            #expect(operations.filter { !ids.contains($0) } == [])
            #expect(schemas.filter { !ids.contains($0) } == [])
            let links = Set(Self.values(of: "href", in: page))
            #expect(links.filter { $0.hasPrefix("#") && !ids.contains(String($0.dropFirst())) } == [])
            #expect(links.filter { !$0.hasPrefix("#") }.sorted() == ["openapi.json", "openapi.yaml"])
        }
    }

    @Test("The page runs nothing, loads nothing, and its policy allows its own style only")
    func pageIsSelfContained() async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send(.get, "/docs", token: nil)
            let page = answer.body
            for forbidden in ["<script", "<link", "<img", "style=\"", "@import", "url(", "onclick"] {
                #expect(!page.contains(forbidden), "\(forbidden)")
            }
            let start = try #require(page.firstRange(of: "<style>")).upperBound
            let end = try #require(page.firstRange(of: "</style>")).lowerBound
            let hash = Data(SHA256.hash(data: Data(page[start..<end].utf8))).base64EncodedString()
            let policy = try #require(answer.headers[.contentSecurityPolicy])
            #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-\(hash)';"))
        }
    }

    @Test("What looks like HTML in the contract is text on the page")
    func textIsEscaped() {
        #expect(
            HTMLText.inline("a `<b>` & **\"c\"**") == "a <code>&lt;b&gt;</code> &amp; <strong>&quot;c&quot;</strong>")
        #expect(HTMLText.inline("one ` and ** two") == "one ` and ** two")
        #expect(HTMLText.paragraphs("a\nb\n\nc") == "<p>a b</p>\n<p>c</p>\n")
    }

    @Test("openapi.json is openapi.yaml", arguments: ["/openapi.json", "/openapi.yaml"])
    func bothForms(path: String) async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send(.get, path, token: nil)
            #expect(answer.status == 200)
            let problems = ProblemList()
            let yaml = try YAMLText.read(Data(PackageResources.openapi_yaml), problems: problems)
            #expect(problems.isEmpty)
            if path.hasSuffix("json") {
                #expect(answer.json == yaml)
                #expect(answer.json["openapi"]?.text == "3.1.0")
            } else {
                #expect(answer.body == String(decoding: PackageResources.openapi_yaml, as: UTF8.self))
            }
        }
    }

    @Test("Who has it already is told so", arguments: ["/docs", "/openapi.json", "/openapi.yaml"])
    func notModified(path: String) async throws {
        try await AdminFixture.run { admin in
            let etag = try #require(try await admin.send(.get, path, token: nil).headers[.eTag])
            let again = try await admin.send(.get, path, token: nil, headers: [.ifNoneMatch: etag])
            #expect(again.status == 304)
            #expect(again.body.isEmpty)
            #expect(again.headers[.eTag] == etag)
            let other = try await admin.send(.get, path, token: nil, headers: [.ifNoneMatch: "\"other\""])
            #expect(other.status == 200)
        }
    }

    /// The values of an attribute, in the order of the page.
    private static func values(of attribute: String, in page: String) -> [String] {
        page.split(separator: " \(attribute)=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }
}
