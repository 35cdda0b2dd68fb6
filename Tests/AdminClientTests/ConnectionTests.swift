import Foundation
import NIOCore
import NIOHTTP1
import RoutingModel
import Synchronization
import TestKit
import Testing

@testable import AdminClient

@Suite struct ConnectionTests {
    @Test("a request carries its token, body and headers, and the answer its counters")
    func request() async throws {
        try await withTestHTTPServer { _ in
            .init(
                status: .ok, headers: ["ETag": "\"7\"", "X-Signalbox-Revision": "7", "X-Signalbox-Index": "42"],
                body: #"{"name":"star"}"#)
        } _: { server in
            try await withConnection(to: server.url) { connection in
                let request = try AdminRequest("PUT", RequestPath("v1", "routes", "star").with("dry_run", "true"))
                    .with(["split": []]).with(header: "If-Match", "\"6\"").with(header: "X-Change-Message", nil)
                let answer = try await connection.send(request)
                #expect(answer.etag == "\"7\"")
                #expect(answer.revision == 7)
                #expect(answer.index == 42)
                #expect(try answer.json() == ["name": "star"])
            }
            let seen = try #require(server.requests.first)
            #expect(seen.head.method == .PUT)
            #expect(seen.head.uri == "/v1/routes/star?dry_run=true")
            #expect(seen.head.headers["authorization"] == ["Bearer secret"])
            #expect(seen.head.headers["content-type"] == ["application/json"])
            #expect(seen.head.headers["if-match"] == ["\"6\""])
            #expect(seen.head.headers["x-change-message"].isEmpty)
            #expect(String(buffer: seen.body) == #"{"split":[]}"#)
        }
    }

    @Test("lists are read page by page, to their end or to as many as are wanted")
    func pages() async throws {
        try await withTestHTTPServer { request in
            let cursor = request.head.uri.contains("cursor=b") ? 2 : request.head.uri.contains("cursor=a%3D") ? 1 : 0
            let next = ["\"next\":\"a=\",", "\"next\":\"b\",", ""][cursor]
            return .init(body: "{\(next)\"items\":[\(cursor * 2),\(cursor * 2 + 1)]}")
        } _: { server in
            try await withConnection(to: server.url) { connection in
                let all = try await connection.list(RequestPath("v1", "peers").with("group", "a b"))
                #expect(all.items == [0, 1, 2, 3, 4, 5])
                #expect(!all.more)
                let some = try await connection.list(RequestPath("v1", "peers"), limit: 2)
                #expect(some.items == [0, 1])
                #expect(some.more)
            }
            #expect(
                server.requests.map(\.head.uri) == [
                    "/v1/peers?group=a%20b&limit=1000", "/v1/peers?group=a%20b&limit=1000&cursor=a%3D",
                    "/v1/peers?group=a%20b&limit=1000&cursor=b", "/v1/peers?limit=2",
                ])
        }
    }

    @Test("refusals, redirects, silence and absence are told apart")
    func failures() async throws {
        try await withTestHTTPServer { request in
            switch request.head.uri {
            case "/v1/missing":
                return .init(status: .notFound, body: #"{"code":"not_found","detail":"There is no such thing."}"#)
            case "/v1/moved": return .init(status: .found, headers: ["Location": "http://127.0.0.1:1/"])
            case "/v1/silent":
                await neverEnding()
                return .none
            case "/v1/cut": return .init(body: "0123456789").cut(after: 4)
            case "/v1/html": return .init(body: "<html>")
            default: return .none
            }
        } _: { server in
            try await withConnection(to: server.url, timeout: .seconds(2)) { connection in
                let missing = await failure { _ = try await connection.get(RequestPath("v1", "missing")) }
                #expect(missing == .refused(Refusal(status: 404, code: "not_found", detail: "There is no such thing.")))
                let found = try await connection.find(RequestPath("v1", "missing"))
                #expect(found?.status == nil)
                let moved = await failure { _ = try await connection.get(RequestPath("v1", "moved")) }
                #expect(moved?.exitCode == 1)
                #expect(await failure { _ = try await connection.get(RequestPath("v1", "silent")) }?.exitCode == 3)
                #expect(await failure { _ = try await connection.get(RequestPath("v1", "cut")) }?.exitCode == 3)
                #expect(await failure { _ = try await connection.get(RequestPath("v1", "closed")) }?.exitCode == 3)
                let html = await failure { _ = try await connection.get(RequestPath("v1", "html")).json() }
                #expect(html?.exitCode == 1)
            }
        }
        let port = try FreePort.take()
        let refused = try await withConnection(to: "http://127.0.0.1:\(port)") { connection in
            await failure { _ = try await connection.get(RequestPath("v1", "routes")) }
        }
        #expect(refused?.exitCode == 3)
        #expect(refused?.description.contains("refused") == true)
    }

    @Test("a certificate file without certificates is refused before anything is asked")
    func certificates() throws {
        #expect(throws: ClientFailure.self) { try AdminConnection.client(caFile: "/nowhere.pem") }
    }

    @Test("a stream goes on after the last event when it breaks, and ends when it is refused")
    func follow() async throws {
        let questions = Mutex(0)
        try await withTestHTTPServer { _ in
            let number = questions.withLock { number in
                number += 1
                return number
            }
            let headers: HTTPHeaders = ["Content-Type": "text/event-stream"]
            switch number {
            case 1:
                let text =
                    "event: entry\nid: 7\ndata: {}\n\n: heartbeat\n\nevent: entry\nid: 8\ndata: {}\n\nid: 9\ndata: half"
                return .init(headers: headers, body: text).chunked.cut(after: text.utf8.count)
            case 2: return .init(status: .serviceUnavailable, body: #"{"code":"unavailable","detail":"Not now."}"#)
            case 3: return .none
            case 4: return .init(headers: headers, body: "event: entry\nid: 9\ndata: {}\n\n")
            default: return .init(status: .unauthorized, body: #"{"code":"unauthorized","detail":"No more."}"#)
            }
        } _: { server in
            let ids = Mutex<[String]>([])
            let news = Mutex<[Bool]>([])
            let end = try await withConnection(to: server.url) { connection in
                await failure {
                    try await connection.follow(
                        RequestPath("v1", "audit", "stream").with("after", "6"), pause: .milliseconds(10)
                    ) { what in
                        news.withLock { if case .resumed = what { $0.append(true) } else { $0.append(false) } }
                    } onEvent: { event in
                        ids.withLock { $0.append(event.id) }
                    }
                }
            }
            #expect(end?.exitCode == 4)
            #expect(end?.lines == ["The server doesn't accept the token in --token: No more."])
            #expect(ids.withLock { $0 } == ["7", "8", "9"])
            #expect(news.withLock { $0 } == [false, false, false, true, false])
            #expect(
                server.requests.map { $0.head.headers["last-event-id"].first } == [nil, "8", "8", "8", "9"])
            #expect(server.requests.allSatisfy { $0.head.uri == "/v1/audit/stream?after=6" })
        }
    }

    @Test("a backup appears whole and for its owner only, or not at all")
    func download() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "signalbox-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "backup").path
        let magic = Array("SQLite format 3\0".utf8)
        let whole = "SQLite format 3\0" + String(repeating: "x", count: 100_000)
        try await withTestHTTPServer { request in
            switch request.head.uri {
            case "/v1/whole": .init(body: whole)
            case "/v1/cut": .init(body: whole).cut(after: 50_000)
            case "/v1/other": .init(body: "<html>")
            default: .init(status: .forbidden, body: #"{"code":"forbidden","detail":"Not you."}"#)
            }
        } _: { server in
            try await withConnection(to: server.url) { connection in
                for path in ["cut", "other", "forbidden"] {
                    let error = await failure {
                        _ = try await connection.download(
                            RequestPath("v1", path), accept: "application/vnd.sqlite3", to: file, magic: magic)
                    }
                    #expect(error != nil)
                    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
                }
                let length = try await connection.download(
                    RequestPath("v1", "whole"), accept: "application/vnd.sqlite3", to: file, magic: magic)
                #expect(length == whole.utf8.count)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["backup"])
                let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                #expect(try String(contentsOfFile: file, encoding: .utf8) == whole)
            }
        }
    }
}
