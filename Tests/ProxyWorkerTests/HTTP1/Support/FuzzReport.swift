@testable import ProxyWorker

/// What a fuzz run saw.
struct FuzzReport {
    var inputs = 0
    var agreed = 0
    var bothRefuse = 0
    /// Refused here, not by llhttp, by reason.
    var stricter: [HeadFault: Int] = [:]
    /// Methods that llhttp doesn't know.
    var otherMethods = 0
    /// The first few, with their inputs.
    private(set) var differences: [String] = []

    mutating func add(_ difference: String, _ bytes: [UInt8]) {
        if differences.count < 20 { differences.append("\(bytes.latin.debugDescription)\n\(difference)") }
    }

    func print(_ what: String) {
        let reasons = stricter.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        Swift.print(
            "fuzz: \(what): \(inputs) inputs, \(agreed) messages read alike, \(bothRefuse) refused by both, "
                + "\(otherMethods) with methods that llhttp doesn't know, \(differences.count) differences; "
                + "refused here only: \(reasons)")
    }
}
