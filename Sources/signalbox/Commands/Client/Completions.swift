import AdminClient
import ArgumentParser
import AsyncHTTPClient
import RoutingModel

/// Names for the shell to offer, asked of the server: quickly, or not at all.
enum Completions {
    /// Names of a list, as the words of an argument.
    /// - Parameters:
    ///   - list: below `/v1`.
    ///   - field: the member that has the name.
    static func names(of list: String, field: String = "name", suffix: String = "") -> CompletionKind {
        .custom { words, _, prefix in
            await names(list, field, words).filter { $0.hasPrefix(prefix) }.map { $0 + suffix }
        }
    }

    private static func names(_ list: String, _ field: String, _ words: [String]) async -> [String] {
        guard var options = try? ClientOptions.parse([]) else { return [] }
        options.server = value("--server", words)
        options.token = value("--token", words)
        options.tokenFile = value("--token-file", words)
        options.dataDir = value("--data-dir", words)
        options.caFile = value("--ca-file", words)
        let environment = Environment()
        guard
            let client = try? AdminConnection.client(
                caFile: (try? environment.value(options.caFile, "CA_FILE")) ?? nil)
        else { return [] }
        let connection = try? options.connection(client, environment, timeout: Seconds(.seconds(1)))
        let items = try? await connection?.list(RequestPath("v1", list)).items
        try? await client.shutdown()
        return (items ?? []).compactMap { $0[field]?.text }
    }

    /// The value of an option among the words of a command line.
    private static func value(_ option: String, _ words: [String]) -> String? {
        for (place, word) in words.enumerated() {
            if word == option, words.indices.contains(place + 1) { return words[place + 1] }
            if word.hasPrefix("\(option)=") { return String(word.dropFirst(option.count + 1)) }
        }
        return nil
    }
}
