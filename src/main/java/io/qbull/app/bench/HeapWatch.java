package io.qbull.app.bench;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ListenerNotFoundException;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/** Sees how much of the heap is in use after each collection, while it is open. */
final class HeapWatch implements AutoCloseable {
    private final AtomicLong largest = new AtomicLong();
    private final NotificationListener listener = (notification, none) -> {
        if (notification.getUserData() instanceof CompositeData data) {
            largest.accumulateAndGet(used(data), Math::max);
        }
    };

    private HeapWatch() {}

    static HeapWatch open() {
        HeapWatch watch = new HeapWatch();
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (collector instanceof NotificationEmitter emitter) {
                emitter.addNotificationListener(watch.listener, null, null);
            }
        }
        return watch;
    }

    /** The most bytes that were in use after a collection; 0 if there was none. */
    long largest() {
        return largest.get();
    }

    private static long used(CompositeData data) {
        return GarbageCollectionNotificationInfo.from(data).getGcInfo().getMemoryUsageAfterGc().values().stream()
                .mapToLong(MemoryUsage::getUsed)
                .sum();
    }

    @Override
    public void close() {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (collector instanceof NotificationEmitter emitter) {
                remove(emitter);
            }
        }
    }

    private void remove(NotificationEmitter emitter) {
        try {
            emitter.removeNotificationListener(listener);
        } catch (ListenerNotFoundException e) {
            throw new IllegalStateException("it was added", e);
        }
    }
}
