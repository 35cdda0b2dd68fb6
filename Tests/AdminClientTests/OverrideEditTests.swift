import RoutingModel
import Testing

@testable import AdminClient

@Suite struct OverrideEditTests {
    private let existing: JSONValue = [
        "peer": "node-1~star-1", "weight": 3, "state": "drain", "reason": "old",
        "expires_at": "2026-02-01T00:00:00.000Z",
        "revision": 7,
    ]

    @Test("draining keeps a weight that is there, and says why and for how long itself")
    func drain() {
        let edit = OverrideEdit(state: "drain", reason: "kernel", expiresIn: "2h")
        #expect(edit.document(over: nil) == ["state": "drain", "reason": "kernel", "expires_in": "2h"])
        #expect(
            edit.document(over: existing) == ["state": "drain", "weight": 3, "reason": "kernel", "expires_in": "2h"])
        #expect(
            OverrideEdit(state: "disabled", reason: "disk").document(over: existing)
                == ["state": "disabled", "weight": 3, "reason": "disk"])
    }

    @Test("undraining leaves a weight with its reason and its end, and nothing when there is none")
    func undrain() {
        #expect(
            OverrideEdit(state: nil).document(over: existing)
                == ["weight": 3, "reason": "old", "expires_at": "2026-02-01T00:00:00.000Z"])
        #expect(OverrideEdit(state: nil).document(over: ["state": "drain", "reason": "old"]) == .none)
        #expect(OverrideEdit(state: nil).document(over: nil) == .none)
    }

    @Test("a whole override replaces what is there")
    func replace() {
        let edit = OverrideEdit(state: nil, weight: 0, reason: "new", replaces: true)
        #expect(edit.document(over: existing) == ["weight": 0, "reason": "new"])
        #expect(OverrideEdit(state: nil, replaces: true).document(over: existing) == .none)
    }
}
