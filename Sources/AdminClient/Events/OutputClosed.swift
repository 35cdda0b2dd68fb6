/// Nobody reads what is written any more, as after `| head`. That is no failure.
package struct OutputClosed: Error {
    package init() {}
}
