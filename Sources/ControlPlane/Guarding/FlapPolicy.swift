/// When a peer comes and goes too often.
package struct FlapPolicy: Hashable, Sendable {
    /// Changes of a peer's usability within the window that are still taken as they come; 0: any number.
    package var changes: Int
    package var window: Duration

    package init(changes: Int = 6, window: Duration = .seconds(60)) {
        self.changes = changes
        self.window = window
    }
}
