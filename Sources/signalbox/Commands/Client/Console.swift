import AdminClient
import Foundation
import RoutingModel

#if canImport(Glibc)
import Glibc
#endif

/// The terminal, or whatever stands in for it: data go to standard output, words about them to standard error.
struct Console {
    private let palette: Palette
    private let errorPalette: Palette
    private let isQuiet: Bool
    /// Columns of the terminal that data go to; nil for a file or a pipe.
    private let width: Int?

    init(color: Palette.Choice, isQuiet: Bool) {
        // Writing to a pipe that nobody reads is to be an error, and not this process's end.
        signal(SIGPIPE, SIG_IGN)
        let variables = ProcessInfo.processInfo.environment
        palette = Palette(color, isTerminal: isatty(STDOUT_FILENO) == 1, variables: variables)
        errorPalette = Palette(color, isTerminal: isatty(STDERR_FILENO) == 1, variables: variables)
        self.isQuiet = isQuiet
        width = Self.width(variables)
    }

    /// An empty page in this console's width and colours.
    func page() -> Page { Page(palette: palette, width: width, now: .now()) }

    /// Data.
    /// - Throws: `OutputClosed` when nobody reads them any more; `ClientFailure` when they can't be written.
    func write(_ text: String) throws { try write(Array(text.utf8)[...]) }

    func write(_ bytes: ArraySlice<UInt8>) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EPIPE { throw OutputClosed() }
                throw ClientFailure.failed("The output can't be written: \(String(cString: strerror(errno))).")
            }
            rest = rest.dropFirst(count)
        }
    }

    /// What was done, for people; nothing with `--quiet`.
    func done(_ text: String) throws {
        if !isQuiet { try write(PlainText.line(text) + "\n") }
    }

    /// Something to know, beside the data; nothing with `--quiet`.
    func note(_ text: String) {
        if !isQuiet { complain(errorPalette.paint(PlainText.line(text), .faint)) }
    }

    func warn(_ text: String) {
        complain("\(errorPalette.paint("warning:", .warning)) \(PlainText.line(text))")
    }

    /// What went wrong: a sentence, then a line for each field.
    func fail(_ lines: [String]) {
        for (place, line) in lines.enumerated() {
            complain((place == 0 ? errorPalette.paint("error: ", .bad) : "") + PlainText.line(line))
        }
    }

    /// A page, on standard error.
    func preview(_ write: (inout Page) -> Void) {
        var page = Page(palette: errorPalette, width: width, now: .now())
        write(&page)
        tell(page.text)
    }

    /// Whether somebody can be asked.
    var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Asks on a terminal; without one the answer is yes: a script has been thought over.
    /// - Throws: `ClientFailure` when the answer isn't yes.
    func confirm(_ question: String, unless isAgreed: Bool) throws {
        guard !isAgreed, isInteractive else { return }
        tell("\(PlainText.line(question)) [y/N] ")
        let answer = readLine()?.trimmingCharacters(in: .whitespaces).lowercased()
        guard answer == "y" || answer == "yes" else { throw ClientFailure.failed("Nothing was changed.") }
    }

    private func complain(_ text: String) { tell(text + "\n") }

    /// Words on standard error; there is nobody to tell that they can't be written.
    private func tell(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

    private static func width(_ variables: [String: String]) -> Int? {
        if let columns = variables["COLUMNS"].flatMap({ Int($0) }), columns > 0 { return columns }
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
