internal import GRDB
internal import GRDBSQLite

/// A cached statement, bound and read through SQLite's own functions: of the hundred thousand rows of a busy second
/// each costs a tenth of what it costs through arguments and rows. Columns and parameters are numbered as SQLite does:
/// columns from 0, parameters from 1.
///
/// One statement text must not be in use twice at a time on one connection.
struct RawStatement {
    // Keeps the statement that `raw` points to.
    private let statement: Statement
    private let raw: OpaquePointer

    /// - Throws: `DatabaseError` when `sql` is none.
    init(_ sql: String, _ db: Database) throws {
        statement = try db.cachedStatement(sql: sql)
        raw = statement.sqliteStatement
        sqlite3_reset(raw)
        sqlite3_clear_bindings(raw)
    }

    func bind(_ place: Int32, _ value: Int64?) {
        guard let value else { return _ = sqlite3_bind_null(raw, place) }
        sqlite3_bind_int64(raw, place, value)
    }

    func bind(_ place: Int32, _ value: Int) { bind(place, Int64(value)) }

    func bind(_ place: Int32, _ value: String?) {
        guard var value else { return _ = sqlite3_bind_null(raw, place) }
        // SQLite's own way of saying "make a copy" is a pointer with the value -1.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        value.withUTF8 { text in
            text.withMemoryRebound(to: CChar.self) { text in
                _ = sqlite3_bind_text(raw, place, text.baseAddress ?? Self.empty, Int32(text.count), copied)
            }
        }
    }

    /// Text that stays where it is until the statement is bound anew or `reset`.
    func bind(_ place: Int32, standing text: UnsafeRawBufferPointer?) {
        guard let text else { return _ = sqlite3_bind_null(raw, place) }
        let start = text.baseAddress?.assumingMemoryBound(to: CChar.self)
        sqlite3_bind_text(raw, place, start ?? Self.empty, Int32(text.count), nil)
    }

    /// Bytes, copied.
    func bind(_ place: Int32, blob: [UInt8]) {
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        sqlite3_bind_blob(raw, place, blob, Int32(blob.count), copied)
    }

    /// Goes to the next row; false when there is none.
    /// - Throws: `DatabaseError`; `CancellationError` when the task was cancelled, which interrupts the connection.
    func step() throws -> Bool {
        switch sqlite3_step(raw) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure()
        }
    }

    /// Carries out a statement that gives no rows, and makes it ready to be bound anew.
    func run() throws {
        defer { sqlite3_reset(raw) }
        while try step() {}
    }

    func reset() { sqlite3_reset(raw) }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(raw, column) }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(raw, column) == SQLITE_NULL }

    /// The bytes of text or a blob, in place until the next step; nil for NULL.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer? {
        guard !isNull(column) else { return nil }
        // First the pointer, then the size: https://www.sqlite.org/c3ref/column_blob.html
        let start = sqlite3_column_blob(raw, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(raw, column)))
    }

    /// Text, nil for NULL.
    /// - Throws: `StoreError` when it is no UTF-8.
    func text(_ column: Int32) throws -> String? {
        guard let bytes = bytes(column) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw StoreError(.unreadableRow, "a text is no UTF-8")
        }
        return text
    }

    private func failure() -> any Error {
        let connection = sqlite3_db_handle(raw)
        let code = sqlite3_extended_errcode(connection)
        let message = sqlite3_errmsg(connection).map { String(cString: $0) }
        sqlite3_reset(raw)
        if code == SQLITE_INTERRUPT { return CancellationError() }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }

    // A null pointer would bind NULL, not an empty text. It lives as long as the program and is never written.
    nonisolated(unsafe) private static let empty: UnsafePointer<CChar> = {
        let memory = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        memory.initialize(to: 0)
        return UnsafePointer(memory)
    }()
}
