package io.qbull.partition;

import io.qbull.runtime.EventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Brings what workers tell to the event loop, as many at a time as there are. Thread-safe. */
final class JobEnds {
    private final EventLoop loop;
    private final Runnable then;
    private final Queue<Runnable> told = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean posted = new AtomicBoolean();

    /**
     * @param loop carries out what is told
     * @param then called on the loop after each batch
     */
    JobEnds(EventLoop loop, Runnable then) {
        this.loop = loop;
        this.then = then;
    }

    void tell(Runnable event) {
        told.add(event);
        post();
    }

    private void post() {
        if (posted.compareAndSet(false, true)) {
            loop.execute(this::take);
        }
    }

    private void take() {
        posted.set(false);
        try {
            for (Runnable event = told.poll(); event != null; event = told.poll()) {
                event.run();
            }
        } finally {
            if (!told.isEmpty()) {
                post();
            }
        }
        then.run();
    }
}
