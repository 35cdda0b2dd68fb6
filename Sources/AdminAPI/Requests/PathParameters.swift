internal import Foundation
internal import Hummingbird
internal import RoutingModel

extension AdminContext {
    /// A segment of the path, percent-decoded.
    /// - Throws: `Problem` (`not_found`) when it isn't UTF-8.
    func segment(_ name: String) throws -> String {
        guard let raw = parameters.get(name), let text = raw.removingPercentEncoding else {
            throw Problem(.notFound, "The path is not UTF-8.")
        }
        return text
    }
}
