/// Which requests the admin API answers at all.
struct RequestPolicy: Sendable {
    var hosts = HostRule()
    var origins = CrossOrigin()
}
