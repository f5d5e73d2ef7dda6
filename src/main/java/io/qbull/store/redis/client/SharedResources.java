package io.qbull.store.redis.client;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The client's threads. All stores of a process share them; closing the last store stops them. Thread-safe. */
public final class SharedResources {
    /** The threads of this process. */
    public static final SharedResources PROCESS = new SharedResources();

    private @Nullable ClientResources resources;
    private int users;

    /** Starts the threads if this is the first user. */
    synchronized ClientResources acquire() {
        ClientResources current = resources;
        if (current == null) {
            current = DefaultClientResources.create();
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
