extension ContractPage {
    func text(of operation: Operation) -> String {
        let path = HTMLText.escape(operation.path).replacing("{", with: "<i>{").replacing("}", with: "}</i>")
        var html = """
            <article id="\(operation.id)">
            <h3>\(HTMLText.escape(operation.node["summary"]?.text ?? ""))\(anchor(operation.id))</h3>
            <p class="endpoint">\(badge(operation.method))<code>\(path)</code>\(access(operation))</p>

            """
        html += HTMLText.paragraphs(operation.node["description"]?.text ?? "")
        html += parameters(operation)
        html += requestBody(operation)
        html += "<h4>Try it</h4>\n<pre class=\"shell\">\(HTMLText.escape(command(operation)))</pre>\n"
        html += responses(operation)
        return html + "</article>\n"
    }

    private func access(_ operation: Operation) -> String {
        let isOpen = operation.node["security"].map { $0.items.isEmpty } ?? false
        return isOpen ? "<span class=\"open\">no token</span>" : ""
    }

    // MARK: What is asked

    private func parameters(_ operation: Operation) -> String {
        guard !operation.parameters.isEmpty else { return "" }
        var html = "<h4>Parameters</h4>\n<dl class=\"fields\">\n"
        for parameter in operation.parameters {
            let isRequired = parameter["required"]?.isTrue ?? false
            html += field(
                parameter["name"]?.text ?? "", note: "in \(parameter["in"]?.text ?? "")", isRequired: isRequired,
                type: parameter["schema"].map { type(of: $0) } ?? "", schema: parameter["schema"],
                description: parameter["description"]?.text, example: parameter["example"])
        }
        return html + "</dl>\n"
    }

    private func requestBody(_ operation: Operation) -> String {
        guard let body = operation.node["requestBody"]?.resolved else { return "" }
        var html = "<h4>Body</h4>\n\(HTMLText.paragraphs(body["description"]?.text ?? ""))"
        for (mediaType, media) in body["content"]?.members ?? [] { html += content(mediaType, media) }
        return html
    }

    /// What asks for it with curl.
    private func command(_ operation: Operation) -> String {
        var path = operation.path
        var query: [String] = []
        for parameter in operation.parameters {
            let name = parameter["name"]?.text ?? ""
            let example = parameter["example"] ?? parameter["schema"]?.resolved["examples"]?.items.first
            switch parameter["in"]?.text {
            case "path": path = path.replacing("{\(name)}", with: example?.text ?? name)
            case "query" where parameter["required"]?.isTrue ?? false: query.append("\(name)=\(example?.text ?? "")")
            default: break
            }
        }
        var command = "curl"
        if operation.method != "GET" { command += " -X \(operation.method)" }
        if access(operation).isEmpty { command += " -H \"Authorization: Bearer $SIGNALBOX_TOKEN\"" }
        if !query.isEmpty { command += " -G" + query.map { " \\\n  --data-urlencode '\($0)'" }.joined() }
        let media = operation.node["requestBody"]?.resolved["content"]?.members.first
        if let media, let example = Self.examples(of: media.value).first {
            command += " \\\n  -H 'Content-Type: \(media.key)' \\\n  -d '\(example.value.json())'"
        }
        return command + " \\\n  http://127.0.0.1:7000\(path)"
    }

    // MARK: What is answered

    private func responses(_ operation: Operation) -> String {
        var html = "<h4>Answers</h4>\n"
        for (status, node) in operation.node["responses"]?.members ?? [] {
            let response = node.resolved
            let kind = status == "default" ? "x" : String(status.prefix(1))
            let isMain = kind == "2"
            html += "<details class=\"answer s\(kind)\"\(isMain ? " open" : "")><summary><b>"
            html += "\(status == "default" ? "other" : status)</b> "
            html += "<span>\(HTMLText.inline(response["description"]?.text ?? ""))</span></summary>\n"
            let headers = response["headers"]?.members ?? []
            if !headers.isEmpty {
                html += "<dl class=\"fields\">\n"
                for (name, header) in headers {
                    let header = header.resolved
                    html += field(
                        name, note: "header", isRequired: false, type: header["schema"].map { type(of: $0) } ?? "",
                        schema: nil, description: header["description"]?.text, example: header["example"])
                }
                html += "</dl>\n"
            }
            for (mediaType, media) in response["content"]?.members ?? [] { html += content(mediaType, media) }
            html += "</details>\n"
        }
        return html
    }

    private func content(_ mediaType: String, _ media: ContractNode) -> String {
        var html = "<p class=\"media\"><code>\(HTMLText.escape(mediaType))</code>"
        if let schema = media["schema"] { html += " \(type(of: schema))" }
        html += "</p>\n"
        let isJSON = mediaType.hasSuffix("json") && !mediaType.hasSuffix("ndjson")
        for (summary, value) in Self.examples(of: media) {
            if let summary { html += "<p class=\"caption\">\(HTMLText.inline(summary))</p>\n" }
            let text = isJSON ? value.json() : value.text ?? value.json()
            html += "<pre>\(HTMLText.escape(text.trimmingSuffix("\n")))</pre>\n"
        }
        return html
    }

    static func examples(of media: ContractNode) -> [(summary: String?, value: ContractNode)] {
        if let example = media["example"] { return [(nil, example)] }
        return (media["examples"]?.members ?? []).compactMap { name, example in
            example["value"].map { (example["summary"]?.text ?? name, $0) }
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: Character) -> Substring {
        var text = self[...]
        while text.last == suffix { text.removeLast() }
        return text
    }
}
