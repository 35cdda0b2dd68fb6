import AdminClient
import ArgumentParser
import RoutingModel

struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Make the rules what files say, all at once.",
        discussion: """
              signalbox apply -f rules/ --dry-run
              signalbox apply -f rules/ -m "new parser to 20 %"

            Shows what changes and what that does, and applies exactly that: when somebody else changes the rules in \
            between, nothing is changed. Rules that the files don't name are deleted, unless --merge is given.
            """)

    @OptionGroup var files: RulesFiles

    @Option(help: "Only when this is the revision of the rules.")
    var ifRevision: Int?

    @Flag(name: .shortAndLong, help: "Don't ask, even if rules are deleted or groups emptied.")
    var yes = false

    @OptionGroup var options: WriteOptions
    @OptionGroup var client: ClientOptions

    func validate() throws {
        if files.file.isEmpty { throw ValidationError("Give the files with -f.") }
    }

    func run() async throws {
        try await client.run { session in
            let document = try InputFiles.rules(files.file).document(message: options.message)
            let change = ConfigChange(session: session, options: options, isAgreed: yes)
            try await change.run(ifRevision: ifRevision, "applied") { options in
                try options.request(files.merge ? "PATCH" : "PUT", RequestPath("v1", "config"))
                    .with(document, as: files.merge ? "application/merge-patch+json" : "application/json")
            }
        }
    }
}
