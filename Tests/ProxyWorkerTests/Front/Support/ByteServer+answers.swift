import NIOCore

/// What the server of tests answers.
extension ByteServer {
    func headCame(_ context: ChannelHandlerContext) {
        switch path {
        case "/echo": write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", context)
        case "/early":
            write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbig\n", context)
            context.close(promise: nil)
        case "/continue": write("HTTP/1.1 100 Continue\r\n\r\n", context)
        case "/close": context.close(promise: nil)
        default: break
        }
        context.flush()
    }

    func bodyCame(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        log.note { $0.bodyBytes += bytes.readableBytes }
        switch path {
        case "/echo":
            write("\(String(bytes.readableBytes, radix: 16))\r\n", context)
            context.write(wrapOutboundOut(bytes), promise: nil)
            write("\r\n", context)
            context.flush()
        case "/count", "/early": break
        default:
            var bytes = bytes
            body.writeBuffer(&bytes)
        }
    }

    func requestCame(_ context: ChannelHandlerContext) {
        let parts = path.split(separator: "/").map(String.init)
        switch parts.first {
        case "echo": write("0\r\n\r\n", context)
        case "early", "close", "hang", "stall": return
        case "head": text(head, context)
        case "bytes":
            left = Int(parts[1]) ?? 0
            write("HTTP/1.1 200 OK\r\nContent-Length: \(left)\r\n\r\n", context)
            pour(context)
        case "until-close":
            write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end", context)
            context.flush()
            context.close(promise: nil)
        case "trailers":
            write(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n", context)
        case "interim":
            write("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n", context)
            context.flush()
            text("after", context)
        case "status": write("HTTP/1.1 \(parts[1]) Fine\r\nX-Kind: status\r\n\r\n", context)
        case "abort":
            write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", context)
            context.flush()
            context.close(promise: nil)
        case "nonsense": write("This is no response.\r\n\r\n", context)
        case "hop":
            write(
                "HTTP/1.1 200 OK\r\nConnection: close, X-Drop\r\nKeep-Alive: timeout=5\r\nX-MiXed: Case\r\n"
                    + "Content-Length: 2\r\n\r\nok", context)
        default: text(body.readableBytes > 0 ? String(buffer: body) : "hello", context)
        }
        context.flush()
        if left == 0 { phase = .head }
    }

    /// Writes as much of an answer as the client takes.
    func pour(_ context: ChannelHandlerContext) {
        guard left > 0 else { return }
        while left > 0, context.channel.isWritable {
            let size = min(left, 16 * 1024)
            left -= size
            context.write(wrapOutboundOut(ByteBuffer(repeating: UInt8(ascii: "x"), count: size)), promise: nil)
            context.flush()
        }
        if left == 0 { phase = .head }
    }

    private func text(_ text: String, _ context: ChannelHandlerContext) {
        let isHead = head.hasPrefix("HEAD ")
        write(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
                + (isHead ? "" : text), context)
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}
