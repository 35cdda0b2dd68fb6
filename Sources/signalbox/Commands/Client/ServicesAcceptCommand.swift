import AdminClient
import ArgumentParser
import RoutingModel

struct ServicesAcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Believe the answer of Consul that is held: it is true after all.")

    @Argument(help: "The service's name in Consul.", completion: Completions.names(of: "services"))
    var name: String

    @Option(help: "The datacenter, when it is watched in several.")
    var datacenter: String?

    @Option(name: .shortAndLong, help: "Why; the ledger keeps it.")
    var message: String?

    @Flag(name: .shortAndLong, help: "Don't ask.")
    var yes = false

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let path = RequestPath("v1", "services", name).with("datacenter", datacenter)
            if !yes, session.console.isInteractive {
                let held = try await session.connection.get(path).json()["watch"]?["held"]
                if let would = held?["would"]?.text {
                    try session.console.confirm("That would \(would). Believe it?", unless: false)
                }
            }
            let request = AdminRequest(
                "POST", RequestPath("v1", "services", name, "accept").with("datacenter", datacenter)
            )
            .withMessage(message)
            let value = try await session.connection.send(request).json()
            if session.format != .table { return try session.show(value) { $0.service(value) } }
            let count = value["instances"]?.items?.count ?? 0
            try session.console.done("service \(name): the answer is accepted, it has \(count) instances now")
        }
    }
}
