import Foundation
import RoutingModel
import Testing

@testable import AdminClient

@Suite("The page of the rules")
struct DocumentedRulesTests {
    @Test("every document on it is one that Signalbox takes")
    func documents() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/rules.md").resolvingSymlinksInPath()
        let blocks = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```yaml\n").dropFirst()
            .map { $0.components(separatedBy: "```")[0] }
        #expect(blocks.count >= 5)
        for block in blocks {
            let documents = try DocumentReader.documents(block, source: "rules.md")
            let document = try #require(documents.first)
            let draft = try ConfigDraft(CanonicalJSON.data(document), mayDelete: false)
            let changes = try RuleSet().plan(.replaceConfig(draft), at: Timestamp(milliseconds: 0))
            #expect(changes.count >= 1)
        }
    }
}
