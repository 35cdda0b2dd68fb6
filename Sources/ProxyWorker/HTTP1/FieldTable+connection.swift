internal import RoutingEngine

extension FieldTable {
    /// Reads the Connection fields, and marks the fields that they name: those aren't passed on. Fields that decide
    /// about framing, routing or who the client is can't be named away.
    /// - Returns: nil when they name too many.
    mutating func connectionOptions(_ bytes: UnsafePointer<UInt8>) -> ConnectionOptions? {
        var options = ConnectionOptions()
        guard has(.connection) else { return options }
        for place in 0..<count where self[place].tag == FieldTag.connection.rawValue {
            let field = self[place]
            options.add(bytes + Int(field.valueStart), Int(field.valueCount))
            if options.names > ConnectionOptions.mostNames { return nil }
        }
        if options.names > 0 { markNamed(bytes) }
        return options
    }

    private mutating func markNamed(_ bytes: UnsafePointer<UInt8>) {
        for place in 0..<count where self[place].tag == FieldTag.connection.rawValue {
            let field = self[place]
            ConnectionOptions.each(bytes + Int(field.valueStart), Int(field.valueCount)) { option, length in
                for other in 0..<count where self[other].tag == FieldTag.endToEnd.rawValue {
                    let candidate = self[other]
                    if Int(candidate.nameCount) == length,
                        ByteClass.isSameToken(option, bytes + Int(candidate.nameStart), length)
                    {
                        retag(other, .hopByHop)
                    }
                }
            }
        }
    }
}
