package io.qbull.chaos;

/** Says where jobs may be. Thread-safe. */
@FunctionalInterface
interface Placement {
    /**
     * @param queue a queue
     * @param key a key of it
     * @param stream a partition of it
     * @return whether jobs with this key may run there now
     */
    boolean fits(String queue, String key, String stream);
}
