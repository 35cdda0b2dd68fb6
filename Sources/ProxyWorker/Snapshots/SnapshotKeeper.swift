internal import Logging
internal import NIOPosix

/// Writes snapshots down where nobody waits for it: the newest one, and not more often than it must be. A start from an
/// older one is put right by the first answer of the control plane.
actor SnapshotKeeper {
    private let file: SnapshotFile
    private let pause: Duration
    private let logger: Logger
    private var newest: HeldSnapshot?
    private var writing: Task<Void, Never>?
    private var pausing: Task<Void, Never>?
    private var isFinishing = false

    /// - Parameter pause: between two writings, at least; after long ones it is longer.
    init(file: SnapshotFile, pause: Duration = .seconds(1), logger: Logger) {
        self.file = file
        self.pause = pause
        self.logger = logger
    }

    /// Has `snapshot` written soon: at once when nothing was written lately.
    func keep(_ snapshot: HeldSnapshot) {
        newest = snapshot
        if writing == nil { writing = Task { await write() } }
    }

    /// Returns when what was to be kept is on disk. Nothing is waited for from now on.
    func finish() async {
        isFinishing = true
        pausing?.cancel()
        await writing?.value
    }

    private func write() async {
        while let snapshot = newest {
            newest = nil
            let start = ContinuousClock.now
            do {
                try await NIOThreadPool.singleton.runIfActive { [file] in try file.write(snapshot.document()) }
            } catch {
                logger.warning("the snapshot could not be kept on disk", metadata: ["error": "\(error)"])
            }
            // A tenth of the time at most goes into it, however large the snapshot or slow the disk.
            if !isFinishing { await rest(max(pause, (ContinuousClock.now - start) * 9)) }
        }
        writing = nil
    }

    private func rest(_ time: Duration) async {
        let pause = Task { _ = try? await Task.sleep(for: time) }
        pausing = pause
        await pause.value
        pausing = nil
    }
}
