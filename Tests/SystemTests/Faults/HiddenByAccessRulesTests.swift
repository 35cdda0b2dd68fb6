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
    private static let services = #"service_prefix \"\" { policy = \"read\" }"#
    private static let nodes = #"node_prefix \"\" { policy = \"read\" }"#

    /// Consul doesn't refuse: it answers 200 and leaves out what the token may not see. Without any rights the catalogue
    /// is empty as well; without those for nodes it still lists the services that have no instance; with those for one
    /// service only it lists that one.
    @Test(
        "rights are lost: what Consul hides is held, requests go on, and the rights' return is followed",
        arguments: [
            ("all", ""), ("for nodes", services),
            ("for the service", #"service \"moon\" { policy = \"read\" } "# + nodes),
        ])
    func lost(rights: String, left: String) async throws {
        try await withConsulAgent(Self.setup) { consul in
            let policy = try await consul.put(
                "/v1/acl/policy", json: #"{"Name":"signalbox","Rules":"\#(Self.services) \#(Self.nodes)"}"#)
            let id = try Self.member("ID", of: policy)
            let token = try Self.member(
                "SecretID", of: await consul.put("/v1/acl/token", json: #"{"Policies":[{"Name":"signalbox"}]}"#))
            try await FaultScenario.with(consul, others: ["moon"], wait: "1s", token: token) { story in
                try await consul.put(
                    "/v1/acl/policy/\(id)", json: #"{"ID":"\#(id)","Name":"signalbox","Rules":"\#(left)"}"#)
                try await story.isHeld()
                try await story.serves(["star-1", "star-2"])
                try await story.knows(["star-1", "star-2"])
                try await story.register("star-3")
                try await story.serves(["star-1", "star-2"])

                try await consul.put(
                    "/v1/acl/policy/\(id)",
                    json: #"{"ID":"\#(id)","Name":"signalbox","Rules":"\#(Self.services) \#(Self.nodes)"}"#)
                try await story.recovers()
                try await story.serves(["star-1", "star-2", "star-3"])
                try await story.follows(from: ["star-1", "star-2", "star-3"], joining: "star-4", leaving: "star-1")
                try await story.ledgerTells(.held, .recovered)
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
