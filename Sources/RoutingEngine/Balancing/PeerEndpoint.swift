/// What a data plane keeps for a peer on one event loop, such as its connections. The engine only carries it.
package class PeerEndpoint {
    package init() {}
}
