extension ContractPage {
    func text(of schema: ContractNode, named name: String) -> String {
        let id = "schema-\(name)"
        var html = "<article id=\"\(id)\" class=\"schema\">\n<h3>\(name)\(anchor(id))</h3>\n"
        let kind = type(of: schema)
        if !kind.isEmpty { html += "<p class=\"kind\">\(kind)</p>\n" }
        html += HTMLText.paragraphs(schema["description"]?.text ?? "")
        html += constraints(schema)
        html += properties(schema)
        for example in schema["examples"]?.items ?? [] {
            html += "<pre>\(HTMLText.escape(example.json()))</pre>\n"
        }
        return html + "</article>\n"
    }

    /// A parameter, a header or a member.
    func field(
        _ name: String, note: String, isRequired: Bool, type: String, schema: ContractNode?, description: String?,
        example: ContractNode? = nil
    ) -> String {
        var html = "<dt><code>\(HTMLText.escape(name))</code>"
        if !note.isEmpty { html += " <small>\(note)</small>" }
        if isRequired { html += " <em>required</em>" }
        html += "<span class=\"type\">\(type)</span></dt>\n<dd>"
        html += HTMLText.paragraphs(description ?? "")
        if let schema { html += constraints(schema) }
        // A value as it is sent, without the quotes of JSON.
        if let example {
            html += "<p class=\"hint\">e.g. <code>\(HTMLText.escape(example.text ?? example.json()))</code></p>"
        }
        return html + "</dd>\n"
    }

    private func properties(_ schema: ContractNode) -> String {
        let members = schema["properties"]?.members ?? []
        guard !members.isEmpty else { return "" }
        let required = Set((schema["required"]?.items ?? []).compactMap(\.text))
        var html = "<dl class=\"fields\">\n"
        for (name, member) in members {
            html += field(
                name, note: "", isRequired: required.contains(name), type: type(of: member), schema: member,
                description: member["description"]?.text)
            // What has no name of its own is shown in place.
            for inner in [member, member["items"], member["additionalProperties"]].compactMap({ $0 }) {
                let nested = properties(inner)
                if !nested.isEmpty { html += "<dd class=\"nested\">\(nested)</dd>\n" }
            }
        }
        return html + "</dl>\n"
    }

    /// What of a schema's restrictions is short.
    private func constraints(_ schema: ContractNode) -> String {
        var words: [String] = []
        func add(_ key: String, _ word: String) {
            guard let value = schema[key] else { return }
            words.append("\(word) <code>\(HTMLText.escape(value.text ?? value.json()))</code>")
        }
        add("default", "default")
        add("const", "always")
        add("minimum", "at least")
        add("maximum", "at most")
        add("minLength", "length at least")
        add("maxLength", "length at most")
        add("maxItems", "at most, items:")
        if let pattern = schema["pattern"]?.text { words.append("pattern <code>\(HTMLText.escape(pattern))</code>") }
        let values = (schema["enum"]?.items ?? []).map { "<code>\(HTMLText.escape($0.text ?? "null"))</code>" }
        if !values.isEmpty { words.append("one of \(values.joined(separator: " "))") }
        return words.isEmpty ? "" : "<p class=\"hint\">\(words.joined(separator: "; "))</p>"
    }

    /// A schema in a few words; what has a name is a link to it.
    func type(of schema: ContractNode) -> String {
        if let name = schema.referenceName { return "<a href=\"#schema-\(name)\">\(name)</a>" }
        for key in ["anyOf", "oneOf", "allOf"] {
            let alternatives = (schema[key]?.items ?? []).map { type(of: $0) }.filter { !$0.isEmpty }
            if !alternatives.isEmpty { return alternatives.joined(separator: key == "allOf" ? " and " : " or ") }
        }
        let types = schema["type"]?.text.map { [$0] } ?? (schema["type"]?.items ?? []).compactMap(\.text)
        return types.map { type in
            switch type {
            case "array": return "list\(schema["items"].map { " of \(self.type(of: $0))" } ?? "")"
            case "object":
                guard let values = schema["additionalProperties"], values.text == nil else { return "object" }
                return "object of \(self.type(of: values))"
            default: return schema["format"]?.text.map { "\(type) (\($0))" } ?? type
            }
        }.joined(separator: " or ")
    }
}
