/// The value of Content-Length (RFC 9110 section 8.6).
enum ContentLength {
    /// Nil for anything but digits, and for more than fits: a list, a sign, a blank.
    @inline(__always) static func read(_ value: UnsafePointer<UInt8>, _ count: Int) -> Int? {
        guard count > 0 else { return nil }
        var number = 0
        for place in 0..<count {
            guard ByteClass.isDigit(value[place]) else { return nil }
            let (tens, isTooMuch) = number.multipliedReportingOverflow(by: 10)
            let (sum, isTooMuchNow) = tens.addingReportingOverflow(Int(value[place] &- ByteClass.zero))
            if isTooMuch || isTooMuchNow { return nil }
            number = sum
        }
        return number
    }
}
