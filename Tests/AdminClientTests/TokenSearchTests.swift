import Testing

@testable import AdminClient

@Suite struct TokenSearchTests {
    private struct Missing: Error {}

    private func find(
        token: String? = nil, tokenFile: String? = nil, _ variables: [String: String] = [:],
        files: [String: String] = [:]
    ) throws -> String {
        try TokenSearch(token: token, tokenFile: tokenFile, variables: variables, dataDirectory: "data").find { path in
            guard let text = files[path] else { throw Missing() }
            return text
        }.token
    }

    @Test("the command line goes before the environment, a token before a file, the data directory comes last")
    func precedence() throws {
        let files = ["f": "file\n", "e": "variables-file", "data/admin.token": " made \n"]
        var variables = ["TOKEN": "variable", "TOKEN_FILE": "e", "ADMIN_TOKEN": "admin"]
        #expect(try find(token: "flag", tokenFile: "f", variables, files: files) == "flag")
        #expect(try find(tokenFile: "f", variables, files: files) == "file")
        #expect(try find(variables, files: files) == "variable")
        variables["TOKEN"] = nil
        #expect(try find(variables, files: files) == "variables-file")
        variables["TOKEN_FILE"] = nil
        #expect(try find(variables, files: files) == "admin")
        #expect(try find(files: files) == "made")
    }

    @Test("a file that was named and can't be read is no reason to look elsewhere")
    func unreadable() {
        let failure = #expect(throws: ClientFailure.self) {
            try find(tokenFile: "f", ["TOKEN": "variable"], files: ["data/admin.token": "made"])
        }
        #expect(failure?.exitCode == 4)
        #expect(failure?.description.contains("f can't be read") == true)
    }

    @Test("no token at all, and one that would break a header, are refused")
    func none() {
        let failure = #expect(throws: ClientFailure.self) { try find() }
        #expect(failure?.description.contains("data/admin.token") == true)
        #expect(throws: ClientFailure.self) { try find(token: "a\r\nX: b") }
        #expect(throws: ClientFailure.self) { try find(tokenFile: "f", files: ["f": "\n"]) }
    }
}
