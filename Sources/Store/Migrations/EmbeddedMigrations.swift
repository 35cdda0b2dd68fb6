/// The files of `migrations/`, carried inside the program. A new file is added here and to the resources of the target
/// `Store` in `Package.swift`.
enum EmbeddedMigrations {
    /// In the order of their names.
    static let all: [Migration] = [
        Migration(name: "0001_init.sql", bytes: PackageResources._001_init_sql),
        Migration(name: "0002_instances.sql", bytes: PackageResources._002_instances_sql),
        Migration(name: "0003_history.sql", bytes: PackageResources._003_history_sql),
        Migration(name: "0004_ledger_chain.sql", bytes: PackageResources._004_ledger_chain_sql),
        Migration(name: "0005_tokens.sql", bytes: PackageResources._005_tokens_sql),
    ]
}
