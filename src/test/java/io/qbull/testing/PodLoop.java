package io.qbull.testing;

import io.qbull.runtime.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A simulated pod's own loop: stands still while the pod is paused, for ever when it has crashed. Its clock never stands still.
 */
public final class PodLoop implements EventLoop {
    private final ManualEventLoop world;
    private final List<Runnable> held = new ArrayList<>();
    private boolean paused;
    private boolean crashed;

    /**
     * @param world moves the time of all pods
     */
    public PodLoop(ManualEventLoop world) {
        this.world = world;
    }

    /** What is due waits from now on. */
    public void pause() {
        paused = true;
    }

    /** What has waited runs. */
    public void resume() {
        paused = false;
        List<Runnable> due = List.copyOf(held);
        held.clear();
        due.forEach(this::execute);
    }

    /** Nothing runs any more. */
    public void crash() {
        crashed = true;
    }

    @Override
    public void execute(Runnable task) {
        world.execute(() -> run(task));
    }

    private void run(Runnable task) {
        if (crashed) {
            return;
        }
        if (paused) {
            held.add(task);
        } else {
            task.run();
        }
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        return world.schedule(delay, () -> run(task));
    }

    @Override
    public long nanoTime() {
        return world.nanoTime();
    }

    @Override
    public Instant now() {
        return world.now();
    }
}
