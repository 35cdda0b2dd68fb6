import ArgumentParser
import Foundation
import RoutingModel
import Store

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in the place of the database of a Signalbox that isn't running.",
        discussion: """
            The backup is checked first; if it isn't right, nothing changes. What was there is kept beside it.

              signalbox restore signalbox.backup --data-dir signalbox-data
            """)

    @Argument(help: "The file that `signalbox backup` wrote.", completion: .file())
    var file: String

    @Option(help: "Where everything is kept. Made when it isn't there. (default: signalbox-data)")
    var dataDir: String?

    func run() throws {
        do {
            // Held as long as this runs: no server may have the directory.
            let directory = try DataDirectory(
                path: Environment().value(dataDir, "DATA_DIR", default: "signalbox-data"))
            let report = try SQLiteStore.restore(from: file, to: directory.database, now: .now())
            print(
                "Restored revision \(report.revision), as it was at \(report.newestChange), into \(directory.database)."
            )
            if let aside = report.movedAside { print("What was there is \(aside).") }
        } catch let error as any CustomStringConvertible & Error where !(error is ValidationError) {
            FileHandle.standardError.write(Data("signalbox: \(error.description)\n".utf8))
            throw ExitCode.failure
        }
    }
}
