import ArgumentParser

struct RoutesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes", abstract: "List, show, write and delete routes; see how they fare.",
        subcommands: [
            RuleListCommand<RouteKind>.self, RuleGetCommand<RouteKind>.self, RulePutCommand<RouteKind>.self,
            RuleDeleteCommand<RouteKind>.self, RoutesStatsCommand.self,
        ],
        defaultSubcommand: RuleListCommand<RouteKind>.self)
}
