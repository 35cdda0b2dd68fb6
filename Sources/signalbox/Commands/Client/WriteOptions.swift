import AdminClient
import ArgumentParser

/// What every write of rules takes.
struct WriteOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "Why; the ledger keeps it.")
    var message: String?

    @Flag(help: "Show what would change and change nothing; exits with 2 when something would.")
    var dryRun = false

    @Flag(help: "Wait until every live worker has applied it; exits with 1 when one has not.")
    var wait = false

    @Option(help: "How long to wait, at most 60s. (default: 5s)")
    var waitTimeout: Seconds?

    /// A request with these wishes in it.
    func request(_ method: String, _ path: RequestPath) -> AdminRequest {
        var path = path
        var patience = Duration.zero
        if dryRun {
            path.add("dry_run", "true")
        } else if wait {
            patience = waitTimeout?.duration ?? .seconds(5)
            let milliseconds =
                patience.components.seconds * 1_000
                + patience.components.attoseconds / 1_000_000_000_000_000
            path.add("wait", "applied")
            path.add("timeout", "\(milliseconds)ms")
        }
        var request = AdminRequest(method, path).withMessage(message)
        request.patience = patience
        return request
    }

    /// The same wishes, for the dry run that goes before a change.
    var asDryRun: WriteOptions {
        var copy = self
        copy.dryRun = true
        return copy
    }
}

extension AdminRequest {
    /// With why it is made; a header has one line.
    func withMessage(_ message: String?) -> AdminRequest {
        with(header: "X-Change-Message", message.map { PlainText.line($0) })
    }
}
