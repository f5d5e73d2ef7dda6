package io.qbull.chaos;

/**
 * A job of the run, as it stands in its body.
 *
 * @param queue to which it was sent
 * @param key its key
 * @param seq its number among the jobs of its queue and key, from 0
 * @param due before when it may not run, in milliseconds since 1970; 0 = at any time
 */
record Job(String queue, String key, int seq, long due) {
    /** One job in so many is refused for good. */
    private static final int REFUSED_ONE_IN = 400;

    /**
     * @throws IllegalArgumentException if the body is not what a sender has sent
     */
    static Job parse(String body) {
        String[] words = body.split(" ", -1);
        if (words.length != 4) {
            throw new IllegalArgumentException("no job: '" + body + "'");
        }
        return new Job(words[0], words[1], Integer.parseInt(words[2]), Long.parseLong(words[3]));
    }

    String body() {
        return queue + " " + key + " " + seq + " " + due;
    }

    /** What jobs have in common that must stay in order. */
    String line() {
        return queue + " " + key;
    }

    /** Whether the receiver always refuses it. */
    boolean refused() {
        return Math.floorMod((queue + key + seq).hashCode(), REFUSED_ONE_IN) == 0;
    }
}
