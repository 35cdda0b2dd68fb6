import ArgumentParser

struct CompletionsCommand: ParsableCommand {
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    static let configuration = CommandConfiguration(
        commandName: "completions", abstract: "Print a script that completes commands and names in a shell.",
        discussion: """
              source <(signalbox completions bash)
              signalbox completions zsh > "${fpath[1]}/_signalbox"
              signalbox completions fish > ~/.config/fish/completions/signalbox.fish
            """)

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() {
        let shell: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        print(Signalbox.completionScript(for: shell))
    }
}
