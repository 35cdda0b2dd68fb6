/// Which instances of a Consul service are peers of a group.
package struct ConsulSelector: Hashable, Sendable {
    package var service: String
    /// All of these tags must be there.
    package var tags: [String]
    /// None of these may be there.
    package var excludeTags: [String]
    /// For each key, the instance's value must be one of the list.
    package var meta: [String: [String]]
    /// A Consul datacenter; empty is the agent's own.
    package var datacenter: String
    /// Whether an instance whose health is `warning` gets traffic, with Consul's warning weight.
    package var includeWarning: Bool
    /// Instances with any of these are backups: they get requests only while the group has no other peer that can.
    package var backupTags: [String]

    package init(
        service: String, tags: [String] = [], excludeTags: [String] = [], meta: [String: [String]] = [:],
        datacenter: String = "", includeWarning: Bool = false, backupTags: [String] = []
    ) {
        self.service = service
        self.tags = tags
        self.excludeTags = excludeTags
        self.meta = meta
        self.datacenter = datacenter
        self.includeWarning = includeWarning
        self.backupTags = backupTags
    }

    package var key: ServiceKey { ServiceKey(name: service, datacenter: datacenter) }

    /// Whether `instance`, whatever its health, is one that this selector means.
    package func selects(_ instance: Instance) -> Bool {
        tags.allSatisfy(instance.tags.contains)
            && !excludeTags.contains(where: instance.tags.contains)
            && meta.allSatisfy { key, values in instance.meta[key].map(values.contains) ?? false }
    }

    /// Whether `instance`, which it selects, is a backup.
    package func isBackup(_ instance: Instance) -> Bool { backupTags.contains(where: instance.tags.contains) }
}

extension ConsulSelector: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case service, tags, excludeTags = "exclude_tags", meta, datacenter, includeWarning = "include_warning"
        case backupTags = "backup_tags"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        service = try fields.required(.service, or: "-")
        tags = try fields.optional(.tags, default: [])
        excludeTags = try fields.optional(.excludeTags, default: [])
        meta = try fields.optional(.meta, default: [:])
        datacenter = try fields.optional(.datacenter, default: "")
        includeWarning = try fields.optional(.includeWarning, default: false)
        backupTags = try fields.optional(.backupTags, default: [])
    }
}
