package io.qbull.app.bench;

/** Adds jobs at a steady rate on a thread of its own until it is closed. */
final class SteadyLoad implements AutoCloseable {
    private static final int LEAST = 1000;
    private static final int A_PARTITION = 20;

    private final double perSecond;
    private final Thread thread;
    private volatile boolean stopped;

    private SteadyLoad(Sender sender, Deck deck, int partitions) {
        this.perSecond = Math.max(LEAST, A_PARTITION * partitions);
        this.thread = new Thread(() -> sender.openLoop(deck, perSecond, due -> !stopped), "qbull-bench-load");
        thread.setDaemon(true);
    }

    /**
     * @param deck nobody else uses it until the load is closed
     * @param partitions each gets some jobs a second
     */
    static SteadyLoad start(Sender sender, Deck deck, int partitions) {
        SteadyLoad load = new SteadyLoad(sender, deck, partitions);
        load.thread.start();
        return load;
    }

    /** How many jobs are sent. */
    double perSecond() {
        return perSecond;
    }

    /** Returns when the last job is sent. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
