import RoutingModel
import Testing

@testable import Consul

@Suite struct HealthQuestionTests {
    private func watch(_ name: String, dc: String = "", index: UInt64? = nil, wait: Duration = .seconds(55))
        -> HealthQuestion
    {
        HealthQuestion(service: ServiceKey(name: name, datacenter: dc), mode: .watch(index: index, wait: wait))
    }

    @Test("The first question is stale and not blocking; later ones block from the index")
    func targets() {
        #expect(watch("star").target == "/v1/health/service/star?stale")
        #expect(watch("star", index: 17).target == "/v1/health/service/star?stale&index=17&wait=55s")
        #expect(
            watch("star", dc: "eu 1", index: 17, wait: .milliseconds(1500)).target
                == "/v1/health/service/star?stale&index=17&wait=1500ms&dc=eu%201")
        let confirm = HealthQuestion(service: ServiceKey(name: "star", datacenter: "dc2"), mode: .confirm)
        #expect(confirm.target == "/v1/health/service/star?consistent&dc=dc2")
    }

    @Test("Names are percent-encoded")
    func encoding() {
        #expect(
            watch("a/b?c#d%e&f+g é~-._").target
                == "/v1/health/service/a%2Fb%3Fc%23d%25e%26f%2Bg%20%C3%A9~-._?stale")
        #expect(watch("\n").target == "/v1/health/service/%0A?stale")
    }

    @Test("The limit covers the wait, the server's jitter and the grace")
    func limits() {
        #expect(watch("star", index: 1, wait: .seconds(160)).limit(grace: .seconds(10)) == .seconds(180))
        #expect(watch("star").limit(grace: .seconds(10)) == .seconds(10))
        let confirm = HealthQuestion(service: ServiceKey(name: "star"), mode: .confirm)
        #expect(confirm.limit(grace: .seconds(10)) == .seconds(10))
    }
}
