internal import Crypto
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RoutingModel

/// The API's description, which is embedded in the program: as it is written, as JSON, and as a page to read.
struct DocumentationHandlers {
    func register(_ router: Router<AdminContext>) {
        router.get("openapi.yaml") { request, _ in try Self.yaml.response(to: request) }
        router.get("openapi.json") { request, _ in try Self.json.get().response(to: request) }
        router.get("docs") { request, _ in try Self.page.get().response(to: request) }
    }

    // Made once, by whoever asks first.

    private static let yaml = Document(
        bytes: ByteBuffer(bytes: PackageResources.openapi_yaml), mediaType: "application/yaml")

    private static let json = Result {
        let problems = ProblemList()
        let tree = try YAMLText.read(Data(PackageResources.openapi_yaml), problems: problems)
        return Document(bytes: ByteBuffer(bytes: try CanonicalJSON.data(tree)), mediaType: "application/json")
    }

    private static let page = Result {
        let contract = try ContractNode(yaml: String(decoding: PackageResources.openapi_yaml, as: UTF8.self))
        return Document(
            bytes: ByteBuffer(string: ContractPage(contract: contract).html), mediaType: "text/html; charset=utf-8",
            policy: "default-src 'none'; style-src 'sha256-\(styleHash)'; base-uri 'none'; form-action 'none'; "
                + "frame-ancestors 'none'")
    }

    /// Of what is between `<style>` and `</style>` (Content Security Policy 3, section 2.3.1).
    private static var styleHash: String {
        Data(SHA256.hash(data: Data(PageStyle.css.utf8))).base64EncodedString()
    }
}

/// What doesn't change while the program runs.
private struct Document: Sendable {
    let bytes: ByteBuffer
    let headers: HTTPFields
    let etag: String

    init(bytes: ByteBuffer, mediaType: String, policy: String? = nil) {
        self.bytes = bytes
        let hash = SHA256.hash(data: bytes.readableBytesView).prefix(8)
        etag = "\"\(hash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())\""
        var headers: HTTPFields = [.contentType: mediaType, .cacheControl: "no-cache", .eTag: etag]
        if let policy {
            headers[.contentSecurityPolicy] = policy
            headers[.xContentTypeOptions] = "nosniff"
        }
        self.headers = headers
    }

    func response(to request: Request) throws -> Response {
        guard try !EntityTags.isCurrent(request, etag) else {
            return Response(status: .notModified, headers: [.eTag: etag, .cacheControl: "no-cache"])
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: bytes))
    }
}
