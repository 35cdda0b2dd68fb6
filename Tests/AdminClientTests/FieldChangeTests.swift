import RoutingModel
import Testing

@testable import AdminClient

@Suite struct FieldChangeTests {
    @Test("fields that differ are named from the outside in, elements of a split by their group")
    func fields() {
        let before: JSONValue = [
            "split": [["group": "canary", "weight": 5], ["group": "stable", "weight": 95]],
            "sticky": ["header": "x-user"],
            "match": ["hosts": ["a"]], "revision": 1, "updated_at": "x",
        ]
        let after: JSONValue = [
            "split": [["group": "canary", "weight": 20], ["group": "stable", "weight": 80]],
            "match": ["hosts": ["a", "b"]], "priority": 5, "revision": 2, "updated_at": "y",
        ]
        #expect(
            FieldChange.between(before, after) == [
                FieldChange(path: "match.hosts", before: ["a"], after: ["a", "b"]),
                FieldChange(path: "priority", before: nil, after: 5),
                FieldChange(path: "split.canary.weight", before: 5, after: 20),
                FieldChange(path: "split.stable.weight", before: 95, after: 80),
                FieldChange(path: "sticky", before: ["header": "x-user"], after: nil),
            ])
    }

    @Test("another order of a split is a difference, since it decides who moves")
    func order() {
        let before: JSONValue = ["split": [["group": "a", "weight": 50], ["group": "b", "weight": 50]]]
        let after: JSONValue = ["split": [["group": "b", "weight": 50], ["group": "a", "weight": 50]]]
        #expect(
            FieldChange.between(before, after) == [FieldChange(path: "split", before: ["a", "b"], after: ["b", "a"])])
        #expect(FieldChange.between(before, before).isEmpty)
    }
}
