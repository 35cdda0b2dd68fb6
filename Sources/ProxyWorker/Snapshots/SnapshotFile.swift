internal import Foundation
internal import RoutingModel

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The last applied snapshot on disk: what a worker starts from while its control plane can't be reached.
struct SnapshotFile: Sendable {
    private let directory: String
    private var path: String { "\(directory)/snapshot.json" }

    init(directory: String) { self.directory = directory }

    /// Replaces the file by `data`; after a crash it holds the old or the new snapshot, never half of one.
    func write(_ data: Data) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let temporary = "\(path).\(getpid()).tmp"
        // Conditions may name secret header values: nobody else's to read.
        guard FileManager.default.createFile(atPath: temporary, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: temporary)
        else { throw CocoaError(.fileWriteUnknown) }
        defer { try? handle.close() }
        try handle.write(contentsOf: data)
        try handle.synchronize()
        guard rename(temporary, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// - Returns: nil when there is none.
    /// - Throws: when it can't be read or isn't a snapshot.
    func read() throws -> Snapshot? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try JSONDecoder().decode(Snapshot.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
