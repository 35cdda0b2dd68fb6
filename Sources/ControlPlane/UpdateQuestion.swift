/// A question for the newest snapshot, from one who wants to be called back.
package struct UpdateQuestion: Sendable {
    /// Gets the answer, nil when the wait was over before there was one; called once, in the control plane, so it must
    /// hand on and return at once. Who has written the answer calls `ControlPlane.delivered`.
    package typealias Reply = @Sendable (PublishedUpdate?) -> Void

    /// Tells it from all others; `ControlPlane.newQuestionID` gives one.
    package let id: Int
    /// What the asker has; nil for whatever is newest.
    package let index: Int?
    /// How long it may be held.
    package let wait: Duration
    /// Who asks; by asking it says that it enforces `index`.
    package let worker: WorkerIdentity?
    package let reply: Reply

    package init(id: Int, index: Int?, wait: Duration, worker: WorkerIdentity?, reply: @escaping Reply) {
        self.id = id
        self.index = index
        self.wait = wait
        self.worker = worker
        self.reply = reply
    }
}
