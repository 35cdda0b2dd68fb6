import ArgumentParser

struct DisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Give peers no requests at all.",
        discussion: """
              signalbox disable node-1~star-1 --reason "bad disk"

            A weight that an operator gave the peer stays.
            """)

    @OptionGroup var takeOut: TakeOut

    func run() async throws { try await takeOut.run(state: "disabled", verb: "disabled") }
}
