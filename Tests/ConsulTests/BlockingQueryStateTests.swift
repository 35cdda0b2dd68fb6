import Testing

@testable import Consul

@Suite struct BlockingQueryStateTests {
    @Test("The first question goes without an index, the next from the answer's")
    func followsTheIndex() {
        var query = BlockingQueryState()
        #expect(query.index == nil)
        #expect(query.answered(header: 17) == 17)
        #expect(query.index == 17)
        #expect(query.answered(header: 17) == 17)
        #expect(query.index == 17)
        #expect(query.answered(header: 18) == 18)
        #expect(query.index == 18)
    }

    @Test("An index that went backwards is forgotten, and the one after it counts again")
    func backwards() {
        var query = BlockingQueryState()
        query.answered(header: 100)
        #expect(query.answered(header: 99) == 99)
        #expect(query.index == nil)
        query.answered(header: 99)
        #expect(query.index == 99)
    }

    @Test("A missing index and 0 count as 1, since index=0 doesn't block", arguments: [nil, 0, 1] as [UInt64?])
    func neverZero(header: UInt64?) {
        var query = BlockingQueryState()
        #expect(query.answered(header: header) == 1)
        #expect(query.index == 1)
    }

    @Test("A missing index after a higher one is a step backwards")
    func missingAfterHigher() {
        var query = BlockingQueryState()
        query.answered(header: 5)
        query.answered(header: nil)
        #expect(query.index == nil)
    }

    @Test("A refusal keeps the index; any other failure forgets it")
    func failures() {
        var query = BlockingQueryState()
        query.answered(header: 5)
        query.failed(.refused(status: 500))
        #expect(query.index == 5)
        query.failed(.unreachable)
        #expect(query.index == nil)
        query.failed(.refused(status: 500))
        #expect(query.index == nil)
        query.answered(header: 3)
        #expect(query.index == 3)
        query.failed(.unbelievable)
        #expect(query.index == nil)
    }
}
