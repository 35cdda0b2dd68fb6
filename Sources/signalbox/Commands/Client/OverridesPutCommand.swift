import AdminClient
import ArgumentParser

struct OverridesPutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Give peers another weight, or another state.",
        discussion: "  signalbox overrides put node-1~star-1 --weight 1 --reason \"half the memory\"")

    @OptionGroup var selection: PeerSelection

    @Option(help: "The weight instead of Consul's, 0 to 65535.")
    var weight: Int?

    @Option(help: "drain or disabled.", completion: .list(["drain", "disabled"]))
    var state: String?

    @Option(name: .shortAndLong, help: "Why; whoever looks at the peer sees it.")
    var reason: String

    @Option(name: .customLong("for"), help: "For how long, e.g. 90m, 2h or 3d. (default: until it is deleted)")
    var span: String?

    @OptionGroup var options: WriteOptions
    @OptionGroup var client: ClientOptions

    func validate() throws {
        if weight == nil, state == nil { throw ValidationError("Give --weight, --state or both.") }
        if let span, SpanText.duration(span) == nil {
            throw ValidationError("--for must be a duration as 90m, 2h or 3d, not '\(span)'.")
        }
    }

    func run() async throws {
        try await client.run { session in
            let edit = OverrideEdit(
                state: state, weight: weight, reason: reason, expiresIn: span.flatMap { SpanText.duration($0) },
                replaces: true)
            try await OverrideWriter(session: session, options: options, verb: "overridden")
                .apply(edit, to: try await selection.ids(session))
        }
    }
}
