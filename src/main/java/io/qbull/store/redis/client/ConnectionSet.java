package io.qbull.store.redis.client;

import io.qbull.config.RedisSettings;

/**
 * Everything that a process has open to one Redis: the connections for commands and for leases to each server, the blocking readers and
 * the subscription, each opened at its first use. Thread-safe.
 */
public final class ConnectionSet {
    private final RedisSettings settings;
    private final Connector connector;
    private final ServerTopology topology;
    private final Announcements announcements;
    private final BlockingReaders readers;
    private final ChangeNumbers changeNumbers;

    /** Starts to connect. Does not block. */
    ConnectionSet(RedisSettings settings, Connector connector) {
        this.settings = settings;
        this.connector = connector;
        this.topology = new ServerTopology(connector, settings);
        this.announcements = new Announcements(topology, connector);
        this.readers = new BlockingReaders(topology, connector);
        this.changeNumbers = new ChangeNumbers(topology);
    }

    /** Where Redis is. */
    public RedisSettings settings() {
        return settings;
    }

    /** Opens connections, and runs tasks later. */
    public Connector connector() {
        return connector;
    }

    /** Finds the server of a key. */
    public ServerTopology topology() {
        return topology;
    }

    /** Hears the announcements of pods. */
    public Announcements announcements() {
        return announcements;
    }

    /** Wait for new entries. */
    public BlockingReaders readers() {
        return readers;
    }

    /** Say whether people have paused something. */
    public ChangeNumbers changeNumbers() {
        return changeNumbers;
    }

    /** Closes everything; commands under way fail. Does not block. */
    void close() {
        readers.close();
        announcements.close();
        topology.close();
        connector.close();
    }
}
