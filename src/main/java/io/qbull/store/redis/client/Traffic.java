package io.qbull.store.redis.client;

/** Which of the connections to a server carries a command. */
public enum Traffic {
    /** Everything that may be large or many: jobs, layouts, and whatever people ask. */
    BULK,
    /** What keeps leases alive, all of it short: it never waits behind bulk data, nor is it lost with a connection that bulk data broke. */
    LEASES
}
