import ArgumentParser
import Foundation
import ProxyWorker

/// The secret that debug tokens are signed with.
struct DebugKeyOptions: ParsableArguments {
    @Option(
        help: """
            A file with the key of debug tokens, which let a request see how it was routed; or the key itself in \
            SIGNALBOX_DEBUG_KEY.
            """)
    var debugKeyFile: String?

    /// Nil when there is none.
    /// - Throws: `ValidationError`.
    func key(_ environment: Environment) throws -> DebugKey? {
        let (text, place): (String, String)
        if let path = try environment.value(debugKeyFile, "DEBUG_KEY_FILE") {
            guard let read = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw ValidationError("The key file \(path) can't be read.")
            }
            (text, place) = (read, "The key in \(path)")
        } else if let key = environment.text("DEBUG_KEY") {
            (text, place) = (key, "SIGNALBOX_DEBUG_KEY")
        } else {
            return nil
        }
        guard let key = DebugKey(text) else {
            throw ValidationError("\(place) must have at least \(DebugKey.minimumLength) characters.")
        }
        return key
    }
}
