internal import Foundation

/// Where a client command finds its token. What was said on the command line goes before the environment, a token
/// before a file, and the file of the data directory comes last.
package struct TokenSearch: Sendable {
    /// `--token`
    package var token: String?
    /// `--token-file`
    package var tokenFile: String?
    /// The value of `SIGNALBOX_<NAME>`, or nil.
    package var variables: [String: String]
    /// `--data-dir`, else the environment's, else the default.
    package var dataDirectory: String

    package init(token: String?, tokenFile: String?, variables: [String: String], dataDirectory: String) {
        self.token = token
        self.tokenFile = tokenFile
        self.variables = variables
        self.dataDirectory = dataDirectory
    }

    /// A token, and where it stood: for whoever has to find out why it isn't accepted.
    package struct Found: Hashable, Sendable {
        package let token: String
        package let place: String
    }

    /// The names of the variables that are looked at.
    package static let variableNames = ["TOKEN", "TOKEN_FILE", "ADMIN_TOKEN"]

    /// - Parameter read: gives a file's text, or throws what is wrong with it.
    /// - Throws: `ClientFailure` (`unauthorized`) when there is no token, saying where it was looked for.
    package func find(_ read: (String) throws -> String) throws(ClientFailure) -> Found {
        if let token = token?.trimmed { return try checked(token, "--token") }
        if let tokenFile { return try checked(try text(of: tokenFile, read), tokenFile) }
        if let token = variables["TOKEN"] { return try checked(token, "SIGNALBOX_TOKEN") }
        if let path = variables["TOKEN_FILE"] { return try checked(try text(of: path, read), path) }
        if let token = variables["ADMIN_TOKEN"] { return try checked(token, "SIGNALBOX_ADMIN_TOKEN") }
        let path = "\(dataDirectory)/admin.token"
        guard let token = try? read(path).trimmed, !token.isEmpty else {
            throw .unauthorized(
                "There is no token: give --token or --token-file, set SIGNALBOX_TOKEN, or name the server's data "
                    + "directory with --data-dir (\(path) can't be read).")
        }
        return try checked(token, path)
    }

    private func text(of path: String, _ read: (String) throws -> String) throws(ClientFailure) -> String {
        do { return try read(path).trimmed } catch {
            throw .unauthorized("The token file \(path) can't be read: \(error.localizedDescription)")
        }
    }

    /// A token with a line break or a blank in it would break the header that it is sent in.
    private func checked(_ token: String, _ place: String) throws(ClientFailure) -> Found {
        guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .unauthorized("What is in \(place) is no token.")
        }
        return Found(token: token, place: place)
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
