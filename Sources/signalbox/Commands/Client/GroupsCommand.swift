import ArgumentParser

struct GroupsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups", abstract: "List, show, write and delete groups of peers.",
        subcommands: [
            RuleListCommand<GroupKind>.self, RuleGetCommand<GroupKind>.self, RulePutCommand<GroupKind>.self,
            RuleDeleteCommand<GroupKind>.self,
        ],
        defaultSubcommand: RuleListCommand<GroupKind>.self)
}
