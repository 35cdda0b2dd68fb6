import Foundation
import RoutingModel
import Testing

@Suite struct PercentTests {
    @Test("every hundredth from 0 to 100 is read and printed exactly")
    func allHundredths() throws {
        for basisPoints in 0...10_000 {
            let text = Percent(clamping: basisPoints).description
            let value = try JSONDecoder().decode(Percent.self, from: Data(text.utf8))
            #expect(value.basisPoints == basisPoints)
            let again = try CanonicalJSON.text(value)
            #expect(Double(again) == Double(text))
        }
    }

    @Test(
        "more than two decimals, and what is outside 0 to 100, is refused",
        arguments: [0.001, 33.333, -0.01, 100.01, 1e300])
    func refused(value: Double) {
        #expect(Percent(value) == nil)
    }
}
