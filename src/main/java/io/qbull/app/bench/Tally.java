package io.qbull.app.bench;

import java.util.BitSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Counts the jobs that run, and what is wrong with them: their order, repeats, two of one key at once. Thread-safe. */
final class Tally {
    private final Key[] keys;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong unknown = new AtomicLong();

    /**
     * @param keys how many keys
     */
    Tally(int keys) {
        this.keys = Stream.generate(Key::new).limit(keys).toArray(Key[]::new);
    }

    /** A job starts. */
    void started(Payload job) {
        if (job.key() < 0 || job.key() >= keys.length) {
            unknown.incrementAndGet();
            return;
        }
        keys[job.key()].started(job.number());
    }

    /**
     * A job ends that has started.
     *
     * @return how many jobs have ended by now, each counted once
     */
    long ended(Payload job) {
        if (job.key() < 0 || job.key() >= keys.length || !keys[job.key()].ended(job.number())) {
            return done.get();
        }
        return done.incrementAndGet();
    }

    /**
     * @return how many jobs have ended, each counted once
     */
    long done() {
        return done.get();
    }

    /**
     * @param sent how many jobs of each key were sent
     * @return what was found
     */
    Findings findings(int[] sent) {
        long lost = 0;
        long overtaken = 0;
        long repeated = 0;
        long together = 0;
        long foreign = unknown.get();
        long expected = 0;
        for (int i = 0; i < keys.length; i++) {
            synchronized (keys[i]) {
                int known = keys[i].ended.get(0, sent[i]).cardinality();
                expected += sent[i];
                lost += sent[i] - known;
                foreign += keys[i].started.cardinality()
                        - keys[i].started.get(0, sent[i]).cardinality();
                overtaken += keys[i].overtaken;
                repeated += keys[i].repeated;
                together += keys[i].together;
            }
        }
        return new Findings(expected, lost, overtaken, repeated, together, foreign);
    }

    /** The jobs of a key. */
    private static final class Key {
        private final BitSet started = new BitSet();
        private final BitSet ended = new BitSet();
        private int highest = -1;
        private int running = -1;
        private long overtaken;
        private long repeated;
        private long together;

        synchronized void started(int number) {
            if (running >= 0) {
                together++;
            }
            running = number;
            if (started.get(number)) {
                repeated++;
            } else if (number < highest) {
                overtaken++;
            }
            started.set(number);
            highest = Math.max(highest, number);
        }

        /** Whether it is the first time. */
        synchronized boolean ended(int number) {
            running = -1;
            boolean first = !ended.get(number);
            ended.set(number);
            return first;
        }
    }
}
