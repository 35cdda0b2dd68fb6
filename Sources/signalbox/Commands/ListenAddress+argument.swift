import ArgumentParser
import ProxyWorker

/// `host:port` on the command line; an IPv6 address stands in brackets.
extension ListenAddress: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
