internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// The request, on its way in.
extension HTTP2StreamAdapter {
    func received(_ frame: HTTP2Frame.FramePayload.Headers, _ context: ChannelHandlerContext) {
        switch request {
        case .head: head(frame, context)
        case .body(let body): end(body, trailers: frame.headers, context)
        case .done: break
        }
    }

    func received(_ frame: HTTP2Frame.FramePayload.Data, _ context: ChannelHandlerContext) {
        guard case .body(let body) = request, case .byteBuffer(let data) = frame.data else { return }
        if data.readableBytes > 0 {
            if body == .chunked {
                var line = context.channel.allocator.buffer(capacity: 16)
                if hasOpenChunk { line.writeStaticString("\r\n") }
                line.writeString(String(data.readableBytes, radix: 16))
                line.writeStaticString("\r\n")
                hasOpenChunk = true
                context.fireChannelRead(wrapInboundOut(line))
            }
            context.fireChannelRead(wrapInboundOut(data))
        }
        // The next handler may have had enough of it.
        if frame.endStream, request == .body(body) { end(body, trailers: nil, context) }
    }

    private func head(_ frame: HTTP2Frame.FramePayload.Headers, _ context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: 1024)
        do throws(HTTP2Request.Refusal) {
            let body = try HTTP2Request.write(frame.headers, hasBody: !frame.endStream, into: &buffer)
            response = ResponseBytes(isHead: frame.headers.first(name: ":method") == "HEAD")
            request = frame.endStream ? .done : .body(body)
            context.fireChannelRead(wrapInboundOut(buffer))
        } catch {
            switch error {
            case .connect: refuse(status: 405, context)
            case .malformed: reset(.protocolError, context)
            }
        }
    }

    private func end(_ body: HTTP2Request.Body, trailers: HPACKHeaders?, _ context: ChannelHandlerContext) {
        // A body with a length has no place for trailers in HTTP/1.1.
        guard body == .chunked else { return request = .done }
        var buffer = context.channel.allocator.buffer(capacity: 16)
        if hasOpenChunk { buffer.writeStaticString("\r\n") }
        buffer.writeStaticString("0\r\n")
        do {
            if let trailers { try HTTP2Request.writeTrailers(trailers, into: &buffer) }
        } catch {
            return reset(.protocolError, context)
        }
        buffer.writeStaticString("\r\n")
        request = .done
        context.fireChannelRead(wrapInboundOut(buffer))
    }

    private func refuse(status: Int, _ context: ChannelHandlerContext) {
        request = .done
        responsePhase = .ended
        let fields = HPACKHeaders([(":status", String(status)), ("content-length", "0")])
        context.write(wrapOutboundOut(.headers(.init(headers: fields, endStream: true))), promise: nil)
        reset(.noError, context)
    }
}
