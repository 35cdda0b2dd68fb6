/// Rules that say everything that can be said.
enum SettingsExamples {
    static let certificate = "-----BEGIN CERTIFICATE-----\\nMIIBszCCAVmgAwIBAgIUQ2E=\\n-----END CERTIFICATE-----\\n"

    static let group = #"""
        {"consul":{"service":"carts","tags":["v2"],"backup_tags":["spare"]},
         "peers":[{"address":"10.0.0.1","port":80},{"address":"10.0.0.2","port":80,"backup":true}],
         "balance":{"policy":"consistent_hash","hash_on":{"cookie":"cart","salt":"x"}},
         "slow_start":"1m30s","max_connections":200,
         "tls":{"server_name":"carts.internal","ca":"\#(certificate)","verify":true},
         "health":{"passive":{"consecutive_failures":3,"consecutive_5xx":10,"ejection_time":"15s",
                              "max_ejection_time":"10m","max_ejected":33.33},
                   "active":{"http":{"path":"/healthz?deep=1","host":"carts.internal:8443","statuses":["200-299","401"]},
                             "interval":"2s","timeout":"500ms","healthy_after":3,"unhealthy_after":4}}}
        """#

    static let route = #"""
        {"match":{"path":{"prefix":"/carts"}},
         "split":[{"group":"a","weight":5,"request_headers":{"set":{"X-Variant":"canary"}},
                   "response_headers":{"remove":["Server"]}},{"group":"b","weight":95}],
         "retry":{"attempts":2,"per_try_timeout":"2s","on":["connect_failure","reset","timeout","502","503","504"],
                  "non_idempotent":true,"retry_across":true,"budget":12.5,"min_per_second":0},
         "timeouts":{"connect":"250ms","response":"10s","idle":"1m","total":"1h"},
         "rewrite":{"path_prefix":"/v2/carts","host":"carts.internal:8080"},
         "request_headers":{"set":{"X-Tier":"shop","x-empty":""},"add":{"Via":"1.1 ü"},"remove":["X-Debug"]},
         "response_headers":{"add":{"X-Served-By":"signalbox"}},
         "mirror":{"group":"next","percent":10.5}}
        """#
}
