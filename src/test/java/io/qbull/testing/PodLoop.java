package io.qbull.testing;

import io.qbull.runtime.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The event loop of a simulated pod. It stops while the pod is paused and for good when the pod crashes; its clock never stops.
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

    /** Tasks wait from now on. */
    public void pause() {
        paused = true;
    }

    /** Runs the waiting tasks. */
    public void resume() {
        paused = false;
        List<Runnable> due = List.copyOf(held);
        held.clear();
        due.forEach(this::execute);
    }

    /** Runs no task any more. */
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
