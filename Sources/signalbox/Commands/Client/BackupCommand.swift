import AdminClient
import ArgumentParser

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Save the server's whole database, while it runs.",
        discussion: """
            The file has everything: rules, their history, the ledger, tokens' hashes. Only its owner can read it. It \
            appears when it is whole.

              signalbox backup signalbox.backup
            """)

    @Argument(help: "The file to write; one that is there is replaced.", completion: .file())
    var file: String

    @OptionGroup var client: ClientOptions

    func run() async throws {
        // The server copies the whole before it sends the first byte.
        try await client.run(silence: .seconds(3_600)) { session in
            // https://www.sqlite.org/fileformat.html section 1.3
            let magic = Array("SQLite format 3\0".utf8)
            let length = try await session.connection.download(
                RequestPath("v1", "backup"), accept: "application/vnd.sqlite3", to: file, magic: magic)
            try session.console.done("\(file): \(length) bytes")
        }
    }
}
