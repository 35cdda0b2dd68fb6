internal import AsyncHTTPClient
internal import NIOCore

extension AdminConnection {
    /// Hands on an answer of any length as it comes.
    /// - Throws: `ClientFailure`, also when the answer ends before its end; whatever `onBytes` throws.
    package func stream(
        _ path: RequestPath, accept: String, onBytes: (ArraySlice<UInt8>) throws -> Void
    ) async throws {
        let response = try await open(AdminRequest("GET", path).with(header: "Accept", accept))
        var chunks = response.body.makeAsyncIterator()
        while true {
            let chunk: ByteBuffer?
            do { chunk = try await chunks.next() } catch { throw failure(error, Self.longestSilence) }
            guard let chunk else { return }
            try onBytes(Array(chunk.readableBytesView)[...])
        }
    }
}
