package io.qbull.app.bench;

/** One part of the benchmark. */
@FunctionalInterface
interface Measurement {
    /**
     * Measures. Blocks until its pods are stopped and its queues are removed.
     *
     * @param scene to measure in
     * @throws Exception if the part cannot be measured to its end; the message is for the terminal
     */
    void run(Scene scene) throws Exception;
}
