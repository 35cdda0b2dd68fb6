internal import RoutingModel

/// What a compiled route's or group's pointers lead to, close together. Written while it is compiled, never after.
final class CompiledMemory {
    private static let blockSize = 256

    private var blocks: [UnsafeMutableRawPointer] = []
    /// What is left of the last block.
    private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var regexes: [RegularExpression] = []

    init() {}

    deinit { for block in blocks { block.deallocate() } }

    func bytes(_ source: some Collection<UInt8>) -> ByteText { ByteText(list(source)) }

    func list<Element: BitwiseCopyable>(_ source: some Collection<Element>) -> UnsafeBufferPointer<Element> {
        let count = source.count
        guard count > 0, let start = take(count * MemoryLayout<Element>.stride) else {
            return UnsafeBufferPointer(start: nil, count: 0)
        }
        let list = UnsafeMutableBufferPointer(start: start.bindMemory(to: Element.self, capacity: count), count: count)
        _ = list.initialize(from: source)
        return UnsafeBufferPointer(list)
    }

    /// Room that is aligned for everything.
    private func take(_ count: Int) -> UnsafeMutableRawPointer? {
        let count = (count + 15) & ~15
        if count > room.count {
            let block = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, Self.blockSize), alignment: 16)
            if let start = block.baseAddress { blocks.append(start) }
            room = block
        }
        defer { room = UnsafeMutableRawBufferPointer(rebasing: room[count...]) }
        return room.baseAddress
    }

    /// - Throws: `CompileError` when it doesn't compile.
    func regex(_ pattern: String) throws(CompileError) -> Unmanaged<RegularExpression> {
        let regex: RegularExpression
        do throws(RegularExpression.Refused) {
            regex = try RegularExpression(pattern)
        } catch {
            throw CompileError(reason: "regular expression '\(pattern)' does not compile: \(error.reason)")
        }
        regexes.append(regex)
        return Unmanaged.passUnretained(regex)
    }
}
