internal import ControlPlane
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RoutingModel

/// The whole database as a file, while everything goes on.
struct BackupHandlers {
    let controlPlane: ControlPlane

    private static let chunk = 256 * 1_024

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.get("backup") { request, _ in try await backup(request) }
    }

    private func backup(_ request: Request) async throws -> Response {
        try QueryParameters.refuseAll(request)
        let folder = FileManager.default.temporaryDirectory.appending(path: "signalbox-backup-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let file = folder.appending(path: "signalbox.sqlite")
        let handle: FileHandle
        do {
            try await controlPlane.backup(to: file.path)
            handle = try FileHandle(forReadingFrom: file)
            // It stays readable through the handle, and goes away with it, whatever happens.
            try FileManager.default.removeItem(at: folder)
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
        let length = Int(try handle.seekToEnd())
        try handle.seek(toOffset: 0)
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/vnd.sqlite3", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"signalbox.sqlite\"",
            ],
            body: ResponseBody(contentLength: length) { writer in
                defer { try? handle.close() }
                while let data = try handle.read(upToCount: Self.chunk), !data.isEmpty {
                    try await writer.write(ByteBuffer(bytes: data))
                }
                try await writer.finish(nil)
            })
    }
}
