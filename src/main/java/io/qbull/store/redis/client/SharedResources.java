package io.qbull.store.redis.client;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The client's threads. All connections of a process share them; closing the last set of connections stops them. Each starts when it is
 * first needed. Thread-safe.
 */
public final class SharedResources {
    /** The threads of this process. */
    public static final SharedResources PROCESS = new SharedResources();

    /** Decoding a reply costs a few microseconds, so few threads serve any number of connections. */
    private static final int IO_THREADS =
            Math.max(2, Math.min(4, Runtime.getRuntime().availableProcessors()));

    /** Time-outs and pauses only. */
    private static final int TASK_THREADS = 2;

    private @Nullable ClientResources resources;
    private int users;

    /** Starts the threads if this is the first user. */
    synchronized ClientResources acquire() {
        ClientResources current = resources;
        if (current == null) {
            current = DefaultClientResources.builder()
                    .ioThreadPoolSize(IO_THREADS)
                    .computationThreadPoolSize(TASK_THREADS)
                    .build();
            resources = current;
        }
        users++;
        return current;
    }

    /** Call once for each {@link #acquire}. Does not wait for the threads to stop. */
    synchronized void release() {
        users--;
        ClientResources current = resources;
        if (users == 0 && current != null) {
            resources = null;
            var unused = current.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }
}
