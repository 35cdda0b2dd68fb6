package import RoutingModel

extension AdminConnection {
    /// What is asked for at once, when everything is wanted: the most that the server gives.
    private static let pageSize = 1_000

    /// The items of a list, page by page.
    /// - Parameters:
    ///   - limit: how many at most; nil for all.
    /// - Returns: the items, and whether there are more.
    package func list(_ path: RequestPath, limit: Int? = nil) async throws -> (items: [JSONValue], more: Bool) {
        var items: [JSONValue] = []
        var cursor: String?
        repeat {
            let wanted = min(Self.pageSize, limit.map { $0 - items.count } ?? Self.pageSize)
            let page = try await get(path.with("limit", "\(wanted)").with("cursor", cursor)).json()
            let new = page["items"]?.items ?? []
            items += new
            cursor = page["next"]?.text
            // A page without items that names a next one would be asked for again and again.
            if new.isEmpty { break }
        } while cursor != nil && (limit.map { items.count < $0 } ?? true)
        return (items, cursor != nil)
    }

    package func get(_ path: RequestPath) async throws -> AdminAnswer { try await send(AdminRequest("GET", path)) }

    /// The answer, or nil when there is nothing of this name.
    package func find(_ path: RequestPath) async throws -> AdminAnswer? {
        do {
            return try await get(path)
        } catch ClientFailure.refused(let refusal) where refusal.status == 404 {
            return nil
        }
    }
}
