internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// What becomes of one request.
extension FaultProxy {
    /// What is to be done in the end: `answer`, `close` or `reset`. A change of the behaviour begins it anew.
    func reaction(to request: FaultRequest) async -> FaultReaction {
        state.withLock { $0.asked[request.path, default: 0] += 1 }
        while !Task.isCancelled {
            let (behaviour, version) = state.withLock { ($0.behaviour, $0.version) }
            let reaction = behaviour(request)
            let forwarded: FaultRequest
            let change: @Sendable (FaultAnswer) -> FaultAnswer
            switch reaction {
            case .answer, .close, .reset: return reaction
            case .silence:
                await newBehaviour(after: version)
                continue
            case .pass: (forwarded, change) = (request, { $0 })
            case .change(let made): (forwarded, change) = (request, made)
            case .forward(let other, let made): (forwarded, change) = (other, made)
            }
            let answer = await withTaskGroup(of: FaultReaction?.self) { group in
                group.addTask { await self.ask(forwarded).map { .answer(change($0)) } ?? .close }
                group.addTask {
                    await self.newBehaviour(after: version)
                    return nil
                }
                defer { group.cancelAll() }
                return await group.next() ?? nil
            }
            if let answer { return answer }
        }
        return .close
    }

    /// Waits until the test says something new, or the task is cancelled.
    private func newBehaviour(after version: Int) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.version != version || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }

    /// The target's answer; nil when there is none.
    private func ask(_ request: FaultRequest) async -> FaultAnswer? {
        var forwarded = HTTPClientRequest(url: target + request.uri)
        forwarded.method = request.method
        forwarded.headers = request.headers
        for name in ["host", "connection", "content-length", "transfer-encoding"] {
            forwarded.headers.remove(name: name)
        }
        if request.body.readableBytes > 0 { forwarded.body = .bytes(request.body) }
        guard let response = try? await http.execute(forwarded, deadline: .distantFuture),
            let body = try? await response.body.collect(upTo: 64 << 20), !Task.isCancelled
        else { return nil }
        var headers = response.headers
        for name in ["connection", "content-length", "transfer-encoding"] { headers.remove(name: name) }
        return FaultAnswer(status: response.status, headers: headers, body: body)
    }
}
