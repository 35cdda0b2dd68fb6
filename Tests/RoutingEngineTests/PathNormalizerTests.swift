import RoutingEngine
import Testing

@Suite struct PathNormalizerTests {
    /// RFC 3986 section 5.2.4, on segments; nil where that would go above the root.
    private func reference(_ path: String) -> String? {
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for (place, segment) in segments.enumerated() {
            let isLast = place == segments.count - 1
            switch segment.lowercased().replacing("%2e", with: ".") {
            case ".": if isLast { kept.append("") }
            case "..":
                guard kept.popLast() != nil else { return nil }
                if isLast { kept.append("") }
            default: kept.append(segment)
            }
        }
        return "/" + kept.joined(separator: "/")
    }

    @Test("Every path of a few segments is as the RFC says, and stays so")
    func followsRFC() {
        let parts = ["", ".", "..", "a", "%2e", ".%2E", "%2e%2e", "...", "..;", "%2f", "b.c", "%2e%2e%2e"]
        var paths = [""]
        var seen = 0
        for _ in 0..<4 {
            paths = paths.flatMap { path in parts.map { "\(path)/\($0)" } }
            for path in paths {
                let normal = PathNormalizer.normalize(path)
                #expect(normal == reference(path), "\(path)")
                if let normal { #expect(PathNormalizer.normalize(normal) == normal, "\(path)") }
                seen += 1
            }
        }
        #expect(seen == 12 + 144 + 1728 + 20736)
    }
}
