import AdminClient
import Foundation
import RoutingModel

/// Files that an operator names; `-` is standard input, a directory stands for its YAML and JSON files.
enum InputFiles {
    /// The documents of the files in order, each with the name of its file.
    static func documents(_ paths: [String]) throws(ClientFailure) -> [(source: String, document: JSONValue)] {
        var result: [(String, JSONValue)] = []
        for path in paths {
            for file in try files(path) {
                for document in try DocumentReader.documents(try text(file), source: name(file)) {
                    result.append((name(file), document))
                }
            }
        }
        return result
    }

    /// The one document of a file.
    static func document(_ path: String) throws(ClientFailure) -> JSONValue {
        try DocumentReader.document(try text(path), source: name(path))
    }

    /// The rules of all the files.
    static func rules(_ paths: [String]) throws(ClientFailure) -> RulesDocument {
        var rules = RulesDocument()
        for (source, document) in try documents(paths) { try rules.add(document, from: source) }
        return rules
    }

    private static func files(_ path: String) throws(ClientFailure) -> [String] {
        var isDirectory: ObjCBool = false
        guard path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
            isDirectory.boolValue
        else { return [path] }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { name in
            [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) } && !name.hasPrefix(".")
        }
        guard !names.isEmpty else { throw .failed("There is no YAML or JSON file in \(path).") }
        return names.sorted().map { "\(path)/\($0)" }
    }

    private static func text(_ path: String) throws(ClientFailure) -> String {
        let data: Data
        do {
            data =
                path == "-"
                ? try FileHandle.standardInput.readToEnd() ?? Data()
                : try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .failed("\(name(path)) can't be read: \(error.localizedDescription)")
        }
        guard let text = String(data: data, encoding: .utf8) else { throw .failed("\(name(path)) is not UTF-8.") }
        return text
    }

    private static func name(_ path: String) -> String { path == "-" ? "standard input" : path }
}
