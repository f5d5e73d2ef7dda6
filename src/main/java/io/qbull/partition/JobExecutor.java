package io.qbull.partition;

import io.qbull.model.JobHandler;
import io.qbull.model.TaskQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs jobs.
 *
 * @param handler handles one job
 * @param workers provides the threads on which the handler runs
 */
public record JobExecutor(JobHandler handler, Executor workers) {
    /**
     * @return the same with workers that jobs of other partitions cannot keep busy, if they make a difference
     */
    public JobExecutor share() {
        return workers instanceof TaskQueue queue ? new JobExecutor(handler, queue.share()) : this;
    }

    /**
     * @param task given to the workers
     * @return whether no worker has taken it; then it never runs
     */
    boolean takeBack(Runnable task) {
        return workers instanceof TaskQueue queue && queue.takeBack(task);
    }

    /**
     * @param task given to the workers
     * @return what it waits for; null if a worker has it
     */
    @Nullable
    String waitsFor(Runnable task) {
        return workers instanceof TaskQueue queue ? queue.waitsFor(task) : null;
    }
}
