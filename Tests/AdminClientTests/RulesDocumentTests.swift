import RoutingModel
import Testing

@testable import AdminClient

@Suite struct RulesDocumentTests {
    @Test("the rules of several files become one document, and the command's message goes first")
    func several() throws {
        var rules = RulesDocument()
        try rules.add(["groups": ["a": ["peers": []]], "message": "from the file"], from: "a.yaml")
        try rules.add(["groups": ["b": ["peers": []]], "routes": ["r": nil], "overrides": nil], from: "b.yaml")
        #expect(
            rules.document(message: "why") == [
                "groups": ["a": ["peers": []], "b": ["peers": []]], "routes": ["r": nil], "message": "why",
            ])
        #expect(rules.document()["message"] == "from the file")
    }

    @Test("a rule that is in two files is refused with both names")
    func twice() throws {
        var rules = RulesDocument()
        try rules.add(["groups": ["a": ["peers": []]]], from: "a.yaml")
        #expect(throws: ClientFailure.failed("'a' of groups is in a.yaml and in b.yaml.")) {
            try rules.add(["groups": ["a": ["peers": []]]], from: "b.yaml")
        }
    }

    @Test("what isn't known here goes to the server, which says what is wrong with it")
    func unknown() throws {
        var rules = RulesDocument()
        try rules.add(["group": ["a": 1], "routes": 5], from: "a.yaml")
        #expect(rules.document() == ["group": ["a": 1], "routes": 5])
        #expect(throws: ClientFailure.self) { try rules.add([1], from: "b.yaml") }
    }
}
