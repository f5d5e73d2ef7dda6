package io.qbull.app.bench;

import java.util.Arrays;

/** Hands out the jobs of a round: one of each key in turn, each key's numbered from 0. Used by one thread at a time. */
final class Deck {
    private final int[] dealt;
    private int at;
    private long count;

    /**
     * @param keys how many keys
     */
    Deck(int keys) {
        this.dealt = new int[keys];
    }

    /**
     * @param due when the job is to be sent; 0 if that does not matter
     * @return the next job
     */
    Payload next(long due) {
        int key = at;
        at = at + 1 == dealt.length ? 0 : at + 1;
        count++;
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
