package io.qbull.component.node;

import io.qbull.model.TaskQueue;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs so many tasks at a time on a pool; the others wait in line, where they can be taken back. A pool of threads that only grows with
 * the number of jobs that block would take the process down. Thread-safe.
 */
public final class BoundedWorkers implements TaskQueue {
    /** A thread that blocks costs some 100 kB. */
    private static final int MOST_THREADS = 1_000;

    private final Executor pool;
    private final int most;
    /** Guarded by this, as {@link #busy} is. */
    private final Set<Runnable> line = new LinkedHashSet<>();

    private int busy;

    /**
     * @param pool has a thread for each task that it is given
     */
    public BoundedWorkers(Executor pool) {
        this(pool, MOST_THREADS);
    }

    BoundedWorkers(Executor pool, int most) {
        this.pool = pool;
        this.most = most;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            if (busy >= most) {
                line.add(task);
                return;
            }
            busy++;
        }
        try {
            pool.execute(() -> work(task));
        } catch (RuntimeException | Error e) {
            leave();
            throw e;
        }
    }

    private void work(Runnable first) {
        boolean left = false;
        try {
            for (Runnable task = first; task != null; task = next()) {
                task.run();
            }
            left = true;
        } finally {
            if (!left) {
                leave();
            }
        }
    }

    /** The next in line; null if there is none, and the worker leaves. */
    private synchronized @Nullable Runnable next() {
        if (line.isEmpty()) {
            busy--;
            return null;
        }
        Runnable next = line.iterator().next();
        line.remove(next);
        return next;
    }

    private synchronized void leave() {
        busy--;
    }

    @Override
    public synchronized boolean takeBack(Runnable task) {
        return line.remove(task);
    }
}
