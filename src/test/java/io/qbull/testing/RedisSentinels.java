package io.qbull.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A master, its replica and a sentinel that watches them, as child processes. */
public final class RedisSentinels implements AutoCloseable {

    private final RedisProcess master;
    private final RedisProcess replica;
    private final RedisProcess sentinel;
    private final Path config = TempDirs.create("qbull-sentinel");

    private RedisSentinels() {
        master = new RedisProcess(Ports.free(), List.of());
        master.start();
        replica = new RedisProcess(
                Ports.free(),
                List.of(
                        "--replicaof",
                        "127.0.0.1",
                        Integer.toString(master.port()),
                        "--repl-diskless-sync-delay",
                        "0"));
        replica.start();
        Path file = config.resolve("sentinel.conf");
        try {
            Files.writeString(file, """
                    sentinel monitor qbull 127.0.0.1 %d 1
                    sentinel down-after-milliseconds qbull 1000
                    sentinel failover-timeout qbull 5000
                    sentinel auth-user qbull %s
                    sentinel auth-pass qbull %<s
                    """.formatted(master.port(), PodRights.ADMIN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sentinel = RedisProcess.sentinel(Ports.free(), file);
        sentinel.start();
    }

    /**
     * @return running servers, of which the sentinel knows the replica
     */
    public static RedisSentinels start() {
        RedisSentinels all = new RedisSentinels();
        try (Resp resp = new Resp(all.sentinel.port())) {
            await("the sentinel knows the replica")
                    .until(() -> resp.list("SENTINEL", "REPLICAS", "qbull").size() == 1);
        }
        return all;
    }

    /**
     * @return address of the sentinel, with the master's name
     */
    public String uri() {
        return "redis-sentinel://127.0.0.1:" + sentinel.port() + "#qbull";
    }

    /** Returns when the replica has what the master has. */
    public void awaitReplicated() {
        try (Resp resp = new Resp(master.port())) {
            await("replication").until(() -> {
                resp.call("SET", "test:replicated", "1");
                return resp.number("WAIT", "1", "1000") == 1;
            });
        }
    }

    /** Like {@code kill -9}. */
    public void killMaster() {
        master.kill();
    }

    @Override
    public void close() {
        sentinel.close();
        replica.close();
        master.close();
        TempDirs.delete(config);
    }
}
