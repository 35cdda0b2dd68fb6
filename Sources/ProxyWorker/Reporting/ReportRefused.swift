/// The control plane doesn't know what a worker told before: it wants a whole report.
package struct ReportRefused: Error, CustomStringConvertible {
    package init() {}

    package var description: String { "the control plane wants a whole report" }
}
