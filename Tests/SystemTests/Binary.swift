import Foundation
import TestKit

/// Where the build put the program under test: beside the test bundle.
enum Binary {
    static func path() throws -> String {
        if let path = ProcessInfo.processInfo.environment["SIGNALBOX_BINARY"] { return path }
        let arguments = CommandLine.arguments
        var places = arguments.filter { $0.contains(".xctest") }
        if let place = arguments.firstIndex(of: "--test-bundle-path"), arguments.indices.contains(place + 1) {
            places.append(arguments[place + 1])
        }
        for place in places {
            // The bundle is a file or a folder of that name; the program is its neighbour.
            let bundle = place.components(separatedBy: ".xctest")[0]
            let candidate = URL(filePath: bundle).deletingLastPathComponent().appending(path: "signalbox").path
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        }
        throw TestFailure("the signalbox binary was not found beside the tests: \(arguments)")
    }
}
