import AdminClient
import ArgumentParser

/// What `drain` and `disable` share.
struct TakeOut: ParsableArguments {
    @OptionGroup var selection: PeerSelection

    @Option(name: .shortAndLong, help: "Why; whoever looks at the peer sees it.")
    var reason: String

    @Option(name: .customLong("for"), help: "For how long, e.g. 90m, 2h or 3d. (default: until `signalbox undrain`)")
    var span: String?

    @Flag(name: .shortAndLong, help: "Don't ask.")
    var yes = false

    @OptionGroup var options: WriteOptions
    @OptionGroup var client: ClientOptions

    func validate() throws {
        if let span, SpanText.duration(span) == nil {
            throw ValidationError("--for must be a duration as 90m, 2h or 3d, not '\(span)'.")
        }
    }

    func run(state: String, verb: String) async throws {
        try await client.run { session in
            let ids = try await selection.ids(session)
            if !selection.isByName {
                let peers = ids.count == 1 ? "1 peer" : "\(ids.count) peers"
                try session.console.confirm(
                    "Take out all \(peers) of \(selection.words)?", unless: yes || options.dryRun)
            }
            let edit = OverrideEdit(state: state, reason: reason, expiresIn: span.flatMap { SpanText.duration($0) })
            try await OverrideWriter(session: session, options: options, verb: verb).apply(edit, to: ids)
        }
    }
}
