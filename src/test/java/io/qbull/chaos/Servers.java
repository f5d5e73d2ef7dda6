package io.qbull.chaos;

import io.qbull.testing.RedisClusterExtension;
import io.qbull.testing.RedisServer;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.List;

/** The Redis under test, as faults see it: some servers that can be stopped, each with a number from 0. */
interface Servers {
    /** Their ports. */
    List<Integer> ports();

    /** The address for pods. */
    String uri();

    /** Kills a server. */
    void kill(int server);

    /** Starts a server again with its data after {@link #kill}. */
    void start(int server);

    /** Freezes a server. */
    void pause(int server);

    /** Resumes a frozen server. */
    void resume(int server);

    /** A new connection of the administrator, which keeps its rights whatever happens to the user of the pods; the caller closes it. */
    default Resp connect(int server) {
        return connect(server, Resp.PATIENCE);
    }

    /** The same, which waits so long for an answer. */
    default Resp connect(int server, Duration patience) {
        return new Resp("127.0.0.1", ports().get(server), patience);
    }

    /** One server. */
    static Servers of(RedisServer server) {
        return new Servers() {
            @Override
            public List<Integer> ports() {
                return List.of(server.port());
            }

            @Override
            public String uri() {
                return server.uri();
            }

            @Override
            public void kill(int any) {
                server.kill();
            }

            @Override
            public void start(int any) {
                server.restart();
            }

            @Override
            public void pause(int any) {
                server.pause();
            }

            @Override
            public void resume(int any) {
                server.resume();
            }
        };
    }

    /** The masters of a cluster. */
    static Servers of(RedisClusterExtension cluster) {
        return new Servers() {
            @Override
            public List<Integer> ports() {
                return cluster.ports();
            }

            @Override
            public String uri() {
                return cluster.uri();
            }

            @Override
            public void kill(int server) {
                cluster.kill(server);
            }

            @Override
            public void start(int server) {
                cluster.start(server);
            }

            @Override
            public void pause(int server) {
                cluster.pause(server);
            }

            @Override
            public void resume(int server) {
                cluster.resume(server);
            }
        };
    }
}
