internal import HTTPTypes

@testable internal import AdminAPI

/// What tests read of `openapi.yaml`, line by line: its layout is kept regular, so its indentation says everything.
///
/// Sections are in column 0, paths and schemas' section in column 2, methods and schemas in column 4, what belongs to
/// one of them in column 6.
struct OpenAPIOutline {
    /// In the order of the document; a path or method that is written twice is here twice.
    private(set) var endpoints: [Endpoint] = []
    private(set) var operationIDs: [String] = []
    /// The values of every schema that lists them one a line under `enum:`.
    private(set) var enumerations: [String: [String]] = [:]

    init(_ text: String) {
        var section = ""
        var part = ""
        var item = ""
        var isInEnum = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            let indent = line.prefix { $0 == " " }.count
            let words = line.dropFirst(indent)
            let key = words.hasSuffix(":") ? String(words.dropLast()) : nil
            switch indent {
            case 0: (section, part, item) = (key ?? "", "", "")
            case 2: (part, item) = (key ?? "", "")
            case 4: item = key ?? ""
            default: break
            }
            if indent <= 6 { isInEnum = indent == 6 && words == "enum:" }

            if section == "paths", indent == 4, let method = Self.methods[item] {
                endpoints.append(Endpoint(method, part))
            } else if section == "paths", indent == 6, words.hasPrefix("operationId: ") {
                operationIDs.append(String(words.dropFirst("operationId: ".count)))
            } else if section == "components", part == "schemas", isInEnum, indent == 8, words.hasPrefix("- ") {
                enumerations[item, default: []].append(String(words.dropFirst(2)))
            }
        }
    }

    private static let methods: [String: HTTPRequest.Method] = [
        "get": .get, "put": .put, "post": .post, "delete": .delete, "options": .options, "head": .head,
        "patch": .patch, "trace": .trace,
    ]
}
