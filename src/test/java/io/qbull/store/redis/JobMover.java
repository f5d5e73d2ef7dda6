package io.qbull.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Lease;
import io.qbull.model.LogPart;
import io.qbull.model.PartitionId;
import io.qbull.model.Position;
import io.qbull.model.Resize;
import io.qbull.model.Segment;
import io.qbull.store.MovedItem;
import io.qbull.store.ResizeTable.Copying;
import io.qbull.store.ResizeTable.Moved;
import io.qbull.store.ResizeTable.PageBounds;
import io.qbull.store.ResizeTable.PageRead;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An owner that moves what leaves its partition, one call a step. It runs no jobs, so it need not wait for any. */
final class JobMover {
    private final ResizeDriver driver;
    private final Lease lease;
    private @Nullable Resize resize;
    private final Deque<LogPart> parts = new ArrayDeque<>();
    private @Nullable Position after;
    /** Of the page that was read, by the partition to which they go; not copied yet. */
    private final Map<Integer, List<MovedItem>> leaving = new TreeMap<>();

    private List<MovedItem> copied = new ArrayList<>();

    JobMover(ResizeDriver driver, Lease lease) {
        this.driver = driver;
        this.lease = lease;
    }

    Lease lease() {
        return lease;
    }

    @Nullable
    Resize resize() {
        return resize;
    }

    /** Looks for what leaves for a resize, from the start. */
    void begin(Resize next) {
        resize = next;
        parts.clear();
        parts.addAll(List.of(LogPart.DELAYED, LogPart.HELD));
        driver.resp.list("HKEYS", "{" + lease.partition() + "}:staged").stream()
                .map(text -> Segment.parse((String) text))
                .filter(segment -> segment.version() < next.version())
                .sorted()
                .forEach(segment -> parts.add(LogPart.of(segment)));
        parts.add(LogPart.STREAM);
        after = null;
        leaving.clear();
        copied = new ArrayList<>();
    }

    void step() {
        Resize running = resize;
        if (running == null) {
            return;
        }
        if (!leaving.isEmpty()) {
            copy(running);
        } else if (!parts.isEmpty()) {
            read(running, parts.getFirst());
        } else {
            Moved answer = driver.call(() -> driver.resize.moved(lease, running));
            assertThat(answer).isIn(Moved.DONE, Moved.FENCED, Moved.OTHER);
        }
    }

    private void copy(Resize running) {
        int target = leaving.keySet().iterator().next();
        List<MovedItem> items = List.copyOf(leaving.getOrDefault(target, List.of()));
        Segment segment = new Segment(running.version(), lease.partition().index());
        PartitionId partition = ResizeDriver.partition(target);
        Copying answer = driver.call(() -> driver.resize.copy(partition, segment, items));
        if (answer == Copying.STARTED) {
            stop();
        } else {
            leaving.remove(target);
            copied.addAll(items);
        }
    }

    private void read(Resize running, LogPart part) {
        PageBounds bounds =
                new PageBounds(1 + driver.random.nextInt(10), driver.random.nextInt(3) == 0 ? 300 : 1 << 20);
        Position from = after;
        List<MovedItem> done = copied;
        PageRead answer = driver.call(() -> driver.resize.page(lease, running.version(), part, from, bounds, done));
        if (answer instanceof PageRead.Fenced) {
            stop();
        } else if (answer instanceof PageRead.Page page) {
            copied = new ArrayList<>();
            if (page.items().isEmpty()) {
                parts.removeFirst();
                after = null;
            } else {
                after = page.items().get(page.items().size() - 1).position();
                page.items().forEach(item -> leave(running, item));
            }
        }
        // Else it is not sealed yet, or has moved.
    }

    private void leave(Resize running, MovedItem item) {
        String key = item.key();
        int here = lease.partition().index();
        if (key != null && running.before().indexOf(ResizeDriver.HASH, key) == here) {
            int target = running.after().indexOf(ResizeDriver.HASH, key);
            if (target != here) {
                leaving.computeIfAbsent(target, each -> new ArrayList<>()).add(item);
            }
        }
    }

    private void stop() {
        resize = null;
    }
}
