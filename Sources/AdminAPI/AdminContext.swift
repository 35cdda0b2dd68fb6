internal import Hummingbird
internal import Logging
internal import NIOCore

/// What a request carries through the admin API.
struct AdminContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection, so that what it is being sent can be ended.
    let channel: any Channel
    /// Where the request comes from; nil for a connection without an IP address.
    let address: ClientAddress?
    /// Whose token it was; nil until it has been checked, and where none is asked for.
    var principal: Principal?
    /// Who asks, for the ledger: `token:NAME`. Empty until the token has been checked.
    var actor = ""
    /// Bodies larger than this are refused with 413; the endpoint says how large.
    var maxUploadSize = Endpoint.usualBodyLimit

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
        address = ClientAddress(source.channel.remoteAddress)
    }
}
