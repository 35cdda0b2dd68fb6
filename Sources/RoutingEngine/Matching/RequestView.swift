/// What the engine needs to know of a request, as bytes that lie elsewhere: valid only while those are.
///
/// Passed down a call, never kept.
package struct RequestView: BitwiseCopyable {
    /// As sent: case counts.
    package var method: UnsafeRawBufferPointer
    /// As `HostPattern.normalize` gives it: lower case, without port and final dot.
    package var host: UnsafeRawBufferPointer
    /// Without the query, dot segments removed.
    package var path: UnsafeRawBufferPointer
    /// As sent, without the question mark; empty when there is none.
    package var query: UnsafeRawBufferPointer
    /// The client's address in its canonical text.
    package var sourceIP: UnsafeRawBufferPointer
    /// What the fields' places refer to.
    package var head: UnsafeRawBufferPointer
    /// In the order in which they were sent.
    package var fields: UnsafeBufferPointer<HeadField>

    package init(
        method: UnsafeRawBufferPointer, host: UnsafeRawBufferPointer, path: UnsafeRawBufferPointer,
        query: UnsafeRawBufferPointer, sourceIP: UnsafeRawBufferPointer, head: UnsafeRawBufferPointer,
        fields: UnsafeBufferPointer<HeadField>
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.query = query
        self.sourceIP = sourceIP
        self.head = head
        self.fields = fields
    }
}
