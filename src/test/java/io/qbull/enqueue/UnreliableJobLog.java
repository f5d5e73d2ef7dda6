package io.qbull.enqueue;

import io.qbull.model.JobId;
import io.qbull.model.PartitionId;
import io.qbull.model.SourceId;
import io.qbull.store.JobLog;
import io.qbull.store.StoreException;
import io.qbull.testing.ManualEventLoop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A way to the {@link ScriptModel} on which commands and replies are lost, delayed and overtaken. Seeded. */
final class UnreliableJobLog implements EnqueueOnlyJobLog {
    /** A command can hide in buffers for so long after its sender was told that its fate is unknown. */
    private static final int LATEST_MILLIS = 120_000;

    private final ScriptModel script;
    private final ManualEventLoop loop;
    private final Random random;
    private int troublePercent = 50;
    private boolean full;

    UnreliableJobLog(ScriptModel script, ManualEventLoop loop, Random random) {
        this.script = script;
        this.loop = loop;
        this.random = random;
    }

    /**
     * @param percent of commands that do not go through
     * @param full whether Redis takes no data
     */
    void weather(int percent, boolean full) {
        this.troublePercent = percent;
        this.full = full;
    }

    /**
     * @return whether the next command does not go through
     */
    boolean fails() {
        return random.nextInt(100) < troublePercent;
    }

    @Override
    public CompletionStage<Answer> enqueue(JobLog.Call call) {
        CompletableFuture<Answer> end = new CompletableFuture<>();
        switch (fails() ? random.nextInt(4) : 4) {
            case 0 -> after(5, () -> end.completeExceptionally(unavailable(false)));
            case 1 -> { // It never arrives, and nobody knows.
                after(1_000, () -> end.completeExceptionally(unavailable(true)));
            }
            case 2 -> { // It runs, but the reply is lost.
                after(5, () -> run(call, new CompletableFuture<>()));
                after(1_000, () -> end.completeExceptionally(unavailable(true)));
            }
            case 3 -> { // It runs late, perhaps after its repeat.
                after(random.nextBoolean() ? 3_000 : LATEST_MILLIS, () -> run(call, new CompletableFuture<>()));
                after(1_000, () -> end.completeExceptionally(unavailable(true)));
            }
            default -> after(20, () -> run(call, end));
        }
        return end;
    }

    /** Read at one instant between asking and answering. */
    @Override
    public CompletionStage<Map<Integer, Long>> progress(PartitionId partition, SourceId source, Duration lifetime) {
        CompletableFuture<Map<Integer, Long>> end = new CompletableFuture<>();
        if (fails()) {
            after(1_000, () -> end.completeExceptionally(unavailable(true)));
        } else {
            after(20, () -> {
                Map<Integer, Long> read = script.progress(partition, source);
                after(20, () -> end.complete(read));
            });
        }
        return end;
    }

    /** Answered at one instant between asking and answering. */
    @Override
    public CompletionStage<Set<JobId>> known(PartitionId partition, List<JobId> ids) {
        CompletableFuture<Set<JobId>> end = new CompletableFuture<>();
        if (fails()) {
            after(1_000, () -> end.completeExceptionally(unavailable(random.nextBoolean())));
        } else {
            after(20, () -> {
                Set<JobId> known = script.known(partition, ids);
                after(20, () -> end.complete(known));
            });
        }
        return end;
    }

    private void run(JobLog.Call call, CompletableFuture<Answer> end) {
        if (full) {
            end.completeExceptionally(new StoreException.Full("OOM", new Exception()));
        } else {
            end.complete(script.run(call));
        }
    }

    private void after(int mostMillis, Runnable event) {
        loop.schedule(Duration.ofMillis(1 + random.nextInt(mostMillis)), event);
    }

    private static StoreException unavailable(boolean sent) {
        return new StoreException.Unavailable("lost", sent, new Exception());
    }
}
