internal import Testing
@Suite struct StubTests { @Test func a() {} }
