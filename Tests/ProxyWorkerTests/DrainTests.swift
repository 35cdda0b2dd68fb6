import Logging
import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct DrainTests {
    @Test("Told to stop, it closes idle connections, lets a request finish and says that the connection ends")
    func finishesExchanges() async throws {
        let goOn = Latch<Void>()
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await goOn.get()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            try await connection.waitForEnd()
        }
        try await WorkerFixture.run(.to(stub.port), threads: 2) { worker in
            let port = try await worker.port
            let idle = try await worker.connect()
            let busy = try await worker.connect()
            try await busy.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("an exchange") { await worker.worker.statistics().upstreamConnections == 1 }
            await worker.shutDown()
            try await idle.waitForEnd()
            try await eventually("no listener") {
                guard let more = try? await RawConnection.connect(to: ("127.0.0.1", port)) else { return true }
                await more.close()
                return false
            }
            goOn.set(.success(()))
            let response = try await busy.readResponse()
            #expect(response.body == "ok")
            #expect(response.values("Connection") == ["close"])
            #expect(try await busy.waitForEnd() == .orderly)
            try await worker.waitUntilStopped()
            #expect(await worker.worker.statistics().responses2xx == 1)
        }
        await stub.stop()
    }

    @Test("A request that comes on an idle connection just after it was told to stop is answered, and told to close")
    func answersLateRequests() async throws {
        let stub = try await UpstreamStub.answering("late")
        try await WorkerFixture.run(.to(stub.port), configure: { $0.lameDuck = .seconds(20) }) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.readResponse().values("Connection") == [])
            await worker.shutDown()
            let port = try await worker.port
            try await eventually("no listener") {
                guard let more = try? await RawConnection.connect(to: ("127.0.0.1", port)) else { return true }
                await more.close()
                return false
            }
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try await client.readResponse()
            #expect(response.body == "late")
            #expect(response.values("Connection") == ["close"])
            #expect(try await client.waitForEnd() == .orderly)
            try await worker.waitUntilStopped()
        }
        await stub.stop()
    }

    @Test("A response that began before it was told to stop kept its connection: one more request is answered on it")
    func keepsItsWord() async throws {
        let goOn = Latch<Void>()
        let stub = try await UpstreamStub.start { connection in
            while true {
                if try await connection.readRequest().target == "/last" {
                    return try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast")
                }
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
                try await goOn.get()
                try await connection.write("world")
            }
        }
        try await WorkerFixture.run(.to(stub.port), configure: { $0.lameDuck = .seconds(20) }) { worker in
            let client = try await worker.connect()
            try await client.write("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
            let begin = try await client.read(until: "hello")
            #expect(!begin.contains("close"))
            await worker.shutDown()
            let port = try await worker.port
            try await eventually("no listener") {
                guard let more = try? await RawConnection.connect(to: ("127.0.0.1", port)) else { return true }
                await more.close()
                return false
            }
            goOn.set(.success(()))
            _ = try await client.read(until: "world")
            try await client.write("GET /last HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try await client.readResponse()
            #expect(response.body == "last")
            #expect(response.values("Connection") == ["close"])
            #expect(try await client.waitForEnd() == .orderly)
            try await worker.waitUntilStopped()
        }
        await stub.stop()
    }

    @Test("A response that had begun is finished too")
    func finishesResponse() async throws {
        let goOn = Latch<Void>()
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            try await goOn.get()
            try await connection.write("world")
            try await connection.waitForEnd()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.read(until: "hello")
            await worker.shutDown()
            goOn.set(.success(()))
            let end = try await client.readToEnd()
            #expect(end.text == "world")
            #expect(end.ending == .orderly)
            try await worker.waitUntilStopped()
        }
        await stub.stop()
    }

    @Test("What doesn't finish in time is cut")
    func cutsInTime() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.waitForEnd()
        }
        try await WorkerFixture.run(.to(stub.port), configure: { $0.drainTimeout = .milliseconds(100) }) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("an exchange") { !stub.connections.isEmpty }
            await worker.shutDown()
            try await worker.waitUntilStopped()
            try await client.waitForEnd()
            try await eventually("the end") { stub.connections[0].hasEnded }
        }
        await stub.stop()
    }

    @Test("A worker that can't listen says why and stops")
    func failsToListen() async throws {
        let taken = try await UpstreamStub.start { _ in }
        let worker = ProxyWorker(
            id: "test",
            configuration: ProxyConfiguration(listen: [ListenAddress(host: "127.0.0.1", port: taken.port)]),
            source: ScriptedSource(.to()),
            logger: Logger(label: "test")
        )
        await #expect(throws: (any Error).self) { try await worker.run() }
        await #expect(throws: (any Error).self) { try await worker.boundAddresses }
        await taken.stop()
    }

    @Test("Two workers never share a port without knowing")
    func portIsTaken() async throws {
        try await WorkerFixture.run(.to()) { first in
            let port = try await first.port
            let second = ProxyWorker(
                id: "second",
                configuration: ProxyConfiguration(listen: [ListenAddress(host: "127.0.0.1", port: port)]),
                source: ScriptedSource(.to()),
                logger: Logger(label: "test")
            )
            let error = await #expect(throws: ListenError.self) { try await second.run() }
            #expect(error?.description.contains("127.0.0.1:\(port)") == true)
        }
    }

    @Test("Without a snapshot it doesn't listen; a cancelled worker stops at once")
    func waitsForSnapshot() async throws {
        let source = ScriptedSource()
        let worker = ProxyWorker(
            id: "test",
            configuration: ProxyConfiguration(listen: [ListenAddress(host: "127.0.0.1", port: 0)]),
            source: source,
            logger: Logger(label: "test")
        )
        let task = Task { try await worker.run() }
        try await eventually("a question") { source.asked > 0 }
        #expect(worker.appliedIndex == 0)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await #expect(throws: CancellationError.self) { try await worker.boundAddresses }
    }

    @Test("It listens on several addresses")
    func listensOnSeveral() async throws {
        let stub = try await UpstreamStub.answering("ok")
        try await WorkerFixture.run(
            .to(stub.port),
            threads: 2,
            configure: { $0.listen.append(ListenAddress(host: "localhost", port: 0)) }
        ) { worker in
            for address in try await worker.worker.boundAddresses {
                let client = try await RawConnection.connect(to: (address.host, address.port))
                try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.readResponse().body == "ok")
            }
        }
        await stub.stop()
    }
}
