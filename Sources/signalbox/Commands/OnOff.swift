import ArgumentParser

/// `on` or `off` on the command line.
enum OnOff: String, ExpressibleByArgument {
    case on, off
}
