/// A certificate, a key or an authority that can't be used; says which file, and why.
package struct UnusableCertificate: Error, Hashable, CustomStringConvertible {
    package let description: String
}
