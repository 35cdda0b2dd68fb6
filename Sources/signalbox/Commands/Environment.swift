import ArgumentParser
import Foundation

/// Options that weren't given on the command line are looked up in the environment.
struct Environment {
    private let variables: [String: String]

    init(_ variables: [String: String] = ProcessInfo.processInfo.environment) { self.variables = variables }

    /// The value of `SIGNALBOX_<NAME>` without blanks around it; an empty one counts as none.
    func text(_ name: String) -> String? {
        variables["SIGNALBOX_\(name)"]?.trimmingCharacters(in: .whitespacesAndNewlines).nilIfEmpty
    }

    /// What the command line says, else the environment, else `fallback`.
    /// - Throws: `ValidationError` naming the variable when its value can't be read.
    func value<T: ExpressibleByArgument>(_ given: T?, _ name: String, default fallback: T) throws -> T {
        try value(given, name) ?? fallback
    }

    func value<T: ExpressibleByArgument>(_ given: T?, _ name: String) throws -> T? {
        if let given { return given }
        guard let text = text(name) else { return nil }
        guard let value = T(argument: text) else {
            throw ValidationError("SIGNALBOX_\(name) has the value '\(text)', which can't be read.")
        }
        return value
    }

    /// As `value`, for an option that may be repeated; the variable separates by commas.
    func values<T: ExpressibleByArgument>(_ given: [T], _ name: String) throws -> [T] {
        if !given.isEmpty { return given }
        return try (text(name) ?? "").split(separator: ",").map { part in
            guard let value = T(argument: part.trimmingCharacters(in: .whitespaces)) else {
                throw ValidationError("SIGNALBOX_\(name) has the entry '\(part)', which can't be read.")
            }
            return value
        }
    }
}

extension String {
    fileprivate var nilIfEmpty: String? { isEmpty ? nil : self }
}
