package io.qbull.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all pumps of a process may fill with jobs that were read and are not done: entries of the stream, and first jobs of held
 * keys. Each pump has an equal share, and may always have one entry and one first job, however large: so every partition moves.
 * Thread-safe; a share belongs to the event loop of its pump.
 */
public final class FetchBudget {
    /** What a job takes besides the bytes of its fields. */
    static final int ENTRY_OVERHEAD = 512;

    private static final FetchBudget OF_PROCESS =
            new FetchBudget(Runtime.getRuntime().maxMemory() / 4);

    private final long standard;
    /** The limits that are in force; guarded by this. */
    private final List<Limit> limits = new ArrayList<>();

    private final AtomicInteger pumps = new AtomicInteger();
    private final AtomicLong used = new AtomicLong();
    private volatile long bytes;

    /**
     * @param bytes for all pumps together, 1 or more
     */
    public FetchBudget(long bytes) {
        this.standard = bytes;
        this.bytes = bytes;
    }

    /**
     * @return the budget of this process: a quarter of the heap, unless it is {@linkplain #limit limited}
     */
    public static FetchBudget ofProcess() {
        return OF_PROCESS;
    }

    /**
     * Names another number of bytes until the limit is closed; of several the smallest counts. What was read before stays.
     *
     * @param all bytes for all pumps together, 1 or more
     * @return to be closed
     */
    public Limit limit(long all) {
        Limit limit = new Limit(all);
        synchronized (this) {
            limits.add(limit);
            apply();
        }
        return limit;
    }

    private void apply() {
        bytes = limits.stream().mapToLong(limit -> limit.all).min().orElse(standard);
    }

    /** A share for another pump. */
    Share share() {
        pumps.incrementAndGet();
        return new Share();
    }

    /** Bytes that are used or asked for now. */
    long used() {
        return used.get();
    }

    /**
     * @return bytes for all pumps together
     */
    public long all() {
        return bytes;
    }

    /** How much all pumps may use together, until it is closed. */
    public final class Limit {
        private final long all;

        private Limit(long all) {
            this.all = all;
        }

        /** It counts no more. May be called again. */
        public void close() {
            synchronized (FetchBudget.this) {
                limits.remove(this);
                apply();
            }
        }
    }

    /** What one pump may use. On its event loop. */
    final class Share {
        private long entries;
        private long heads;
        private long asked;
        private boolean ended;

        private Share() {}

        /**
         * @param count entries of the stream that are in memory now
         * @param size bytes of their fields
         */
        void holds(int count, long size) {
            long now = size + (long) count * ENTRY_OVERHEAD;
            use(now - entries);
            entries = now;
        }

        /**
         * @param count first jobs of held keys that are in memory now
         * @param size bytes of their fields
         */
        void holdsHeads(int count, long size) {
            long now = size + (long) count * ENTRY_OVERHEAD;
            use(now - heads);
            heads = now;
        }

        /**
         * @param count entries that a fetch under way may bring; zero once it is answered
         * @param size bytes of their fields
         */
        void asks(int count, long size) {
            long now = size + (long) count * ENTRY_OVERHEAD;
            use(now - asked);
            asked = now;
        }

        private void use(long more) {
            if (!ended) {
                used.addAndGet(more);
            }
        }

        /**
         * @return bytes that may be added to those in memory, overhead included; zero or less if there is no room. What a fetch under way
         *     may bring is not taken off
         */
        long room() {
            return Math.min(equalPart() - entries - heads, bytes - (used.get() - asked));
        }

        /** Bytes that entries of the stream may take now, overhead included. */
        long forEntries() {
            return Math.max(0, entries + room());
        }

        /** Whether entries take no more than half of what they may; without any there is always room for one. */
        boolean halfFree() {
            return entries == 0 || entries <= room();
        }

        /** Whether there is no room for another entry. */
        boolean full() {
            return entries > 0 && room() <= 0;
        }

        /**
         * @param more first jobs of held keys
         * @param size bytes of the fields of all of them, at most
         * @return whether there is room for them besides what a fetch under way may bring
         */
        boolean fits(int more, long size) {
            return size + (long) more * ENTRY_OVERHEAD <= room() - asked;
        }

        private long equalPart() {
            return bytes / Math.max(1, pumps.get());
        }

        /** The pump has ended: the others share what it had. May be called again. */
        void end() {
            if (!ended) {
                use(-entries - heads - asked);
                ended = true;
                pumps.decrementAndGet();
            }
        }
    }
}
