package io.qbull.model;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** An executor that keeps its tasks until somebody comes to run them, which may be never. Thread-safe. */
public interface TaskQueue extends Executor {
    /**
     * @param task given to {@link #execute}
     * @return whether nobody has come for the task; then it never runs
     */
    boolean takeBack(Runnable task);

    /**
     * @param task given to {@link #execute}
     * @return what it waits for, as {@code a thread}; null if somebody has come for it
     */
    @Nullable
    String waitsFor(Runnable task);

    /**
     * @return a part of it, for one partition: its tasks do not wait for those of the other parts to end
     */
    default TaskQueue share() {
        return this;
    }
}
