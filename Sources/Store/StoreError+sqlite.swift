internal import GRDB

extension StoreError {
    /// `error` as the store reports it: SQLite's errors by their result code (https://www.sqlite.org/rescode.html),
    /// any other error (a `StoreError`, a cancelled read) as it is.
    static func translated(_ error: any Error, path: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        let said = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return StoreError(.corrupt, "The database \(path) is damaged or is no SQLite database: \(said).")
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_FULL, .SQLITE_IOERR:
            return StoreError(.unwritable, "The database \(path) can't be written: \(said).")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return StoreError(.busy, "The database \(path) is in use by another process: \(said).")
        case .SQLITE_MISUSE:
            // GRDB leaves only one way to misuse SQLite: a connection that was closed.
            return StoreError(.closed, "The database \(path) has been closed.")
        default:
            return StoreError(.failed, "The database \(path) refused a statement: \(said).")
        }
    }
}
