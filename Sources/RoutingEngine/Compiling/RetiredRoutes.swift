/// An index that is out of force, on its way to be freed where it doesn't hold up a loop.
package struct RetiredRoutes: Sendable {
    private let hosts: HostIndex?

    init(hosts: HostIndex?) { self.hosts = hosts }
}
