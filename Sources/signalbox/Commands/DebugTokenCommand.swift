import ArgumentParser
import Foundation
import ProxyWorker

struct DebugTokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "debug-token",
        abstract: "Make a token with which a request gets to see how it was routed.",
        discussion: """
            Proxies that have the same key answer a request that carries the token with X-Signalbox-Route, -Group, -Peer,
            -Bucket, -Attempts and -Index. The token isn't passed on to peers.

              curl -i -H "X-Signalbox-Debug: $(signalbox debug-token --debug-key-file debug.key)" http://127.0.0.1:8080/
            """)

    @Option(help: "How long it is good for.")
    var expiresIn = Seconds(.seconds(3_600))

    @OptionGroup var debugKey: DebugKeyOptions

    func run() throws {
        guard let key = try debugKey.key(Environment()) else {
            throw ValidationError("A key is needed: give --debug-key-file or set SIGNALBOX_DEBUG_KEY.")
        }
        let seconds = max(expiresIn.duration.components.seconds, 1)
        print(DebugToken.make(key, expiry: Int(Date().timeIntervalSince1970) + Int(seconds)))
    }
}
