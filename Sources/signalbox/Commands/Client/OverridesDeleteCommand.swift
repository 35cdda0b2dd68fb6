import AdminClient
import ArgumentParser

struct OverridesDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Take back everything that operators said about peers.")

    @OptionGroup var selection: PeerSelection
    @OptionGroup var options: WriteOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let edit = OverrideEdit(state: nil, replaces: true)
            try await OverrideWriter(session: session, options: options, verb: "as Consul says again")
                .apply(edit, to: try await selection.ids(session))
        }
    }
}
