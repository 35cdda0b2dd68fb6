internal import Foundation
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// A program that a test runs beside itself. It dies with the test process, however that ends.
package final class ChildProcess: Sendable {
    private struct State {
        var exitStatus: Int32?
        var process: Process
        var reaper: Process
        /// As long as this end is open, the reaper waits.
        let lifeline: Pipe
    }

    private let state: Mutex<State>
    private let log: URL
    package let pid: Int32

    /// Starts `executable`, found on the PATH unless it has a slash.
    /// - Parameter environment: is added to the test's own.
    /// - Throws: when the program can't be started.
    package init(_ executable: String, _ arguments: [String] = [], environment: [String: String] = [:]) throws {
        log = FileManager.default.temporaryDirectory.appending(path: "signalbox-test-\(UUID().uuidString).log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let output = try FileHandle(forWritingTo: log)
        let process = Process()
        process.executableURL = URL(filePath: try Self.path(of: executable))
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try output.close()
        pid = process.processIdentifier

        // Reads until the lifeline closes, which the kernel does when the test process is no more.
        let lifeline = Pipe()
        let reaper = Process()
        reaper.executableURL = URL(filePath: "/bin/sh")
        reaper.arguments = ["-c", "read line; kill -9 \(pid)"]
        reaper.standardInput = lifeline
        reaper.standardError = FileHandle.nullDevice
        do {
            try reaper.run()
        } catch {
            kill(pid, SIGKILL)
            throw error
        }
        state = Mutex(State(process: process, reaper: reaper, lifeline: lifeline))
    }

    /// All that the program has written so far, standard output and standard error together.
    package var output: String {
        (try? Data(contentsOf: log)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Nil while the program runs; then its exit status, or the number of the signal that ended it.
    package var exitStatus: Int32? {
        state.withLock { state in
            if state.exitStatus == nil, !state.process.isRunning {
                state.exitStatus = state.process.terminationStatus
                // First the reaper, which must not kill a stranger that was given this process id since.
                kill(state.reaper.processIdentifier, SIGKILL)
            }
            return state.exitStatus
        }
    }

    /// Sends a signal, unless the program has ended.
    package func signal(_ number: Int32) {
        if exitStatus == nil { kill(pid, number) }
    }

    /// Waits until the program has ended by itself.
    /// - Returns: as `exitStatus`.
    /// - Throws: `TestFailure` when time is up.
    package func waitForExit(within limit: Duration = .seconds(20)) async throws -> Int32 {
        try await eventually("process \(pid) ends", within: limit) { exitStatus }
    }

    /// Ends the program: SIGTERM, and SIGKILL if it doesn't end in time. Its output is removed. Also works in a task
    /// that was cancelled.
    package func stop(within limit: Duration = .seconds(10)) async {
        await Task {
            signal(SIGTERM)
            if (try? await waitForExit(within: limit)) == nil {
                signal(SIGKILL)
                _ = try? await waitForExit()
            }
            try? FileManager.default.removeItem(at: log)
        }.value
    }

    /// Runs `body` with the program and ends it afterwards, also after an error.
    package static func with<Value>(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:],
        isolation: isolated (any Actor)? = #isolation, _ body: (ChildProcess) async throws -> Value
    ) async throws -> Value {
        let child = try ChildProcess(executable, arguments, environment: environment)
        do {
            let value = try await body(child)
            await child.stop()
            return value
        } catch {
            await child.stop()
            throw error
        }
    }

    private static func path(of executable: String) throws -> String {
        if executable.contains("/") { return executable }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(executable)") {
            return "\(folder)/\(executable)"
        }
        throw TestFailure("\(executable) is not on the PATH")
    }
}
