import TestKit
import Testing

/// One cluster for all tests of a suite.
struct SharedCluster: SuiteTrait, TestScoping {
    @TaskLocal private static var current: ConsulCluster?

    /// The cluster with all its servers, whatever an earlier test has done to them.
    /// - Throws: `TestFailure` in a test whose suite hasn't this trait.
    static func whole() async throws -> ConsulCluster {
        guard let current else { throw TestFailure("the suite has no cluster") }
        try await current.start()
        return current
    }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withConsulCluster { cluster in
            try await Self.$current.withValue(cluster) { try await function() }
        }
    }
}

extension Trait where Self == SharedCluster {
    static var sharedCluster: Self { SharedCluster() }
}
