import AdminClient
import ArgumentParser

struct ServicesGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show a service: its watch, its instances, what is held.")

    @Argument(help: "The service's name in Consul.", completion: Completions.names(of: "services"))
    var name: String

    @Option(help: "The datacenter, when it is watched in several.")
    var datacenter: String?

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.run { session in
            let path = RequestPath("v1", "services", name).with("datacenter", datacenter)
            let value = try await session.connection.get(path).json()
            try session.show(value) { $0.service(value) }
        }
    }
}
