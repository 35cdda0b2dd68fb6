extension StoreError {
    /// Runs `read`; what it throws becomes `unreadable_row` about `subject`, the beginning of a sentence.
    static func reading<T>(_ subject: @autoclosure () -> String, _ read: () throws -> T) throws -> T {
        do { return try read() } catch { throw unreadable(subject(), error) }
    }

    /// `unreadable_row` about `subject`, the beginning of a sentence, because of `error`.
    static func unreadable(_ subject: String, _ error: any Error) -> StoreError {
        StoreError(.unreadableRow, "\(subject) can't be read: \(reason(error)).")
    }

    private static func reason(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
            .valueNotFound(_, let context):
            return context.debugDescription
        default:
            return (error as? StoreError)?.detail ?? "\(error)"
        }
    }
}
