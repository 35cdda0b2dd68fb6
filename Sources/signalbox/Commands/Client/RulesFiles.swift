import ArgumentParser

/// The files of `apply` and `diff`, and what they mean.
struct RulesFiles: ParsableArguments {
    @Option(
        name: [.short, .customLong("file")],
        help: "YAML or JSON with groups, routes and overrides; a directory, or - for standard input; may be repeated.",
        completion: .file())
    var file: [String] = []

    @Flag(help: "Only write what the files name, and delete what they have null for; the rest stays.")
    var merge = false
}
