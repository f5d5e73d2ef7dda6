package io.qbull.store.redis.tables;

import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.StoreException;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the layout of a queue says.
 *
 * @param current by which jobs are added; null while the queue is being created, or if there is no such queue
 * @param intended the layout after the resize, or the creation, that is under way; null if there is none
 * @param replaced earlier layouts, by version
 * @param keyHash how keys are mapped to partitions; null if that was not recorded
 */
record LayoutHash(
        @Nullable Layout current,
        @Nullable Layout intended,
        List<Replaced> replaced,
        @Nullable KeyHash keyHash) {
    /**
     * Field of an earlier version and, behind an equals sign, its value: the number of partitions, when it was replaced, and until when
     * ids of its jobs are remembered.
     */
    private static final Pattern EARLIER = Pattern.compile("v(\\d{1,9})=(\\d{1,9})(?: (\\d{1,18}) (\\d{1,18}))?");

    /**
     * An earlier layout.
     *
     * @param layout the layout
     * @param atMillis when it was replaced, ms since 1970
     * @param untilMillis until when ids of its jobs are remembered, ms since 1970; 0 = none is
     */
    record Replaced(Layout layout, long atMillis, long untilMillis) {
        private Earlier at(long nowMillis) {
            return new Earlier(
                    layout,
                    Duration.ofMillis(Math.max(0, nowMillis - atMillis)),
                    Duration.ofMillis(Math.max(0, untilMillis - nowMillis)));
        }
    }

    /**
     * @param hash the fields, each followed by its value
     * @return what they say
     */
    static LayoutHash of(Reply hash) {
        Map<String, String> fields = new HashMap<>();
        List<Replaced> replaced = new ArrayList<>();
        for (int i = 0; i + 1 < hash.size(); i += 2) {
            fields.put(hash.text(i), hash.text(i + 1));
            Matcher earlier = EARLIER.matcher(hash.text(i) + "=" + hash.text(i + 1));
            if (earlier.matches()) {
                replaced.add(new Replaced(
                        layout(earlier.group(1), earlier.group(2)),
                        millis(earlier.group(3)),
                        millis(earlier.group(4))));
            }
        }
        replaced.sort(Comparator.comparingInt(each -> each.layout().version()));
        return new LayoutHash(
                layout(fields, "version", "partitions"),
                layout(fields, "next_version", "next_partitions"),
                replaced,
                keyHash(fields.get("key_hash")));
    }

    /**
     * @return the same for a queue that exists
     * @throws StoreException.Unavailable if there is no layout
     */
    static LayoutHash of(QueueName queue, Reply hash) {
        LayoutHash read = of(hash);
        if (read.current == null) {
            throw absent(queue);
        }
        return read;
    }

    /** The queue has no layout, or it was lost and will be put back. */
    static StoreException absent(QueueName queue) {
        return RedisErrors.unavailable("queue=" + queue + " has no layout");
    }

    private static @Nullable Layout layout(Map<String, String> fields, String version, String partitions) {
        String number = fields.get(version);
        String count = fields.get(partitions);
        return number == null || count == null ? null : layout(number, count);
    }

    private static @Nullable KeyHash keyHash(@Nullable String text) {
        return Arrays.stream(KeyHash.values())
                .filter(each -> each.text().equals(text))
                .findFirst()
                .orElse(null);
    }

    private static long millis(@Nullable String text) {
        return text == null ? 0 : Long.parseLong(text);
    }

    private static Layout layout(String version, String partitions) {
        return new Layout(Integer.parseInt(version), Integer.parseInt(partitions));
    }

    /**
     * @return all known layouts that have been current, by version, the last one is current; empty if the queue has none yet
     */
    List<Layout> layouts() {
        List<Layout> layouts = new ArrayList<>();
        if (current != null) {
            replaced.forEach(each -> layouts.add(each.layout()));
            layouts.add(current);
        }
        return List.copyOf(layouts);
    }

    /**
     * @param nowMillis time at the server, ms since 1970
     * @return what a resize must know
     * @throws IllegalStateException if there is no current layout
     */
    LayoutState state(long nowMillis) {
        if (current == null) {
            throw new IllegalStateException("there is no layout");
        }
        List<Earlier> earlier =
                replaced.stream().map(each -> each.at(nowMillis)).toList();
        Resize resize =
                intended == null ? null : new Resize(intended.version(), current.partitions(), intended.partitions());
        return new LayoutState(current, resize, earlier);
    }
}
