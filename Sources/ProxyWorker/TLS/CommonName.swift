/// The common name in a certificate's subject (RFC 5280 section 4.1.2.6), for certificates so old that they have no
/// other name.
enum CommonName {
    private static let sequence: UInt8 = 0x30
    private static let set: UInt8 = 0x31
    private static let explicitVersion: UInt8 = 0xA0
    /// 2.5.4.3 as an object identifier's content.
    private static let identifier: [UInt8] = [0x55, 0x04, 0x03]

    /// - Parameter der: a whole certificate.
    /// - Returns: the last one when there are several; nil without one.
    static func of(der: [UInt8]) -> String? {
        var outer = DERReader(der[...])
        guard let certificate = outer.next(tag: sequence) else { return nil }
        var parts = DERReader(certificate)
        guard let signed = parts.next(tag: sequence) else { return nil }
        var fields = DERReader(signed)
        // The version may be missing; serial number, algorithm, issuer, validity and subject follow.
        guard let first = fields.next() else { return nil }
        let before = first.tag == explicitVersion ? 4 : 3
        for _ in 0..<before where fields.next() == nil { return nil }
        return fields.next(tag: sequence).flatMap(name)
    }

    private static func name(of subject: ArraySlice<UInt8>) -> String? {
        var found: String?
        var sets = DERReader(subject)
        while let attributes = sets.next(tag: set) {
            var each = DERReader(attributes)
            while let attribute = each.next(tag: sequence) {
                var pair = DERReader(attribute)
                guard let type = pair.next(), type.content.elementsEqual(identifier), let value = pair.next() else {
                    continue
                }
                found = String(decoding: value.content, as: UTF8.self)
            }
        }
        return found
    }
}
