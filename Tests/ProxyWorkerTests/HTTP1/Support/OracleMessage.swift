/// One message as llhttp read it; strings as NIO makes them, so bytes that aren't UTF-8 are repaired.
struct OracleMessage: Equatable {
    enum End: Equatable {
        case complete
        /// There is more to come.
        case open
        /// llhttp refuses what follows.
        case refused(String)
    }

    /// Nil when llhttp refused it before its head was complete.
    var head: Head?
    var body: [UInt8] = []
    /// As `name: value`.
    var trailers: [String] = []
    var end = End.open

    struct Head: Equatable {
        var method = ""
        var target = ""
        var status = 0
        var minor = 1
        /// As `name: value`, without blanks around the value.
        var fields: [String] = []
        var isKeepAlive = true
    }
}
