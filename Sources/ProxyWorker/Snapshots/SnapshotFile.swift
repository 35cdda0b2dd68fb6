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
package struct SnapshotFile: Sendable {
    private let directory: String
    private var path: String { "\(directory)/snapshot.json" }

    package init(directory: String) { self.directory = directory }

    /// Makes the directory if it isn't there, and tries whether it can be written: better now than when the control plane
    /// is away. A disk that is full is no mistake in how the worker was started: it goes on, as it would later.
    /// - Throws: `UnusableStateDirectory`.
    package func probe() throws {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            let cause = (error as? CocoaError)?.underlying as? POSIXError
            throw unusable("made", cause.map { Self.words($0.code.rawValue) } ?? error.localizedDescription)
        }
        // Two workers may have the directory while one relieves the other.
        let temporary = "\(path).\(getpid()).probe"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        var failure = descriptor < 0 ? errno : 0
        if descriptor >= 0 {
            var byte: UInt8 = 0
            if pwrite(descriptor, &byte, 1, 0) < 1 { failure = errno }
            close(descriptor)
            unlink(temporary)
        }
        guard failure == 0 || failure == ENOSPC || failure == EDQUOT else {
            throw unusable("written", Self.words(failure))
        }
    }

    private func unusable(_ what: String, _ why: String) -> UnusableStateDirectory {
        UnusableStateDirectory(description: "The state directory \(directory) can't be \(what): \(why)")
    }

    private static func words(_ code: CInt) -> String { String(cString: strerror(code)) }

    /// Replaces the file by `text`; after a crash it holds the old or the new snapshot, never half of one.
    func write(_ text: [UInt8]) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let temporary = "\(path).\(getpid()).tmp"
        // Conditions may name secret header values: nobody else's to read.
        guard FileManager.default.createFile(atPath: temporary, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: temporary)
        else { throw CocoaError(.fileWriteUnknown) }
        defer { try? handle.close() }
        try handle.write(contentsOf: text)
        try handle.synchronize()
        guard rename(temporary, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Notes that what is in the file is still the newest there is: as the file's time.
    func confirm() { utimensat(AT_FDCWD, path, nil, 0) }

    /// When that was noted, or the file was written.
    var confirmedAt: Timestamp? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.modificationDate] as? Date).map { Timestamp($0) }
    }

    /// - Parameter keepsTexts: as for `HeldSnapshot.following`.
    /// - Returns: nil when there is none.
    /// - Throws: when it can't be read, isn't a snapshot, or isn't the one that its digest says.
    func read(keepsTexts: Bool) throws -> HeldSnapshot? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let document = try RoutingDocument(Array(Data(contentsOf: URL(fileURLWithPath: path))))
        guard document.deltaFrom == nil else { throw UnreadableSnapshot("it is no whole snapshot") }
        return try HeldSnapshot.empty.following(document, keepsTexts: keepsTexts).0
    }
}
