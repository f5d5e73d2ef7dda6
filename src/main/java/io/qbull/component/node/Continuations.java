package io.qbull.component.node;

import io.qbull.runtime.EventLoop;
import io.qbull.runtime.LogLimit;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Continues exchanges that waited for an answer, because a route that continues must never block an event loop. Rejects nothing and loses
 * nothing. Thread-safe.
 *
 * <p>What becomes ready at one time, such as all jobs of an answered call, is one task of one thread. A route may block, so another thread
 * takes what comes while the others are held up; and the work is looked at every 10 ms: while some of it has waited since the look before,
 * the threads double, up to {@value #MANY}. More are added only if none of those has finished anything for a second, because then they may
 * wait for what lies behind them. So the added ones begin with what came last: taken in order, it would wait behind others that block, and
 * after {@value #MOST} threads, the most in all, for ever. If no thread can be had it is tried again.
 */
final class Continuations implements Executor {
    /** Threads of this kind that a node uses at once. */
    static final int MANY = 64;

    /** Threads of this kind that a node ever uses at once, whatever its routes wait for. */
    static final int MOST = 512;

    /** After which a thread that has not come back for more is taken for blocked. */
    static final Duration HELD_UP = Duration.ofMillis(1);

    static final Duration LOOK = Duration.ofMillis(10);
    static final Duration STUCK = Duration.ofSeconds(1);
    static final Duration RETRY = Duration.ofMillis(100);

    private static final Logger LOG = LoggerFactory.getLogger(Continuations.class);

    private final Executor threads;
    private final EventLoop loop;
    private final Deque<Runnable> ready = new ConcurrentLinkedDeque<>();
    private final AtomicLong added = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicInteger running = new AtomicInteger();
    /** When a thread was last started or came back for more. */
    private volatile long turnedAt;

    private final LogLimit lines = new LogLimit();
    private final AtomicBoolean watched = new AtomicBoolean();
    /** Reported once, until a thread can be had again. */
    private final AtomicBoolean shortageReported = new AtomicBoolean();

    /** Of the last look; touched by one look at a time. */
    private long addedThen;

    private long takenThen;
    private long movedAt;

    /**
     * @param threads provides a thread for each task, or throws
     * @param loop times the looks
     */
    Continuations(Executor threads, EventLoop loop) {
        this.threads = threads;
        this.loop = loop;
    }

    @Override
    public void execute(Runnable rest) {
        added.incrementAndGet();
        ready.add(rest);
        if (!startFirst()) {
            if (running.get() < MANY && loop.nanoTime() - turnedAt > HELD_UP.toNanos()) {
                startMore(1, ready::poll);
            }
            watch();
        }
    }

    /** Runs on the caller's thread what no other thread has come for. */
    void close() {
        if (running.get() == 0) {
            takeAll(ready::poll);
        }
    }

    private boolean startFirst() {
        if (!running.compareAndSet(0, 1)) {
            return false;
        }
        start(ready::poll);
        return true;
    }

    /** Counted as running already. */
    private void start(Supplier<@Nullable Runnable> next) {
        turnedAt = loop.nanoTime();
        try {
            threads.execute(() -> run(next));
            shortageReported.set(false);
        } catch (RejectedExecutionException e) {
            // Stopping: whoever waits for these exchanges must get an answer all the same.
            run(next);
        } catch (RuntimeException | Error e) {
            running.decrementAndGet();
            if (shortageReported.compareAndSet(false, true)) {
                LOG.error("exchanges do not continue, trying every {}: {}", RETRY, e.toString());
            }
            loop.schedule(RETRY, () -> {
                if (!ready.isEmpty()) {
                    startFirst();
                }
            });
        }
    }

    private void run(Supplier<@Nullable Runnable> next) {
        Supplier<@Nullable Runnable> source = next;
        do {
            takeAll(source);
            source = ready::poll;
            running.decrementAndGet();
            // Something may have come after the last take, while this thread still counted.
        } while (!ready.isEmpty() && running.compareAndSet(0, 1));
    }

    private void takeAll(Supplier<@Nullable Runnable> next) {
        for (Runnable rest = next.get(); rest != null; rest = next.get()) {
            taken.incrementAndGet();
            turnedAt = loop.nanoTime();
            try {
                rest.run();
            } catch (RuntimeException | Error e) {
                lines.log(e.toString(), more -> LOG.error("an exchange did not continue{}", more, e));
            }
        }
    }

    private void watch() {
        if (watched.compareAndSet(false, true)) {
            addedThen = added.get();
            takenThen = taken.get();
            movedAt = loop.nanoTime();
            loop.schedule(LOOK, this::look);
        }
    }

    private void look() {
        long takenNow = taken.get();
        if (ready.isEmpty()) {
            watched.set(false);
            if (!ready.isEmpty()) {
                watch();
            }
            return;
        }
        if (takenNow != takenThen) {
            takenThen = takenNow;
            movedAt = loop.nanoTime();
        }
        if (takenNow < addedThen) {
            grow();
        }
        addedThen = added.get();
        loop.schedule(LOOK, this::look);
    }

    private void grow() {
        int now = running.get();
        if (now < MANY) {
            startMore(Math.min(now, MANY - now), ready::poll);
        } else if (loop.nanoTime() - movedAt >= STUCK.toNanos()) {
            if (now < MOST) {
                movedAt = loop.nanoTime();
                startMore(1, ready::pollLast);
            } else {
                lines.log(
                        "all blocked",
                        more -> LOG.warn(
                                "{} exchanges block their threads after they were added to a queue, {} wait for one of"
                                        + " these threads{}",
                                now,
                                added.get() - taken.get(),
                                more));
            }
        }
    }

    private void startMore(int count, Supplier<@Nullable Runnable> next) {
        for (int i = 0; i < count; i++) {
            running.incrementAndGet();
            start(next);
        }
    }
}
