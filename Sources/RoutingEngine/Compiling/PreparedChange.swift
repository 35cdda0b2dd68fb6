/// A change with all that can be done for one table before its event loop has to stop for it.
package struct PreparedChange {
    private let change: TableChange
    /// What the table's index is replaced by; nil when the routes are changed one by one.
    let hosts: HostIndex?

    init(change: TableChange, hosts: HostIndex?) {
        self.change = change
        self.hosts = hosts
    }

    var index: Int { change.index }
    var revision: Int { change.revision }
    var groups: [TableChange.Group] { change.groups }
    var routes: [TableChange.Route] { change.routes }

    /// Where no group has a peer any more.
    package var goneAddresses: [PeerAddress] { change.goneAddresses }
}

// The index is this change's alone until it is its table's alone.
extension PreparedChange: @unchecked Sendable {}
