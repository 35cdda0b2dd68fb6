import Foundation

/// A folder of one test's own.
struct DataFolder {
    let url = FileManager.default.temporaryDirectory.appending(path: "signalbox-data-\(UUID().uuidString)")

    func remove() { try? FileManager.default.removeItem(at: url) }
}
