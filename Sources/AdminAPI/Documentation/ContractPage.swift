/// The contract as one page of HTML that needs nothing else: no script, no other address.
struct ContractPage {
    let contract: ContractNode

    /// An operation with where it is.
    struct Operation {
        let method: String
        let path: String
        let id: String
        let node: ContractNode
        /// Those of the path first.
        let parameters: [ContractNode]
    }

    static let methods: Set<String> = ["get", "put", "post", "patch", "delete"]

    var html: String {
        let title = contract["info"]?["title"]?.text ?? "API"
        let version = contract["info"]?["version"]?.text ?? ""
        let sections = self.sections
        var html = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(HTMLText.escape(title))</title>
            <style>\(PageStyle.css)</style>
            </head>
            <body>
            <header><label for="menu" class="menu" title="Contents">☰</label>
            <a class="home" href="#top">\(HTMLText.escape(title))</a> <span class="version">\(version)</span>
            <span class="files"><a href="openapi.yaml">openapi.yaml</a> <a href="openapi.json">openapi.json</a></span>
            </header>
            <input type="checkbox" id="menu">
            \(navigation(sections))
            <main id="top">
            <section class="intro">
            <h1>\(HTMLText.escape(title))</h1>

            """
        html += HTMLText.paragraphs(contract["info"]?["summary"]?.text ?? "").replacing(
            "<p>", with: "<p class=\"lead\">", maxReplacements: 1)
        html += HTMLText.paragraphs(contract["info"]?["description"]?.text ?? "")
        html += "</section>\n"
        for (tag, description, operations) in sections {
            html += "<section class=\"tag\" id=\"tag-\(tag)\">\n<h2>\(tag)\(anchor("tag-\(tag)"))</h2>\n"
            html += HTMLText.paragraphs(description)
            for operation in operations { html += text(of: operation) }
            html += "</section>\n"
        }
        html += "<section class=\"tag\" id=\"schemas\">\n<h2>Schemas\(anchor("schemas"))</h2>\n"
        for (name, schema) in contract["components"]?["schemas"]?.members ?? [] {
            html += text(of: schema, named: name)
        }
        return html + "</section>\n</main>\n</body>\n</html>\n"
    }

    /// The operations of each tag, in the order of the document.
    private var sections: [(tag: String, description: String, operations: [Operation])] {
        var byTag: [String: [Operation]] = [:]
        for (path, item) in contract["paths"]?.members ?? [] {
            for (method, node) in item.members where Self.methods.contains(method) {
                let parameters = (item["parameters"]?.items ?? []) + (node["parameters"]?.items ?? [])
                let operation = Operation(
                    method: method.uppercased(), path: path, id: node["operationId"]?.text ?? "\(method)-\(path)",
                    node: node, parameters: parameters.map(\.resolved))
                byTag[node["tags"]?.items.first?.text ?? "", default: []].append(operation)
            }
        }
        return (contract["tags"]?.items ?? []).map { tag in
            let name = tag["name"]?.text ?? ""
            return (name, tag["description"]?.text ?? "", byTag[name] ?? [])
        }
    }

    private func navigation(_ sections: [(tag: String, description: String, operations: [Operation])]) -> String {
        var html = "<nav>\n"
        for (tag, _, operations) in sections {
            html += "<h2><a href=\"#tag-\(tag)\">\(tag)</a></h2>\n<ul>\n"
            for operation in operations {
                let summary = HTMLText.escape(operation.node["summary"]?.text ?? operation.id)
                html += "<li><a href=\"#\(operation.id)\" title=\"\(operation.method) \(operation.path)\">"
                html += "\(badge(operation.method))<span>\(summary)</span></a></li>\n"
            }
            html += "</ul>\n"
        }
        return html + "<h2><a href=\"#schemas\">Schemas</a></h2>\n</nav>"
    }

    func badge(_ method: String) -> String {
        "<b class=\"method \(method.lowercased())\">\(method == "DELETE" ? "DEL" : method)</b>"
    }

    func anchor(_ id: String) -> String { "<a class=\"anchor\" href=\"#\(id)\" aria-label=\"Link to this\">#</a>" }
}
