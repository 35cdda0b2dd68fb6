#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A proxy and its watchers need many descriptors: takes as many as the system lets the process have.
enum FileLimit {
    static func raise() {
        guard var limit = current(), limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }

    /// How many clients a proxy can have with the descriptors that there are: three quarters of them, so that enough is
    /// left for peers, files and the control plane; nil without a limit.
    static var clients: Int? {
        guard let limit = current(), limit.rlim_cur != rlim_t.max else { return nil }
        return max(1, Int(clamping: limit.rlim_cur) / 4 * 3)
    }

    private static func current() -> rlimit? {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? limit : nil
    }

    #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let resource = RLIMIT_NOFILE
    #endif
}
