/// A store's failure to write that says whether the same write may well succeed later.
package protocol WriteFailure: Error {
    /// True when it was about the disk or another process, false when it was about what was to be written.
    var mayPass: Bool { get }
}
