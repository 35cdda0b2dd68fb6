/// An index that is out of force, on its way to be freed where it doesn't hold up a loop.
package struct RetiredRoutes {
    private let hosts: HostIndex?

    init(hosts: HostIndex?) { self.hosts = hosts }
}

// The index is nobody else's any more.
extension RetiredRoutes: @unchecked Sendable {}
