/// What this binary is.
enum Version {
    static let text = "signalbox 0.1.0"
}
