import ArgumentParser

struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Give peers no new users; requests in flight finish.",
        discussion: """
              signalbox drain node-1~star-1 --reason "kernel update" --for 2h

            A weight that an operator gave the peer stays.
            """)

    @OptionGroup var takeOut: TakeOut

    func run() async throws { try await takeOut.run(state: "drain", verb: "drained") }
}
