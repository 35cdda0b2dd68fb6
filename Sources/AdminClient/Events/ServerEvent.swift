/// One event of an event stream (WHATWG HTML section 9.2).
package struct ServerEvent: Hashable, Sendable {
    /// `message` when the stream names none.
    package let name: String
    /// The stream's last event id, this event's or an earlier one's; empty before the first.
    package let id: String
    package let data: String

    package init(name: String, id: String, data: String) {
        self.name = name
        self.id = id
        self.data = data
    }
}
