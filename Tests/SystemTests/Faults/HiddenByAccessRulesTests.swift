import Foundation
import RoutingModel
import TestKit
import Testing

@Suite("A mistake in Consul's access rules hides everything") struct HiddenByAccessRulesTests {
    private static let master = "5a1d7f3e-0c52-4d0b-9a7c-6f0e1b2c3d4e"
    private static let setup = ConsulSetup(
        settings: """
            acl { enabled = true default_policy = "deny" tokens { master = "\(master)" agent = "\(master)" } }
            """,
        token: master)
    private static let rules = #"service_prefix \"\" { policy = \"read\" } node_prefix \"\" { policy = \"read\" }"#

    /// Consul doesn't refuse: it answers 200 and leaves out what the token may not see.
    @Test("the token's policy is emptied: what Consul hides is held, requests go on, and the policy's return is followed")
    func emptied() async throws {
        try await withConsulAgent(Self.setup) { consul in
            let policy = try await consul.put(
                "/v1/acl/policy", json: #"{"Name":"signalbox","Rules":"\#(Self.rules)"}"#)
            let id = try Self.member("ID", of: policy)
            let token = try Self.member(
                "SecretID", of: await consul.put("/v1/acl/token", json: #"{"Policies":[{"Name":"signalbox"}]}"#))
            try await FaultScenario.with(consul, wait: "1s", token: token) { story in
                try await consul.put("/v1/acl/policy/\(id)", json: #"{"ID":"\#(id)","Name":"signalbox","Rules":""}"#)
                try await story.isHeld()
                try await story.serves(["star-1", "star-2"])
                try await story.knows(["star-1", "star-2"])
                try await story.register("star-3")
                try await story.serves(["star-1", "star-2"])

                try await consul.put(
                    "/v1/acl/policy/\(id)", json: #"{"ID":"\#(id)","Name":"signalbox","Rules":"\#(Self.rules)"}"#)
                try await story.recovers()
                try await story.serves(["star-1", "star-2", "star-3"])
                try await story.follows(from: ["star-1", "star-2", "star-3"], joining: "star-4", leaving: "star-1")
                try await story.ledgerTells(.held)
            }
        }
    }

    private static func member(_ name: String, of text: String) throws -> String {
        guard case .string(let value)? = try CanonicalJSON.decode(JSONValue.self, from: text)[name] else {
            throw TestFailure("Consul's answer has no \(name): \(text)")
        }
        return value
    }
}
