package io.qbull.app.bench;

import java.util.Arrays;

/**
 * Hands out the jobs of a round: one of each key in turn, or every other one of the first key; each key's numbered from 0. Used by one thread
 * at a time.
 */
final class Deck {
    private final int[] dealt;
    /** The first of the keys that take turns. */
    private final int first;
    /** Every other job is of key 0. */
    private final boolean hot;

    private int at;
    private long count;

    /**
     * @param keys how many keys
     */
    Deck(int keys) {
        this(keys, 0, false);
    }

    private Deck(int keys, int first, boolean hot) {
        this.dealt = new int[keys];
        this.first = first;
        this.hot = hot;
        this.at = first;
    }

    /**
     * All keys but the first take turns.
     *
     * @param keys how many keys, 2 or more
     * @param hot whether the first one has half of all jobs; else it has none
     */
    static Deck beside(int keys, boolean hot) {
        return new Deck(keys, 1, hot);
    }

    /**
     * @param due when the job is to be sent; 0 if that does not matter
     * @return the next job
     */
    Payload next(long due) {
        boolean ofHot = hot && count % 2 == 0;
        count++;
        return deal(ofHot ? 0 : turn(), due);
    }

    private int turn() {
        int key = at;
        at = at + 1 == dealt.length ? first : at + 1;
        return key;
    }

    private Payload deal(int key, long due) {
        return new Payload(key, dealt[key]++, due);
    }

    /**
     * @return how many jobs were handed out
     */
    long count() {
        return count;
    }

    /**
     * @return how many of each key
     */
    int[] dealt() {
        return Arrays.copyOf(dealt, dealt.length);
    }
}
