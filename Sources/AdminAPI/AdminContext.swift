internal import Hummingbird
internal import Logging
internal import NIOCore

/// What a request carries through the admin API.
struct AdminContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who asks, for the ledger: `token:NAME`. Empty until the token has been checked.
    var actor = ""

    init(source: Source) {
        coreContext = .init(source: source)
    }

    /// Bodies larger than this are refused with 413.
    var maxUploadSize: Int { 1 << 20 }
}
