package io.qbull.model;

import java.util.concurrent.Executor;

/** An executor that keeps its tasks until somebody comes to run them, which may be never. Thread-safe. */
public interface TaskQueue extends Executor {
    /**
     * @param task given to {@link #execute}
     * @return whether nobody has come for the task; then it never runs
     */
    boolean takeBack(Runnable task);
}
