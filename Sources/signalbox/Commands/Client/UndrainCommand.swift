import AdminClient
import ArgumentParser
import RoutingModel

struct UndrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undrain", abstract: "Let peers back in that were drained or disabled.",
        discussion: "A weight that an operator gave a peer stays; `signalbox overrides delete` takes everything away.")

    @OptionGroup var selection: PeerSelection

    @Option(name: .shortAndLong, help: "Why; goes with the weight that stays, and into the ledger.")
    var reason: String?

    @OptionGroup var options: WriteOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            var ids = try await selection.ids(session)
            if !selection.isByName {
                let overridden = try await session.connection.list(RequestPath("v1", "overrides")).items
                    .filter { $0["state"]?.text != nil }.compactMap { $0["peer"]?.text }
                ids = ids.filter(Set(overridden).contains)
                if ids.isEmpty {
                    return try session.console.done("no peer of \(selection.words) is drained or disabled")
                }
            }
            var options = options
            options.message = options.message ?? reason
            let edit = OverrideEdit(state: nil, reason: reason)
            try await OverrideWriter(session: session, options: options, verb: "let back in").apply(edit, to: ids)
        }
    }
}
