import AdminClient
import ArgumentParser
import AsyncHTTPClient
import Foundation

/// How a client command reaches the admin API, and how it prints.
struct ClientOptions: ParsableArguments {
    @Option(help: "The admin API's address; SIGNALBOX_SERVER. (default: http://127.0.0.1:7000)")
    var server: String?

    @Option(help: "The access token; better SIGNALBOX_TOKEN, which other users of the machine can't see.")
    var token: String?

    @Option(help: "A file that holds the token.", completion: .file())
    var tokenFile: String?

    @Option(
        help: "The server's data directory: its admin.token is used when no token is given. (default: signalbox-data)",
        completion: .directory)
    var dataDir: String?

    @Option(help: "Certificates (PEM) to trust for https://. (default: those of the system)", completion: .file())
    var caFile: String?

    @Option(name: .shortAndLong, help: "How data are printed: table, json or yaml. (default: table)")
    var output: OutputFormat?

    @Option(help: "Colours: auto, always or never. (default: auto)")
    var color: Palette.Choice?

    @Flag(name: .shortAndLong, help: "Say nothing of what was done; data and errors are printed all the same.")
    var quiet = false

    @Option(help: "How long an answer may take. (default: 30s)")
    var timeout: Seconds?

    /// Runs `body` with a connection, and turns what goes wrong into a few words and the exit code.
    /// - Parameter silence: after how long without a byte a connection counts as dead; for questions that the server
    ///   has to think about.
    func run(
        silence: Duration = AdminConnection.longestSilence, _ body: (ClientSession) async throws -> Void
    ) async throws {
        let environment = Environment()
        let console = Console(
            color: try environment.value(color, "COLOR", default: .auto), isQuiet: quiet)
        let format = try environment.value(output, "OUTPUT", default: .table)
        do {
            let client = try AdminConnection.client(caFile: try environment.value(caFile, "CA_FILE"), silence: silence)
            let result: Result<Void, any Error>
            do {
                let connection = try connection(client, environment, timeout: timeout)
                result = .success(
                    try await body(ClientSession(connection: connection, console: console, format: format)))
            } catch {
                result = .failure(error)
            }
            try? await client.shutdown()
            try result.get()
        } catch let failure as ClientFailure {
            console.fail(failure.lines)
            throw ExitCode(failure.exitCode)
        } catch is OutputClosed {
            // As after `| head`: whoever read has had enough.
        }
    }

    func connection(
        _ client: HTTPClient, _ environment: Environment, timeout: Seconds?
    ) throws -> AdminConnection {
        let address = try environment.value(server, "SERVER", default: "http://127.0.0.1:7000")
        guard let server = ServerAddress(address) else {
            throw ValidationError("The server's address '\(address)' must look like http://127.0.0.1:7000.")
        }
        let variables = TokenSearch.variableNames.reduce(into: [:]) { $0[$1] = environment.text($1) }
        let search = TokenSearch(
            token: token, tokenFile: tokenFile, variables: variables,
            dataDirectory: try environment.value(dataDir, "DATA_DIR", default: "signalbox-data"))
        let found = try search.find { try String(contentsOfFile: $0, encoding: .utf8) }
        let limit = try environment.value(timeout, "TIMEOUT")?.duration ?? .seconds(30)
        return AdminConnection(server: server, token: found, timeout: limit, client: client)
    }
}

extension OutputFormat: ExpressibleByArgument {}

extension Palette.Choice: ExpressibleByArgument {}
