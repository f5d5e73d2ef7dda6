package io.qbull.component.node;

import io.qbull.model.TaskQueue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs so many tasks at a time on a pool; the others wait in line, where they can be taken back. A pool of threads that only grows with
 * the number of jobs that block would take the process down.
 *
 * <p>Shares have lines of their own, which are served in turn, and each has one worker in any case, beyond the number of all if need be:
 * a partition whose jobs all block does not stop the others. Thread-safe.
 */
public final class BoundedWorkers implements TaskQueue {
    private static final Logger LOG = LoggerFactory.getLogger(BoundedWorkers.class);
    /** A thread that blocks costs some 100 kB. */
    private static final int MOST_THREADS = 1_000;

    private final Pool pool;
    /** Guarded by the pool, as {@link #working} is. */
    private final Set<Runnable> line = new LinkedHashSet<>();
    /** How many workers run tasks of this share. */
    private int working;

    /** What the shares have in common. */
    private static final class Pool {
        final Executor threads;
        final int most;
        /** Guarded by this, as {@link #waiting} is. */
        int busy;
        /** The shares with a line; the first is served next. */
        final Deque<BoundedWorkers> waiting = new ArrayDeque<>();

        Pool(Executor threads, int most) {
            this.threads = threads;
            this.most = most;
        }
    }

    /** A task, and whose it is. */
    private record Turn(BoundedWorkers share, Runnable task) {}

    /**
     * @param threads has a thread for each task that it is given
     */
    public BoundedWorkers(Executor threads) {
        this(threads, MOST_THREADS);
    }

    BoundedWorkers(Executor threads, int most) {
        this(new Pool(threads, most));
    }

    private BoundedWorkers(Pool pool) {
        this.pool = pool;
    }

    @Override
    public TaskQueue share() {
        return new BoundedWorkers(pool);
    }

    @Override
    public void execute(Runnable task) {
        synchronized (pool) {
            if (working > 0 && pool.busy >= pool.most) {
                if (line.isEmpty()) {
                    pool.waiting.add(this);
                }
                line.add(task);
                return;
            }
            join();
        }
        employ(new Turn(this, task));
    }

    @Override
    public boolean takeBack(Runnable task) {
        synchronized (pool) {
            boolean taken = line.remove(task);
            if (taken && line.isEmpty()) {
                pool.waiting.remove(this);
            }
            return taken;
        }
    }

    @Override
    public @Nullable String waitsFor(Runnable task) {
        synchronized (pool) {
            return line.contains(task) ? "a thread" : null;
        }
    }

    private void employ(Turn first) {
        try {
            pool.threads.execute(() -> work(first));
        } catch (RuntimeException | Error e) {
            synchronized (pool) {
                first.share.leave();
            }
            throw e;
        }
    }

    private static void work(Turn first) {
        for (Turn turn = first; turn != null; turn = turn.share.next()) {
            try {
                turn.task.run();
            } catch (RuntimeException | Error e) {
                // Whatever becomes of a task, those in line go on.
                LOG.error("a worker ended with an error", e);
            }
            // An interrupt was meant for the task that has ended.
            Thread.interrupted();
        }
    }

    /** What the worker runs after a task of this share; null if it leaves. */
    private @Nullable Turn next() {
        synchronized (pool) {
            leave();
            boolean last = working == 0 && !line.isEmpty();
            BoundedWorkers other = pool.busy < pool.most ? pool.waiting.peek() : null;
            BoundedWorkers share = last ? this : other;
            return share == null ? null : share.take();
        }
    }

    /** Takes the first task of the line; the share is served again after all others. Guarded by the pool, as the rest. */
    private Turn take() {
        Runnable task = line.iterator().next();
        line.remove(task);
        pool.waiting.remove(this);
        if (!line.isEmpty()) {
            pool.waiting.add(this);
        }
        join();
        return new Turn(this, task);
    }

    private void join() {
        working++;
        pool.busy++;
    }

    private void leave() {
        working--;
        pool.busy--;
    }
}
