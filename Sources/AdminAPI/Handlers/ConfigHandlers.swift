internal import ControlPlane
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RoutingModel

/// All rules as one document: export, plan, apply.
struct ConfigHandlers {
    let controlPlane: ControlPlane

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.get("config") { request, _ in try await export(request) }
        v1.put("config") { try await apply($0, $1, isWhole: true) }
        v1.patch("config") { try await apply($0, $1, isWhole: false) }
    }

    // MARK: Export

    private func export(_ request: Request) async throws -> Response {
        let query = QueryParameters(request, known: ["format", "at"])
        let moment = query.moment("at")
        let format = query.text("format")
        if let format, format != "json", format != "yaml", !format.isEmpty {
            query.say("format", "invalid_value", "must be 'json' or 'yaml'")
        }
        try query.check()
        let isYAML = format.map { $0 == "yaml" } ?? Self.prefersYAML(request.headers[.accept])
        let rules: RuleSet
        if let moment {
            rules = try await controlPlane.rules(at: moment)
        } else {
            rules = controlPlane.rulesInForce
        }
        let etag = "\"\(rules.revision)\(isYAML ? "-yaml" : "")\""
        var headers: HTTPFields = [
            .eTag: etag, .signalboxRevision: "\(rules.revision)", .vary: "Accept", .cacheControl: "no-cache",
        ]
        guard try !EntityTags.isCurrent(request, etag) else { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = isYAML ? "application/yaml" : "application/json"
        let text = isYAML ? try YAMLText.text(rules.configuration) : rules.configurationText + "\n"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private static func prefersYAML(_ accept: String?) -> Bool {
        guard let accept = accept?.lowercased() else { return false }
        // Whoever names YAML at all wants it: no client does by default.
        return accept.split(separator: ",").contains { range in
            let type = range.split(separator: ";").first.map { $0.trimmingCharacters(in: .whitespaces) }
            return type.map(YAMLText.mediaTypes.contains) ?? false
        }
    }

    // MARK: Apply

    private func apply(_ request: Request, _ context: AdminContext, isWhole: Bool) async throws -> Response {
        var options = try WriteOptions(request)
        let (data, isYAML) = try await RequestBodyReader.document(
            request, context, mayMerge: !isWhole)
        let draft: ConfigDraft
        if isYAML {
            let problems = ProblemList()
            let tree = try YAMLText.read(data, problems: problems)
            draft = try ConfigDraft(problems.isEmpty ? tree : nil, problems: problems.problems, mayDelete: !isWhole)
        } else {
            draft = try ConfigDraft(data, mayDelete: !isWhole)
        }
        options.reason = options.reason ?? draft.message
        return try await carryOut(isWhole ? .replaceConfig(draft) : .mergeConfig(draft), options, context)
    }

    private struct Applied: Encodable {
        let revision: Int
        let changes: [RevisionChange]
    }

    /// For what may change many rules: the answer lists them.
    func carryOut(_ command: RuleCommand, _ options: WriteOptions, _ context: AdminContext) async throws -> Response {
        var options = options
        options.precondition = options.precondition.ofConfiguration
        switch try await RuleWriter(controlPlane: controlPlane).write(command, options, context) {
        case .planned(let response): return response
        case .done(let result, let report):
            let headers = RuleWriter.headers(result, etag: "\"\(result.revision)\"")
            if let report { return try .json(report, headers: headers) }
            return try .json(
                Applied(
                    revision: result.revision,
                    changes: try result.changes.map { try RevisionChange($0, isWhole: false) }),
                headers: headers)
        }
    }
}

extension Precondition {
    /// The same with the tags of the YAML form as those of the revision that they stand for.
    fileprivate var ofConfiguration: Precondition {
        func plain(_ match: Match?) -> Match? {
            guard case .tags(let tags)? = match else { return match }
            return .tags(Set(tags.map { $0.hasSuffix("-yaml") ? String($0.dropLast(5)) : $0 }))
        }
        return Precondition(ifMatch: plain(ifMatch), ifNoneMatch: plain(ifNoneMatch))
    }
}
