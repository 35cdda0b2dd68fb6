import Testing

@testable import ProxyWorker

@Suite struct ChunkedReaderTests {
    private func event(_ text: String, _ reader: inout ChunkedReader) -> (ChunkedReader.Event, Int) {
        var offset = 0
        let event = [UInt8](latin: text).withUnsafeBytes { reader.next($0, from: &offset) }
        return (event, offset)
    }

    @Test("Data is given out as it comes, without being held")
    func streams() {
        var reader = ChunkedReader()
        #expect(event("A;x=y\r\nhel", &reader) == (.data(7..<10), 10))
        #expect(reader.chunkRemaining == 7)
        #expect(event("lo", &reader) == (.data(0..<2), 2))
        #expect(event("world\r\n0\r\n\r\nGET", &reader) == (.data(0..<5), 5))
        #expect(event("\r\n0\r\n\r\nGET", &reader) == (.end(trailers: 5..<5), 7))
        #expect(reader.hasEnded)
        #expect(event("GET", &reader) == (.end(trailers: 0..<0), 0))
    }

    @Test("A trailer section is kept by the caller until it is there as a whole")
    func keepsTrailers() {
        var reader = ChunkedReader()
        #expect(event("0\r\nX: 1\r", &reader) == (.needMore, 3))
        #expect(event("X: 1\r\n", &reader) == (.needMore, 0))
        #expect(event("X: 1\r\n\r\n", &reader) == (.end(trailers: 0..<6), 8))
    }

    @Test(
        "Sizes up to 2^62",
        arguments: [
            ("1", 1), ("ff", 255), ("3fffffffffffffff", (1 << 62) - 1), ("7fffffffffffffff", 0),
            ("8000000000000000", 0), ("fffffffffffffff", (1 << 60) - 1),
        ]
    )
    func readsSizes(text: String, size: Int) {
        var reader = ChunkedReader()
        let (event, _) = event("\(text)\r\nx", &reader)
        if size == 0 {
            #expect(event == .refused(.chunkSize))
        } else {
            #expect(event == .data(text.utf8.count + 2..<text.utf8.count + 3))
            #expect(reader.chunkRemaining == size - 1)
        }
    }
}
