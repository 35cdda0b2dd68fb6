/// The directory for the last snapshot can't be made or written.
package struct UnusableStateDirectory: Error, CustomStringConvertible {
    package let description: String
}
